/* SPDX-License-Identifier: MIT */
/*
 * Where the time of a cell's workers went, from the gate to the end of the run: each part is the sum over the cell's
 * whole trials, so that parts add up (medians would not). A worker's time is
 *     user and system    what its own thread computed (getrusage; which of the two is sampled at ticks)
 *     run queue          ready to run, while something else had the CPU (schedstat)
 *     waiting            the rest: for its ops, for other workers, for a pool that computes for it
 *     idle tail          from its last unit to the end of the run
 * Where the run queue or the tail is not known in some trial, the rest can't be split: it is `untold`.
 */
#ifndef CONTEND_INSIGHT_WORKER_TIME_H
#define CONTEND_INSIGHT_WORKER_TIME_H

#include "harness/record/record.h"

enum worker_part { PART_USER, PART_SYSTEM, PART_RUN_QUEUE, PART_WAITING, PART_IDLE_TAIL, PART_UNTOLD, WORKER_PARTS };
extern const char *const worker_part_names[WORKER_PARTS]; /* "user", "system", "run queue", … */
extern const char *const worker_part_keys[WORKER_PARTS];  /* in JSON: "user_ns", "run_queue_ns", … */

/* Of one cell. */
struct worker_time {
    unsigned trials;        /* that it is of */
    unsigned workers;       /* of which something is kept: at most 64 */
    unsigned worker_count;  /* that the cell has */
    bool no_queue, no_tail; /* the run queue, or the tail, is not known in some trial */
    const char *why;        /* then why; else NULL */
    double wall_ns;         /* sum of the runs */
    double other_ns;        /* what computed in them outside of the workers' own threads: pools, a dispatcher; NaN: not
                               known, since not all workers were kept */
    double (*ns)[WORKER_PARTS]; /* [workers]: sums. Owned */
};

/* Adds a whole trial. 0 or -ENOMEM. */
int worker_time_add(struct worker_time *t, const struct trial_record *r);
/* true if it is known how long workers spent so; of PART_UNTOLD: if there is anything that is not known. */
bool worker_time_knows(const struct worker_time *t, enum worker_part part);
/* The parts of one worker's time, or, with `worker` = t->workers, of the mean worker's: ns in a mean trial. What is not
 * known is 0, and in PART_UNTOLD. */
void worker_time_means(const struct worker_time *t, unsigned worker, double ns[WORKER_PARTS]);
/* The same as shares, which add up to 1. */
void worker_time_shares(const struct worker_time *t, unsigned worker, double share[WORKER_PARTS]);
void worker_time_release(struct worker_time *t);

#endif
