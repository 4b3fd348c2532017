/* SPDX-License-Identifier: MIT */
/*
 * The loop executor: many tasks in flight on one libuv loop. This file holds the lanes, their turns, and the loop's
 * life. Ops are counted exactly where the blocking executor counts them, so the two can be compared.
 */
#include "harness/model/loop_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* What may have to wait. Apart from computing, so that what a short unit of it runs through is a few lines of cache:
 * while units compute, others on the same core take these lines away. */
static __attribute__((noinline)) enum op_state start_waiting(struct loop_lane *l)
{
    struct op *op = &l->lane.op;
    switch (op->kind) {
    case OP_CPU:
        return pool_compute(l);
    case OP_SLEEP:
    case OP_TICK:
        return timers_sleep(l);
    case OP_READ:
        return stream_read(l);
    case OP_WRITE:
        return stream_write(l);
    case OP_PREAD:
    case OP_PWRITE:
    case OP_FSYNC:
    case OP_OPEN:
    case OP_FCLOSE:
        return pool_file(l);
    case OP_CONNECT:
        return stream_connect(l);
    case OP_CLOSE:
        return stream_close(l);
    case OP_KINDS:
        break;
    }
    op->res = -EINVAL;
    return OP_NOW;
}

static enum op_state start_op(struct loop_lane *l)
{
    struct op *op = &l->lane.op;
    lane_op(l->loop->worker, &l->lane);
    if (op->kind != OP_CPU || l->loop->offload)
        return start_waiting(l);
    op->fn(op->arg, &l->loop->worker->cx);
    op->res = 0;
    return OP_NOW;
}

/* The lane takes the next task; false: there is none, or it failed. */
static bool next_task(struct loop_lane *l)
{
    struct loop *lp = l->loop;
    long task = trial_take(lp->worker->trial);
    if (task < 0)
        return false;
    if (lane_begin(lp->worker, &l->lane, (unsigned)task)) {
        loop_fail(lp);
        return false;
    }
    return true;
}

static void give_up_turn(struct loop_lane *l)
{
    struct loop *lp = l->loop;
    l->next = NULL;
    *lp->ready_tail = l;
    lp->ready_tail = &l->next;
}

/* Has the lane had its turn for long enough, as the clock says that each unit has read? `began`: at the first of them;
 * 0: not yet. */
static bool had_its_time(const struct loop_lane *l, uint64_t *began)
{
    const struct loop *lp = l->loop;
    if (lp->live <= 1 || lp->worker->trial->cell->latency_stride != 1)
        return false;
    *began = *began ? *began : l->lane.started_ns;
    return l->lane.started_ns - *began > LOOP_MAX_TURN_NS;
}

/* Steps the lane until it parks, gives up its turn, or has no task left. */
static void take_turn(struct loop_lane *l)
{
    struct loop *lp = l->loop;
    struct worker *w = lp->worker;
    enum step (*step)(void *, struct op *) = w->workload->step, what;
    unsigned now = 0;
    uint64_t began = 0;
    while (!lp->failed) {
        what = step(l->lane.task, &l->lane.op);
        if (what == STEP_OP) {
            if (start_op(l) == OP_PARKED)
                return;
            if (++now >= LOOP_MAX_NOW && lp->live > 1) {
                give_up_turn(l);
                return;
            }
        } else if (what == STEP_UNIT) {
            lane_unit(w, &l->lane);
            if (had_its_time(l, &began)) {
                give_up_turn(l);
                return;
            }
        } else if (what == STEP_READY) {
            lane_ready(w, &l->lane);
        } else if (what == STEP_DONE) {
            lane_finish(w, &l->lane);
            if (!next_task(l)) {
                lp->live--;
                return;
            }
        } else {
            lane_fail(w, &l->lane);
            loop_fail(lp);
            return;
        }
    }
}

static void on_idle(uv_idle_t *idle)
{
    struct loop *lp = idle->data;
    struct loop_lane *l = lp->ready;
    lp->ready = NULL;
    lp->ready_tail = &lp->ready;
    while (l && !lp->failed) {
        struct loop_lane *next = l->next;
        take_turn(l);
        l = next;
    }
    if (!lp->ready)
        uv_idle_stop(idle);
    if (!lp->live)
        uv_stop(&lp->uv);
}

