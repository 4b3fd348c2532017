/* SPDX-License-Identifier: MIT */
/*
 * sleep by hand on epoll: one timerfd for all sleepers. All sleep equally long, so the one that began first is due
 * first, and a ring of due times is all the order there has to be. Edge-triggered: setting the timer anew re-arms it,
 * and nothing has to be read from it.
 */
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>

#include "tests/peers/peer.h"

struct sleeper {
    uint64_t due, at, end; /* at: the unit under way; end: of its task */
};

static bool next_unit(struct peer *p, struct sleeper *s)
{
    while (s->at == s->end) {
        unsigned task = peer_take(p);
        if (task >= p->tasks)
            return false;
        s->at = peer_first(p, task, p->tasks);
        s->end = peer_first(p, task + 1, p->tasks);
    }
    return true;
}

static void body(struct peer *p, unsigned worker)
{
    uint64_t ns = peer_number(p, 0, 1000, 3600000000000), units = 0, sum = 0;
    struct sleeper *ring = calloc(p->concurrency, sizeof *ring);
    unsigned head = 0, n = 0, room = p->concurrency;
    int epoll = epoll_create1(EPOLL_CLOEXEC), timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    struct epoll_event e = {.events = EPOLLIN | EPOLLET};
    if (!ring || epoll < 0 || timer < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, timer, &e))
        peer_die("epoll and timerfd", errno);
    peer_enter(p, worker);
    for (struct sleeper s = {0}; n < room && next_unit(p, &s); n++, s = (struct sleeper){0}) {
        s.due = peer_now() + ns;
        ring[n] = s;
    }
    while (n) {
        uint64_t due = ring[head].due;
        struct itimerspec at = {
            .it_value = {.tv_sec = (time_t)(due / 1000000000), .tv_nsec = (long)(due % 1000000000)}};
        timerfd_settime(timer, TFD_TIMER_ABSTIME, &at, NULL);
        if (epoll_wait(epoll, &e, 1, -1) < 1)
            continue;
        for (uint64_t now = peer_now(); n && ring[head].due <= now;) {
            struct sleeper s = ring[head];
            head = head + 1 == room ? 0 : head + 1;
            n--;
            sum += mix64(s.at++ ^ ns);
            units++;
            if (!next_unit(p, &s))
                continue;
            s.due = peer_now() + ns;
            ring[head + n < room ? head + n : head + n - room] = s;
            n++;
        }
    }
    peer_leave(p, worker, units, sum, 0);
    free(ring);
}

int main(int argc, char **argv)
{
    struct peer p = peer_init(1, 1, "UNITS TASKS CONCURRENCY PUS NANOSECONDS", argv);
    (void)argc;
    peer_run_here(&p, body);
    return 0;
}
