/* SPDX-License-Identifier: MIT */
/*
 * Models that only bars use: one that is a plain loop, to hold the harness against, and pools whose workers make one
 * mistake each. See planted.h.
 */
#include <errno.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "harness/base/base.h"
#include "harness/engine/lane.h"
#include "harness/engine/pool.h"
#include "harness/verify/planted.h"
#include "harness/verify/verify.h"

/* --- no harness: what one would write by hand for verify-loop without a wait --- */

static int bare_start(struct engine *e)
{
    struct worker *w = calloc(1, sizeof *w);
    e->model_state = w;
    if (!w)
        return engine_fail(e, "out of memory");
    int rc = worker_init(w, e, 0);
    return rc ? rc : worker_start(w);
}

static int bare_run(struct engine *e)
{
    struct worker *w = e->model_state;
    uint64_t units = e->cell->units, rounds = (uint64_t)e->cell->p[LOOP_ROUNDS], sum = 0;
    for (uint64_t i = 0; i < units; i++)
        sum += mix64(i ^ loop_kernel(i, rounds));
    w->tally.units = w->tally.ops[OP_CPU] = units;
    w->tally.checksum = sum;
    worker_end(w);
    return 0;
}

static int bare_stop(struct engine *e)
{
    free(e->model_state);
    return 0;
}

static const struct model bare = {
    .name = BARE_MODEL,
    .family = "verify",
    .summary = "a plain loop, without steps, ops, counts or clocks",
    .lock_kind = "none",
    .traits = MODEL_SERIAL | MODEL_BLOCKS,
    .start = bare_start,
    .run = bare_run,
    .stop = bare_stop,
};

/* --- pools with one mistake each --- */

enum slip { SKIPPED_OP, QUIET_OP, OP_TWICE, SHORT_SLEEP, LOST_UNIT, LOST_TASK, LOST_CHECKSUM, LOST_WORKER };
enum { EVERY = 4, VICTIM = 1 }; /* each EVERYth unit of a task is hit; which worker or task is lost */

static __thread enum slip slip_here; /* of this worker, for the hooks */
static __thread bool unit_is_lost;

static enum lane_next slip_op(struct worker *w, struct lane *l)
{
    enum slip slip = slip_here;
    bool some = l->units % EVERY == 0;
    if (!(some && slip == SKIPPED_OP))
        lane_op(w, l);
    l->op.res = 0;
    if (some && (slip == SKIPPED_OP || slip == QUIET_OP))
        return LANE_GOES_ON;
    if (l->op.kind == OP_CPU) {
        l->op.fn(l->op.arg, &w->cx);
        if (some && slip == OP_TWICE) {
            lane_op(w, l);
            l->op.fn(l->op.arg, &w->cx);
        }
        return LANE_GOES_ON;
    }
    uint64_t ns = some && slip == SHORT_SLEEP ? l->op.ns / 2 : l->op.ns;
    struct timespec left = {.tv_sec = (time_t)(ns / NS_PER_S), .tv_nsec = (long)(ns % NS_PER_S)};
    while (clock_nanosleep(CLOCK_MONOTONIC, 0, &left, &left) == EINTR)
        ;
    return LANE_GOES_ON;
}

static enum lane_next slip_unit(struct worker *w, struct lane *l)
{
    if (slip_here == LOST_UNIT && l->share.task == VICTIM && l->units == 2 && !unit_is_lost)
        unit_is_lost = true;
    else
        lane_unit(w, l);
    return LANE_GOES_ON;
}

static int slip_task(struct worker *w, struct lane *l, unsigned task)
{
    uint64_t before = w->tally.checksum; /* a task adds its own at its end */
    unit_is_lost = false;
    if (lane_begin(w, l, task) || lane_steps(w, l, slip_op, slip_unit) != LANE_DONE)
        return -ECANCELED;
    if (slip_here == LOST_CHECKSUM && task == VICTIM)
        w->tally.checksum = before;
    return 0;
}

static void slip_body(struct worker *w, void *arg)
{
    struct lane l;
    long task;
    int rc = 0;
    enum slip slip = slip_here = *(const enum slip *)arg;
    if (lane_init(w->engine, &l, w->index))
        return;
    if (worker_enter(w)) {
        lane_release(&l);
        return;
    }
    if (!(slip == LOST_WORKER && w->index == VICTIM)) {
        while (!rc && (task = engine_take(w->engine)) >= 0)
            if (!(slip == LOST_TASK && task == VICTIM))
                rc = slip_task(w, &l, (unsigned)task);
        if (!rc)
            worker_leave(w);
    } else if (w->own_process && slip == LOST_WORKER) {
        _exit(0);
    }
    lane_release(&l);
}

static int start_threads(struct engine *e, const enum slip *slip)
{
    return thread_pool_start(e, (struct thread_pool **)&e->model_state, slip_body, (void *)(uintptr_t)slip);
}

static int start_processes(struct engine *e, const enum slip *slip)
{
    return process_pool_start(e, (struct process_pool **)&e->model_state, slip_body, (void *)(uintptr_t)slip);
}

#define POOL(id, text, pool, forks, mistake, seen)                                                                     \
    static int id##_start(struct engine *e)                                                                            \
    {                                                                                                                  \
        static const enum slip slip = mistake;                                                                         \
        return start_##pool(e, &slip);                                                                                 \
    }                                                                                                                  \
    static const struct model id = {                                                                                   \
        .name = "verify-" text,                                                                                        \
        .family = "verify",                                                                                            \
        .summary = "a pool with one mistake",                                                                          \
        .lock_kind = "none",                                                                                           \
        .traits = MODEL_BLOCKS | (forks),                                                                              \
        .start = id##_start,                                                                                           \
        .run = pool_run,                                                                                               \
        .stop = pool##_stop,                                                                                           \
    };
#include "harness/verify/mutant_pools.def"
#undef POOL

#define POOL(id, text, pool, forks, mistake, seen) &(id),
const struct model *const verify_models[] = {&bare,
#include "harness/verify/mutant_pools.def"
                                             NULL};
#undef POOL

void verify_plant(void)
{
    workload_add(&workload_verify_loop);
    workload_add(&workload_verify_dead);
    models_add(verify_models);
}