static void watch_ready(struct loop *lp)
{
    if (lp->ready)
        uv_idle_start(&lp->idle, on_idle);
}

void loop_resume(struct loop_lane *l)
{
    l->loop->worker->slot->events++;
    if (l->loop->failed)
        return;
    ssize_t res = l->lane.op.res;
    lane_result(l->loop->worker, &l->lane, res);
    take_turn(l);
    watch_ready(l->loop);
    if (!l->loop->live)
        uv_stop(&l->loop->uv);
}

void loop_fail(struct loop *l)
{
    l->failed = true;
    uv_stop(&l->uv);
}

unsigned loop_lanes(const struct cell *c, unsigned index)
{
    return c->concurrency / c->workers + (index < c->concurrency % c->workers ? 1 : 0);
}

static void on_prepare(uv_prepare_t *p)
{
    struct loop *l = p->data;
    l->worker->slot->wakeups++;
    streams_drain(l);
}

/* A turn in which nothing happens: libuv's code is there, and its calls are bound, before anything is measured. */
static void warm_up(struct loop *l)
{
    uv_prepare_start(&l->prepare, on_prepare);
    uv_idle_start(&l->idle, on_idle);
    uv_run(&l->uv, UV_RUN_NOWAIT);
    l->worker->slot->wakeups = 0;
}

int loop_new(struct loop **out, struct worker *w, unsigned lanes, bool offload)
{
    struct loop *l = calloc(1, sizeof *l);
    if (!l || uv_loop_init(&l->uv)) {
        free(l);
        trial_fail(w->trial, "a loop can't be made (open files: see ulimit -n)");
        return -ECANCELED;
    }
    *out = l;
    l->worker = w;
    l->offload = offload;
    l->ready_tail = &l->ready;
    uv_idle_init(&l->uv, &l->idle);
    l->idle.data = l;
    uv_prepare_init(&l->uv, &l->prepare);
    l->prepare.data = l;
    l->lanes = calloc(lanes ? lanes : 1, sizeof *l->lanes);
    int rc = l->lanes ? 0 : -ENOMEM;
    for (; !rc && l->n_lanes < lanes; l->n_lanes++) {
        rc = lane_init(&l->lanes[l->n_lanes].lane, w->workload);
        l->lanes[l->n_lanes].loop = l;
    }
    if (!rc)
        rc = timers_init(l);
    if (!rc && (offload || (w->workload->needs & NEED_FILES)))
        rc = pool_reqs_init(l);
    if (rc) {
        trial_fail(w->trial, "a loop with %u tasks in flight can't be made: %s", lanes, strerror(-rc));
        return -ECANCELED;
    }
    warm_up(l);
    return 0;
}

int loop_run(struct loop *l)
{
    for (unsigned i = 0; i < l->n_lanes && !l->failed; i++) {
        if (!next_task(&l->lanes[i]))
            break;
        l->live++;
    }
    unsigned begun = l->live;
    for (unsigned i = 0; i < begun && !l->failed; i++)
        take_turn(&l->lanes[i]);
    watch_ready(l);
    while (l->live && !l->failed)
        uv_run(&l->uv, UV_RUN_DEFAULT);
    return l->failed ? -ECANCELED : 0;
}

void loop_free(struct loop *l)
{
    if (!l)
        return;
    if (!l->failed) { /* after a failure ops may be under way; the process is about to end */
        uv_close((uv_handle_t *)&l->idle, NULL);
        uv_close((uv_handle_t *)&l->prepare, NULL);
        timers_close(l);
        streams_close(l);
        uv_run(&l->uv, UV_RUN_DEFAULT);
        uv_loop_close(&l->uv);
        streams_free(l);
    }
    for (unsigned i = 0; i < l->n_lanes; i++)
        lane_release(&l->lanes[i].lane);
    free(l->timers.heap);
    free(l->reqs);
    free(l->lanes);
    free(l);
}
