/* SPDX-License-Identifier: MIT */
/* What every worker does whatever its model: enter (pin, verify, touch, park at the gate), count, leave (stamp, park).
 */
#ifndef CONTEND_ENGINE_WORKER_H
#define CONTEND_ENGINE_WORKER_H

#include "harness/engine/engine.h"

struct worker {
    struct engine *engine;
    const struct workload *workload;
    struct slot *slot;
    struct tally tally; /* of this worker so far: in memory that it has at hand, the slot gets it at the end */
    struct histogram *histogram;
    struct slices *slices;
    unsigned index;
    bool own_process; /* the worker is alone in its process: its usage is the process's */
    bool brief;       /* lives for one task, in a place that places_prepare made ready: costs what it must */
    struct cpu_ctx cx;
    struct usage thread_at_open, process_at_open;
};

/* Lives in every worker, thread or process. Pins to the cell's unit for `index`; 0 or a failure already told. */
int worker_init(struct worker *w, struct engine *e, unsigned index);
/* Maps what the run will touch, and parks at the gate until it is open. 0, or -ECANCELED, told to the engine. */
int worker_enter(struct worker *w);
/* The same without a gate: for a worker that is the dispatcher's own thread (called before the gate is opened), or that
 * lives for one task (called when it begins: that one maps nothing ahead, since its start is part of the run). */
int worker_start(struct worker *w);
/* Its account of what it costs begins now: a worker at the gate does this itself; of one that is the dispatcher's own
 * thread, whatever the dispatcher does before the gate opens is no part of its run. */
void worker_account(struct worker *w);
/* What the calling thread, which will compute for `in_flight` tasks at once, must have touched: some of its stack, and
 * what the workload says (workload.warm). By worker_enter, and by threads of a pool that compute. 0 or -ECANCELED, told
 * to the engine. */
int worker_warm(struct engine *e, unsigned in_flight);
/* Adds what the worker used since it started to its slot and stamps its end. */
void worker_end(struct worker *w);
/* Tells the dispatcher and parks until workers may go. */
void worker_leave(struct worker *w);

/* For a model whose workers live for one task: makes all their recorders ready and touches them, before the gate. */
void places_prepare(struct engine *e);

/* Pins the calling thread to all units of the cell: the dispatcher's place. */
int dispatcher_pin(struct engine *e);
/* In a freshly forked worker: dies with its parent, ends its inherited signal handling. */
void worker_child_init(pid_t parent);

#endif
