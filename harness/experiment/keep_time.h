/* SPDX-License-Identifier: MIT */
/* What is given up of a plan so that its run keeps a time: blocks first, then the most expensive cells. */
#ifndef CONTEND_EXPERIMENT_KEEP_TIME_H
#define CONTEND_EXPERIMENT_KEEP_TIME_H

#include "harness/experiment/shared_golden.h"

/* What a run is expected to take, by its pilots. */
struct price {
    const double *trial_ns;           /* [cell]: of one trial, without its golden value */
    const struct golden_cost *golden; /* [cell] */
    double before_ns, after_ns;       /* all but the blocks: pilots, checks; facts, tables, figures */
    /* What a trial takes, by one more, for a cell that would be left out: a pilot may have met a bad moment. 0 with *ns
     * (as it was where the trial failed), -EINTR or another -errno. NULL: pilots are believed. */
    int (*again)(void *arg, unsigned cell, double *ns, struct err *e);
    void *arg;
};

/* Of the plan as it stands, with its pauses; with a budget what that leaves of it. 0 without memory. */
double price_ns(const struct plan *p, const struct price *x);
/*
 * Blocks are given up, down to the fewest that carry the plan's verdicts: with those the least p of a sign test is
 * significant at each point, and there are intervals (and, of a run with visits, two a visit). Where that is not
 * enough, cells are: the most expensive first, but serial only with its whole point, since it is the baseline of all,
 * and none that would leave its point with one model. Where no more of them can go, whole points do, the most expensive
 * first, but one. What time is left then is for blocks again. A cell is left out only when a further trial of it was no
 * cheaper, as long as all of those take at most 5 % of the time.
 *
 * Fills p->time. Cells that are left out are skips with their reason. 0, -ENOMEM, or an error of `again`.
 */
int keep_time(struct plan *p, uint64_t asked_ns, const struct price *x, struct err *e);

#endif
