/* SPDX-License-Identifier: MIT */
/*
 * Models that only bars use: one that is a plain loop, to hold the harness against, and pools whose executor makes one
 * mistake each. See planted.h.
 */
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "harness/base/base.h"
#include "harness/model/pool.h"
#include "harness/verify/planted.h"
#include "harness/verify/verify.h"

/* --- no harness: what one would write by hand for verify-loop without a wait --- */

static int bare_start(struct trial *t)
{
    struct worker *w = calloc(1, sizeof *w);
    t->model_state = w;
    if (!w) {
        trial_fail(t, "out of memory");
        return -ECANCELED;
    }
    int rc = worker_init(w, t, 0);
    if (!rc)
        worker_start(w);
    return rc;
}

static int bare_run(struct trial *t)
{
    struct worker *w = t->model_state;
    uint64_t units = t->cell->units, rounds = (uint64_t)t->cell->p[LOOP_ROUNDS], sum = 0;
    for (uint64_t i = 0; i < units; i++)
        sum += mix64(i ^ loop_kernel(i, rounds));
    worker_end(w);
    w->slot->tally.units = w->slot->tally.ops[OP_CPU] = units;
    w->slot->tally.checksum = sum;
    return 0;
}

static int bare_stop(struct trial *t)
{
    free(t->model_state);
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
enum { EVERY = 4, VICTIM = 1 }; /* every how-manieth unit of a task is hit; which worker or task is lost */

static void slip_op(struct worker *w, struct lane *l, enum slip slip)
{
    bool some = l->units % EVERY == 0;
    if (!(some && slip == SKIPPED_OP))
        lane_op(w, l);
    l->op.res = 0;
    if (some && (slip == SKIPPED_OP || slip == QUIET_OP))
        return;
    if (l->op.kind == OP_CPU) {
        l->op.fn(l->op.arg, &w->cx);
        if (some && slip == OP_TWICE) {
            lane_op(w, l);
            l->op.fn(l->op.arg, &w->cx);
        }
        return;
    }
    uint64_t ns = some && slip == SHORT_SLEEP ? l->op.ns / 2 : l->op.ns;
    struct timespec left = {.tv_sec = (time_t)(ns / NS_PER_S), .tv_nsec = (long)(ns % NS_PER_S)};
    while (clock_nanosleep(CLOCK_MONOTONIC, 0, &left, &left) == EINTR)
        ;
}

static int slip_task(struct worker *w, struct lane *l, unsigned task, enum slip slip)
{
    int rc = lane_begin(w, l, task);
    unsigned lost = 0;
    uint64_t before;
    if (rc)
        return rc;
    for (;;) {
        switch (w->workload->step(l->task, &l->op)) {
        case STEP_OP:
            slip_op(w, l, slip);
            break;
        case STEP_UNIT:
            if (!(slip == LOST_UNIT && task == VICTIM && l->units == 2 && !lost++))
                lane_unit(w, l);
            break;
        case STEP_DONE:
            before = w->slot->tally.checksum;
            lane_finish(w, l);
            if (slip == LOST_CHECKSUM && task == VICTIM)
                w->slot->tally.checksum = before;
            return 0;
        case STEP_READY:
        case STEP_FAIL:
            lane_fail(w, l);
            return -ECANCELED;
        }
    }
}

static void slip_body(struct worker *w, void *arg)
{
    enum slip slip = *(const enum slip *)arg;
    struct lane l;
    long task;
    int rc = 0;
    if (lane_init(&l, w->workload)) {
        trial_fail(w->trial, "out of memory");
        return;
    }
    if (worker_enter(w) == 0 && !(slip == LOST_WORKER && w->index == VICTIM)) {
        while (!rc && (task = trial_take(w->trial)) >= 0)
            if (!(slip == LOST_TASK && task == VICTIM))
                rc = slip_task(w, &l, (unsigned)task, slip);
        if (!rc)
            worker_leave(w);
    } else if (w->own_process && slip == LOST_WORKER) {
        _exit(0);
    }
    lane_release(&l);
}

static int pool_run(struct trial *t)
{
    return trial_await_done(t, t->cell->workers);
}

static int threads_stop(struct trial *t)
{
    thread_pool_stop(t->model_state);
    return 0;
}

static int processes_stop(struct trial *t)
{
    return process_pool_stop(t, t->model_state);
}

static int start_threads(struct trial *t, const enum slip *slip)
{
    return thread_pool_start(t, (struct thread_pool **)&t->model_state, slip_body, (void *)(uintptr_t)slip);
}

static int start_processes(struct trial *t, const enum slip *slip)
{
    return process_pool_start(t, (struct process_pool **)&t->model_state, slip_body, (void *)(uintptr_t)slip);
}

#define POOL(id, text, pool, forks, mistake, seen)                                                                     \
    static int id##_start(struct trial *t)                                                                             \
    {                                                                                                                  \
        static const enum slip slip = mistake;                                                                         \
        return start_##pool(t, &slip);                                                                                 \
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
