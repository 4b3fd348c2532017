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

static inline __attribute__((always_inline)) enum lane_next do_op(struct worker *w, struct lane *l)
{
    if (loop_op(w, l) != LANE_GOES_ON)
        coroutine_yield(loop_lane_of(l)->own); /* until the loop goes on with this lane */
    return LANE_GOES_ON;
}

static inline __attribute__((always_inline)) enum lane_next count_unit(struct worker *w, struct lane *l)
{
    if (loop_unit(w, l) != LANE_GOES_ON)
        coroutine_yield(loop_lane_of(l)->own);
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
    coroutine_resume(l->own);
}

static int start(struct engine *e)
{
    struct loop_main *s = calloc(1, sizeof *s);
    int rc = loop_main_start(e, s, false, go_on);
    for (unsigned i = 0; !rc && i < e->cell->concurrency; i++) {
        struct coroutine *fiber;
        rc = coroutine_new(&fiber, fiber_main, &s->loop->lanes[i]);
        if (rc)
            return engine_fail_call(e, -rc, "mmap of a stack", "fiber %u of %u can't be made", i + 1,
                                    e->cell->concurrency);
        s->loop->lanes[i].own = fiber;
    }
    return rc;
}

static int stop(struct engine *e)
{
    struct loop_main *s = e->model_state;
    for (unsigned i = 0; i < e->cell->concurrency; i++)
        coroutine_free(s->loop->lanes[i].own);
    return loop_main_stop(e);
}

const struct model model_fibers = {
    .name = "fibers",
    .family = "async",
    .summary = "stackful coroutines on one thread: code that blocks on its own stack, waits of one loop",
    .like = "Go and Java's virtual threads on one core, gevent, Boost.Fiber",
    .lock_kind = "none",
    .traits = MODEL_LOOP | MODEL_ONE | MODEL_STACKS,
    .kind = KIND_FIBERS,
    .look = {0x117733, 10, 'L'},
    .start = start,
    .run = loop_main_run,
    .stop = stop,
};
