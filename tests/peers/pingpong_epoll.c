/* SPDX-License-Identifier: MIT */
/* pingpong by hand on epoll: one thread holds both ends of every pair; reads stay registered, writes are tried at once.
 */
#include <stdlib.h>
#include <sys/epoll.h>

#include "tests/peers/pingpong.h"

static void put(struct side *s)
{
    pingpong_fill(s);
    if (write(s->out, s->message, s->size) != (ssize_t)s->size) /* one small message in flight: there is always room */
        peer_die("write", errno);
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
    if (!s->asks) {
        put(s);
        s->at++;
    } else if (s->at < s->end) {
        put(s);
    }
    return !s->asks || s->at < s->end;
}

static void body(struct peer *p, unsigned worker)
{
    enum { MOST = 64 };
    unsigned groups = p->concurrency / 2, live = groups;
    uint64_t units = 0, sum = 0;
    struct side *sides = calloc(p->concurrency, sizeof *sides);
    struct epoll_event events[MOST];
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    if (!sides || epoll < 0)
        peer_die("sides and epoll", errno);
    for (unsigned i = 0; i < 2 * groups; i++) {
        if (i % 2 == 0)
            pingpong_pair(p, &sides[i], i / 2, groups);
        struct epoll_event e = {.events = EPOLLIN, .data.ptr = &sides[i]};
        if (fcntl(sides[i].in, F_SETFL, O_NONBLOCK) || fcntl(sides[i].out, F_SETFL, O_NONBLOCK) ||
            epoll_ctl(epoll, EPOLL_CTL_ADD, sides[i].in, &e))
            peer_die("epoll_ctl", errno);
    }
    peer_enter(p, worker);
    for (unsigned g = 0; g < groups; g++)
        put(&sides[(size_t)2 * g]);
    while (live) {
        int n = epoll_wait(epoll, events, MOST, -1);
        for (int i = 0; i < n; i++)
            live -= !on_readable(events[i].data.ptr);
    }
    for (unsigned i = 0; i < 2 * groups; i++) {
        units += sides[i].units;
        sum += sides[i].sum;
    }
    peer_leave(p, worker, units, sum, 0);
    free(sides);
}

int main(int argc, char **argv)
{
    struct peer p = peer_init(1, 2, "UNITS TASKS CONCURRENCY PUS pipe|socketpair SIZE", argv);
    (void)argc;
    peer_run_here(&p, body);
    return 0;
}
