/* SPDX-License-Identifier: MIT */
/*
 * What every worker does whatever its model: enter (pin, verify, touch, park at the gate), count, leave (stamp, park).
 * And the two executors: a blocking one and a loop one. Models put these together.
 */
#ifndef CONTEND_MODEL_WORKER_H
#define CONTEND_MODEL_WORKER_H

#include "harness/measure/clock.h"
#include "harness/trial/trial.h"

struct gil;

/* One place of the concurrency: the task that is in flight there. */
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
};

struct worker {
    struct trial *trial;
    const struct workload *workload;
    struct slot *slot;
    struct histogram *histogram;
    struct slices *slices;
    unsigned index;
    bool own_process; /* the worker is alone in its process: its usage is the process's */
    bool brief;       /* lives for one task, in a place that places_prepare made ready: costs what it must */
    struct gil *gil;  /* NULL: none */
    struct cpu_ctx cx;
    struct usage thread_at_open, process_at_open;
};

/* Lives in every worker, thread or process. Pins to the cell's unit for `index`; 0 or a failure already told to the
 * trial. */
int worker_init(struct worker *w, struct trial *t, unsigned index);
/* The worker is ready: parks at the gate. 0: open; -ECANCELED: the trial was abandoned. */
int worker_enter(struct worker *w);
/* The same without a gate: for a worker that is the dispatcher's own thread (called before the gate is opened), or that
 * lives for one task (called when it begins). */
void worker_start(struct worker *w);
/* Adds what the worker used since it started to its slot and stamps its end. */
void worker_end(struct worker *w);
/* Tells the dispatcher and parks until workers may go. */
void worker_leave(struct worker *w);

/* For a model whose workers live for one task: makes all their recorders ready and touches them, before the gate. */
void places_prepare(struct trial *t);

/* Pins the calling thread to all units of the cell: the dispatcher's place. */
int dispatcher_pin(struct trial *t);
/* In a freshly forked worker: dies with its parent, ends its inherited signal handling. */
void worker_child_init(pid_t parent);

/* --- lanes: a task's life and the counting, shared by both executors --- */
int lane_init(struct lane *l, const struct workload *w); /* 0 or -ENOMEM; memory touched */
void lane_release(struct lane *l);
int lane_begin(struct worker *w, struct lane *l, unsigned task); /* task_init; 0 or -ECANCELED, told to the trial */
void lane_finish(struct worker *w, struct lane *l);              /* checksum, task_fini */
void lane_fail(struct worker *w, struct lane *l);                /* STEP_FAIL */
/* Reads the clock where the cell asks for it; the time when it was read, else 0. */
uint64_t lane_unit_timed(struct worker *w, struct lane *l);

static inline void lane_unit(struct worker *w, struct lane *l)
{
    l->units++;
    if (--l->until_timed <= 1 || --l->until_check == 0)
        lane_unit_timed(w, l);
}

/* STEP_READY: the unit's clock starts anew. */
void lane_ready(struct worker *w, struct lane *l);

static inline void lane_op(struct worker *w, struct lane *l)
{
    if (l->op.resumed)
        w->slot->tally.resumed++;
    else
        w->slot->tally.ops[l->op.kind]++;
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

static inline void lane_result(struct worker *w, struct lane *l, ssize_t res)
{
    l->op.res = res;
    if (res > 0 && l->op.kind != OP_OPEN)
        w->slot->tally.bytes += (uint64_t)res;
}

/* A new TCP socket with small delays (TCP_NODELAY) whose connection to `port` of this host has been asked for; `flags`
 * as of socket(). *rc is 0, -EINPROGRESS or another -errno; the descriptor, -1 when there is none. */
int connect_start(uint16_t port, int flags, int *rc);

/* --- the blocking executor --- */
/* Runs one task to its end; 0, or -ECANCELED after a failure. */
int blocking_task(struct worker *w, struct lane *l, unsigned task);
/* Takes tasks from the trial's counter until there are none. */
int blocking_tasks(struct worker *w, struct lane *l);

/* --- the loop executor --- */
struct loop;
/* A libuv loop with `lanes` places, on the calling thread. `offload`: compute goes to the pool. Memory is touched here.
 */
int loop_new(struct loop **out, struct worker *w, unsigned lanes, bool offload);
int loop_run(struct loop *l); /* takes tasks from the trial's counter until all are done; 0 or -ECANCELED */
void loop_free(struct loop *l);
/* Makes libuv's pool in this process, `worker`'s (0: the one that all loops share), and pins its threads as
 * model_pool_pu says. */
int loop_pool_start(struct trial *t, unsigned worker);
/* Lanes of loop `index` of cell->workers: concurrency shared out evenly. */
unsigned loop_lanes(const struct cell *c, unsigned index);

/* --- the interpreter lock --- */
int gil_new(struct gil **out);
void gil_free(struct gil *g);
void gil_take(struct gil *g);
void gil_drop(struct gil *g);
const _Atomic unsigned *gil_wanted(const struct gil *g);
void gil_yield(struct gil *g); /* hand over and take again */

#endif
