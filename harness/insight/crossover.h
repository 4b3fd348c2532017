/* SPDX-License-Identifier: MIT */
/*
 * Which model wins where: when a run varies one parameter of a workload and the concurrency, the points make a map, one
 * row a value of the parameter, one column a concurrency. What is said of a field comes from the summary's comparisons.
 */
#ifndef CONTEND_INSIGHT_CROSSOVER_H
#define CONTEND_INSIGHT_CROSSOVER_H

#include "harness/insight/summary.h"

enum { CROSSOVER_MOST = 16, CROSSOVER_MODELS = 16 };

struct crossover_field {
    int winner;                       /* cell with the highest median throughput; -1: nothing was measured here */
    unsigned n_tied;                  /* models that the winner was not shown to beat, fastest first */
    unsigned tied[CROSSOVER_MODELS];  /* cells */
    bool equivalent;                  /* all of those are equivalent to it; false: some are just not told apart */
    int beaten;                       /* the fastest cell that the winner was shown to beat; -1: none */
    struct estimate ratio;            /* winner over beaten */
};

struct crossover {
    unsigned like;      /* a cell: workload and all other parameters */
    unsigned param;     /* the one that varies, in the workload's order */
    unsigned offered;   /* processing units */
    unsigned n_x, n_y;
    unsigned x[CROSSOVER_MOST];     /* concurrency, rising */
    int64_t y[CROSSOVER_MOST];      /* values of the parameter, rising */
    double waiting[CROSSOVER_MOST]; /* share of a unit's time on serial that it waits by its definition: floor_ns times
                                       serial's median throughput; NaN: not known */
    struct crossover_field at[CROSSOVER_MOST][CROSSOVER_MOST]; /* [y][x] */
};

/* All maps with at least two rows and two columns (of more than 16 the least are kept): *out is an array that the
 * caller frees; their number, or -ENOMEM. */
int crossover_maps(const struct summary *s, struct crossover **out);

#endif
