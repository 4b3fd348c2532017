/* SPDX-License-Identifier: MIT */
/*
 * The golden values of a plan's cells (harness/trial/golden.h): cells that do the same work have one in common, which
 * is kept with the first of them that is not skipped.
 */
#ifndef CONTEND_EXPERIMENT_SHARED_GOLDEN_H
#define CONTEND_EXPERIMENT_SHARED_GOLDEN_H

#include "harness/record/plan.h"
#include "harness/trial/golden.h"

/* true if two cells have all in common that a workload can know of: their golden value is then the same. */
bool shared_golden_alike(const struct cell *a, const struct cell *b);
/* The first cell that is not skipped and has all that in common with this one. */
unsigned shared_golden_first(const struct plan *p, unsigned cell);

/* What is known so far, by one program: another may have a plug-in that does other work. */
struct shared_golden {
    struct golden *of; /* [cell], with the first that shares it; owned */
    int file;          /* owned; 0: there is none */
};
/* Of so many cells. 0 or -ENOMEM; released in any case. */
int shared_golden_init(struct shared_golden *g, unsigned n_cells);
void shared_golden_release(struct shared_golden *g, unsigned n_cells);

/* What it takes to find golden values out, by pilots: of all trials that share one together. */
struct golden_cost {
    double once_ns, each_ns; /* once for all of them, and in each trial */
    double anew_ns;          /* of the units of one trial, where others do not do quite the same ones (closed mode) */
};
/* Of so many trials, 1 or more, which hand on what they found. */
double golden_cost_ns(const struct golden_cost *c, double trials);
/* Of all trials of a plan: cost[cell]. */
double golden_cost_all_ns(const struct plan *p, const struct golden_cost *cost);

#endif
