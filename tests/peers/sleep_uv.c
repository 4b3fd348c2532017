/* SPDX-License-Identifier: MIT */
/*
 * sleep by hand on libuv: a uv_timer a sleeper. It counts whole milliseconds from a cached time, so a sleeper may wake
 * early; how many did is counted, since that is less than the work that was asked for.
 */
#include <stdlib.h>
#include <uv.h>

#include "tests/peers/peer.h"

struct sleep {
    struct peer *peer;
    uint64_t ms, units, sum, early;
};

struct sleeper {
    uv_timer_t timer; /* first: a timer is its sleeper */
    struct sleep *all;
    uint64_t at, end, began;
};

static void on_timer(uv_timer_t *timer);

static void next_unit(struct sleeper *s)
{
    struct peer *p = s->all->peer;
    while (s->at == s->end) {
        unsigned task = peer_take(p);
        if (task >= p->tasks)
            return;
        s->at = peer_first(p, task, p->tasks);
        s->end = peer_first(p, task + 1, p->tasks);
    }
    s->began = peer_now();
    uv_timer_start(&s->timer, on_timer, s->all->ms, 0);
}

static void on_timer(uv_timer_t *timer)
{
    struct sleeper *s = (struct sleeper *)timer;
    struct sleep *all = s->all;
    all->early += peer_now() - s->began < all->ms * 1000000;
    all->sum += mix64(s->at++ ^ all->ms * 1000000);
    all->units++;
    next_unit(s);
}

static void body(struct peer *p, unsigned worker)
{
    struct sleep all = {.peer = p, .ms = peer_number(p, 0, 1000000, 3600000000000) / 1000000};
    struct sleeper *s = calloc(p->concurrency, sizeof *s);
    uv_loop_t loop;
    if (!s || uv_loop_init(&loop))
        peer_die("a loop", ENOMEM);
    for (unsigned i = 0; i < p->concurrency; i++) {
        uv_timer_init(&loop, &s[i].timer);
        s[i].all = &all;
    }
    peer_enter(p, worker);
    uv_update_time(&loop);
    for (unsigned i = 0; i < p->concurrency; i++)
        next_unit(&s[i]);
    uv_run(&loop, UV_RUN_DEFAULT);
    peer_leave(p, worker, all.units, all.sum, all.early);
    free(s);
}

int main(int argc, char **argv)
{
    struct peer p = peer_init(1, 1, "UNITS TASKS CONCURRENCY PUS NANOSECONDS", argv);
    (void)argc;
    peer_run_here(&p, body);
    return 0;
}
