/* SPDX-License-Identifier: MIT */
/*
 * fibers: a coroutine a task, all on one thread. A task's code runs on a stack of its own and reads as though it
 * blocked; an op that has to wait switches to the loop's stack, and the loop switches back when it is complete.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "harness/engine/coroutine.h"
#include "harness/engine/loop.h"
#include "harness/model/model.h"

struct state {
    struct loop_main main;     /* first: this is the model's state */
    struct coroutine **fibers; /* [concurrency], by number of their lane */
    unsigned n;
};

static struct coroutine *fiber_of(const struct worker *w, const struct lane *l)
{
    const struct state *s = w->engine->model_state;
    return s->fibers[l->number];
}

static inline __attribute__((always_inline)) enum lane_next do_op(struct worker *w, struct lane *l)
{
    if (loop_op(w, l) != LANE_GOES_ON)
        coroutine_yield(fiber_of(w, l)); /* until the loop goes on with this lane */
    return LANE_GOES_ON;
}

static inline __attribute__((always_inline)) enum lane_next count_unit(struct worker *w, struct lane *l)
{
    if (loop_unit(w, l) != LANE_GOES_ON)
        coroutine_yield(fiber_of(w, l));
    return LANE_GOES_ON;
}

/* One task after another, as a thread of a pool has them. */
static void fiber_main(void *arg)
{
    struct loop_lane *l = arg;
    do {
        if (lane_steps(l->loop->worker, &l->lane, do_op, count_unit) == LANE_FAILED)
            loop_fail(l->loop);
    } while (!l->loop->failed && loop_next_task(l));
}

static void go_on(struct loop_lane *l)
{
    coroutine_resume(fiber_of(l->loop->worker, &l->lane));
}

static int start(struct engine *e)
{
    struct state *s = calloc(1, sizeof *s);
    int rc = loop_main_start(e, (struct loop_main *)s, false, go_on);
    if (rc)
        return rc;
    s->fibers = calloc(e->cell->concurrency, sizeof(struct coroutine *));
    if (!s->fibers)
        return engine_fail(e, "out of memory for %u fibers", e->cell->concurrency);
    for (; !rc && s->n < e->cell->concurrency; s->n += rc == 0)
        rc = coroutine_new(&s->fibers[s->n], fiber_main, &s->main.loop->lanes[s->n]);
    if (rc)
        return engine_fail(e, "fiber %u of %u can't be made: %s (address space: ulimit -v; vm.max_map_count)", s->n + 1,
                           e->cell->concurrency, strerror(-rc));
    return 0;
}

static int stop(struct engine *e)
{
    struct state *s = e->model_state;
    for (unsigned i = 0; i < s->n; i++)
        coroutine_free(s->fibers[i]);
    free(s->fibers);
    return loop_main_stop(e);
}

const struct model model_fibers = {
    .name = "fibers",
    .family = "async",
    .summary = "stackful coroutines on one thread: code that blocks on its own stack, waits of one loop",
    .like = "Go and Java's virtual threads on one core, gevent, Boost.Fiber",
    .lock_kind = "none",
    .traits = MODEL_LOOP | MODEL_ONE | MODEL_STACKS,
    .start = start,
    .run = loop_main_run,
    .stop = stop,
};
