/* SPDX-License-Identifier: MIT */
/* pingpong by hand on epoll: one thread holds both ends of every pair; reads stay registered, writes are tried at
 * once and wait for room when there is none. */
#include <stdlib.h>
#include <sys/epoll.h>

#include "tests/peers/pingpong.h"

static int epoll;

/* The other end of the stream is a descriptor of its own, so that reading and writing are watched apart. */
static void watch(int how, struct side *s, bool out, uint32_t events)
{
    struct epoll_event e = {.events = events, .data.u64 = (uintptr_t)s | out};
    if (epoll_ctl(epoll, how, out ? s->out : s->in, &e))
        peer_die("epoll_ctl", errno);
}

static void put(struct side *s)
{
    ssize_t n = write(s->out, s->message + s->sent, s->size - s->sent);
    if (n < 0 && errno != EAGAIN)
        peer_die("write", errno);
    s->sent += n > 0 ? (size_t)n : 0;
    if (s->sent < s->size)
        watch(EPOLL_CTL_MOD, s, true, EPOLLOUT | EPOLLONESHOT);
}

/* false: the pair is done. */
static bool on_readable(struct side *s)
{
    ssize_t n = read(s->in, s->message + s->done, sizeof s->message - s->done);
    if (n <= 0)
        peer_die("read", n ? errno : EPIPE);
    s->done += (size_t)n;
    if (s->done < s->size)
        return true;
    pingpong_check(s);
    if (s->asks && s->at == s->end)
        return false;
    pingpong_fill(s);
    if (!s->asks)
        s->at++;
    put(s);
    return true;
}

static void register_side(struct side *s)
{
    if (s->out == s->in && (s->out = dup(s->in)) < 0)
        peer_die("dup", errno);
    if (fcntl(s->in, F_SETFL, O_NONBLOCK) || fcntl(s->out, F_SETFL, O_NONBLOCK))
        peer_die("O_NONBLOCK", errno);
    watch(EPOLL_CTL_ADD, s, false, EPOLLIN);
    watch(EPOLL_CTL_ADD, s, true, EPOLLONESHOT);
}

static void body(struct peer *p, unsigned worker)
{
    enum { MOST = 64 };
    unsigned groups = p->concurrency / 2, live = groups;
    uint64_t units = 0, sum = 0;
    struct side *sides = pingpong_sides(2 * groups);
    struct epoll_event events[MOST];
    if ((epoll = epoll_create1(EPOLL_CLOEXEC)) < 0)
        peer_die("epoll", errno);
    for (unsigned i = 0; i < 2 * groups; i++) {
        if (i % 2 == 0)
            pingpong_pair(p, &sides[i], i / 2, groups);
        register_side(&sides[i]);
    }
    peer_enter(p, worker);
    for (unsigned g = 0; g < groups; g++) {
        pingpong_fill(&sides[(size_t)2 * g]);
        put(&sides[(size_t)2 * g]);
    }
    while (live) {
        int n = epoll_wait(epoll, events, MOST, -1);
        for (int i = 0; i < n; i++) {
            struct side *s = (struct side *)(uintptr_t)(events[i].data.u64 & ~UINT64_C(1));
            if (events[i].data.u64 & 1)
                put(s);
            else
                live -= !on_readable(s);
        }
    }
    for (unsigned i = 0; i < 2 * groups; i++) {
        units += sides[i].units;
        sum += sides[i].sum;
    }
    peer_leave(p, worker, units, sum, 0);
    pingpong_release(sides, 2 * groups);
}

int main(int argc, char **argv)
{
    struct peer p = peer_init(1, 2, "UNITS TASKS CONCURRENCY PUS pipe|socketpair|tcp SIZE", argv);
    (void)argc;
    peer_run_here(&p, body);
    return 0;
}
