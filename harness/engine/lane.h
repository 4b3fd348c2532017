/* SPDX-License-Identifier: MIT */
/*
 * A lane is one place of the concurrency: the task that is in flight there, its op, and what counts and times its
 * units. lane_steps is the one loop that steps a task, whatever the model; how an op is done, and whether the lane goes
 * on behind it, are the caller's hooks.
 */
#ifndef CONTEND_ENGINE_LANE_H
#define CONTEND_ENGINE_LANE_H

#include "harness/engine/worker.h"
#include "harness/measure/clock.h"

struct lane {
    void *task; /* workload->task_size bytes, zeroed before each task_init */
    struct op op;
    struct share share;
    uint64_t started_ns;  /* of the unit under way, when it is timed */
    uint64_t due_ns;      /* of the last OP_TICK; 0: there was none */
    uint64_t units;       /* of this task */
    uint64_t sliced;      /* of them, told to the slices; wraps below 0 by what the tasks before left untold */
    unsigned until_timed; /* units until the next timed one; 1: the unit under way is timed */
    unsigned until_check; /* closed mode: units until the next look at the clock */
    unsigned number;      /* 0 … concurrency-1, the same for all workers */
};

/* Allocates its memory and touches it; 0 or -ECANCELED, told to the engine. */
int lane_init(struct engine *e, struct lane *l, unsigned number);
void lane_release(struct lane *l);
/* task_init; 0 or -ECANCELED, told to the engine. */
int lane_begin(struct worker *w, struct lane *l, unsigned task);
void lane_finish(struct worker *w, struct lane *l); /* STEP_DONE: checksum, task_fini */
void lane_fail(struct worker *w, struct lane *l);   /* STEP_FAIL: told to the engine, task_fini */
/* The clock is to be read: for a unit that is timed, or to see whether the time is up. */
void lane_unit_timed(struct worker *w, struct lane *l);
/* STEP_READY: the unit's clock starts anew. */
void lane_ready(struct worker *w, struct lane *l);

/* STEP_UNIT */
static inline void lane_unit(struct worker *w, struct lane *l)
{
    l->units++;
    if (--l->until_timed <= 1 || --l->until_check == 0)
        lane_unit_timed(w, l);
}

/* Counts the op that is asked for now, whose kind is known to be one. */
static inline void lane_op_of(struct worker *w, const struct lane *l, enum op_kind kind)
{
    if (l->op.resumed)
        w->tally.resumed++;
    else
        w->tally.ops[kind]++;
}

/* The same for any op. Computing is counted with lane_op_of, which spares each short unit of it the look at the kind.
 */
static inline void lane_op(struct worker *w, const struct lane *l)
{
    lane_op_of(w, l, (unsigned)l->op.kind < OP_KINDS ? l->op.kind : OP_KINDS);
}

static inline void lane_result(struct worker *w, struct lane *l, ssize_t res)
{
    l->op.res = res;
    if (res > 0 && op_has(l->op.kind, OP_HAS_BYTES))
        w->tally.bytes += (uint64_t)res;
}

/* When the beat that the op waits for is due. */
static inline uint64_t lane_due(struct lane *l)
{
    return l->due_ns = (l->due_ns ? l->due_ns : now_ns()) + l->op.ns;
}

/* The beat has come: the unit under way counts from when it was due. */
static inline void lane_tick(struct lane *l)
{
    l->started_ns = l->due_ns;
}

/* --- the step loop --- */

enum lane_next {
    LANE_GOES_ON, /* hooks only */
    LANE_PARKED,  /* its op is under way: whoever completes it sets op.res and goes on with the lane */
    LANE_YIELDED, /* it could go on, and gave way to others */
    LANE_DONE,    /* its task is complete */
    LANE_FAILED   /* told to the engine */
};

/* Does the lane's op, or begins it: counts it (lane_op), sets its result. */
typedef enum lane_next lane_op_hook(struct worker *w, struct lane *l);
/* A unit has ended: counts it (lane_unit). */
typedef enum lane_next lane_unit_hook(struct worker *w, struct lane *l);

static inline __attribute__((always_inline)) enum lane_next lane_unit_plain(struct worker *w, struct lane *l)
{
    lane_unit(w, l);
    return LANE_GOES_ON;
}

/*
 * Steps the lane's task until a hook says that it does not go on, or it is complete. It is always inlined, with the
 * hooks that are declared so: a call more costs 12 ns for each op that switches (2 % of a pipe's round trip), as each
 * return from deeper than the switch does where the kernel refills the processor's stack of return addresses. Without a
 * table of steps: what a short unit of computing runs through is a few lines of cache, since others on the same core
 * take them away while units compute.
 */
static inline __attribute__((always_inline)) enum lane_next lane_steps(struct worker *w, struct lane *l,
                                                                       lane_op_hook *do_op, lane_unit_hook *count_unit)
{
    enum step (*step)(void *, struct op *) = w->workload->step, what;
    for (;;) {
        enum lane_next next = LANE_GOES_ON;
        while ((what = step(l->task, &l->op)) == STEP_OP)
            if ((next = do_op(w, l)) != LANE_GOES_ON)
                return next;
        if (what == STEP_UNIT) {
            if ((next = count_unit(w, l)) != LANE_GOES_ON)
                return next;
        } else if (what == STEP_READY) {
            lane_ready(w, l);
        } else if (what == STEP_DONE) {
            lane_finish(w, l);
            return LANE_DONE;
        } else {
            lane_fail(w, l);
            return LANE_FAILED;
        }
    }
}

#endif
