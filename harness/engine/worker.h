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
/* The worker is ready: parks at the gate until it is open. */
void worker_enter(struct worker *w);
/* The same without a gate: for a worker that is the dispatcher's own thread (called before the gate is opened), or that
 * lives for one task (called when it begins). */
void worker_start(struct worker *w);
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
