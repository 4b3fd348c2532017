/* SPDX-License-Identifier: MIT */
/*
 * One program that measures the cells of a plan, trial by trial: a run has one side, a comparison two. A side knows
 * what is measured already, and hands the golden values that its own trials found on to those that follow.
 */
#ifndef CONTEND_EXPERIMENT_SIDE_H
#define CONTEND_EXPERIMENT_SIDE_H

#include "harness/experiment/shared_golden.h"
#include "harness/insight/summary.h"
#include "harness/record/journal.h"
#include "harness/trial/spawn.h"

struct side {
    struct spawn how;
    const struct plan *plan;
    struct summarizer *summarizer;                         /* NULL: its records are not summed up */
    struct journal *journal;                               /* NULL: they are not kept */
    void (*tell)(void *arg, const struct trial_record *r); /* each record, when it is kept; may be NULL */
    void *arg;
    bool *measured; /* [block][cell]: is there, also by an earlier session; owned */
    struct shared_golden golden;
};

/* Where in the plan a trial is. */
struct place {
    unsigned cell, block, position;
};

/* With how, plan and what may be NULL filled in: allocates the rest, with nothing measured. 0 or -ENOMEM; released in
 * any case. */
int side_init(struct side *s, struct err *e);
void side_release(struct side *s);
/* Notes that a trial is there; false when it was already. */
bool side_mark(struct side *s, unsigned block, unsigned cell);
bool side_has(const struct side *s, unsigned block, unsigned cell);
/* Measures one trial; the record is summed up, in the journal and told before this returns. *golden_ns grows by what it
 * took to find its golden value. 0, also for a failed trial; -EINTR when *how.stop; another -errno when no trial could
 * be made or kept. */
int side_measure(struct side *s, struct place at, double *golden_ns, struct err *e);

#endif
