/* SPDX-License-Identifier: MIT */
/*
 * The trials of a plan, block by block, until they are done or the plan's rule says that enough is known. Each record
 * is in the journal before the next trial starts.
 */
#ifndef CONTEND_EXPERIMENT_BLOCKS_H
#define CONTEND_EXPERIMENT_BLOCKS_H

#include "harness/insight/summary.h"
#include "harness/record/journal.h"
#include "harness/trial/golden.h"

struct blocks {
    const struct plan *plan;
    struct summarizer *summarizer;
    struct journal *journal;
    const char *scratch;
    const volatile int *stop;
    bool *measured; /* [block][cell]: these are there already, from a run that is resumed; owned, see blocks_release */
    struct golden *golden; /* [cell]: of its work, with the first cell that does it; owned, as `measured` */
    int golden_file;       /* owned; 0: there is none */
    /* What trials took to find golden values out: those read back, those since, all in blocks that were looked at, and
     * those since in the last of these. */
    double golden_before_ns, golden_ns, golden_looked_ns, golden_last_ns;
    /* After each trial, outside of all timed windows: `done` of the plan's trials are there, the last of them at
     * `position` of `block`. `look` is that of the last whole block, all 0 before the first. May be NULL. */
    void (*tell)(void *arg, unsigned done, unsigned block, unsigned position, const struct look *look);
    /* In the pause before a visit (from 0), outside of all timed windows: as it begins, and at each second that is
     * left. May be NULL. */
    void (*tell_pause)(void *arg, unsigned visit, double left_s, bool begins);
    void *arg; /* of both */
};

/* Allocates `measured` and `golden`, none of it true. 0 or -ENOMEM. */
int blocks_init(struct blocks *b, struct err *e);
void blocks_release(struct blocks *b);
/* Notes that a record was read back; false when there was one already. */
bool blocks_mark(struct blocks *b, unsigned block, unsigned cell);
/* Waits the plan's pause before each visit but the first, unless some trial of the visit is there already. 0 when the
 * plan is done or its rule ended it; -EINTR when *stop, also in a pause; another -errno when a trial could not be made
 * or kept. */
int blocks_measure(struct blocks *b, struct err *e);

/* Have two cells all in common that a workload can know of? Their golden value is then the same. */
bool golden_is_shared(const struct cell *a, const struct cell *b);
/* The first cell that is not skipped and has all in common with this one that a workload can know of: their golden
 * value is the same. */
unsigned golden_shared_with(const struct plan *p, unsigned cell);

/* How long a run takes, by its pilots (see struct pilot), and what golden values took (see struct blocks). */
struct expected {
    const double *trial_ns; /* NULL: there were none */
    double golden_ns;       /* to find them all out: by the pilots, or what it took before a run was resumed */
    double golden_spent_ns, golden_looked_ns, golden_last_ns;
};
/* What is left of a run in seconds, after `done` blocks: by the pilots at first, then by what the blocks that were
 * looked at took. Where a rule may end the run, by how intervals narrow: with the square root of the number of blocks.
 * With the pauses that are left.
 */
double blocks_left_s(const struct plan *p, double done, const struct expected *x, const struct look *look);

#endif
