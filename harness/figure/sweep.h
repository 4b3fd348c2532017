/* SPDX-License-Identifier: MIT */
/*
 * Charts of lines that are swept: one thing changes along x (workers, tasks in flight, a parameter), each line is a
 * model, and all else is the same in a chart.
 */
#ifndef CONTEND_FIGURE_SWEEP_H
#define CONTEND_FIGURE_SWEEP_H

#include "harness/figure/chart.h"
#include "harness/insight/summary.h"

enum sweep_x { SWEEP_WORKERS, SWEEP_CONCURRENCY, SWEEP_PARAM };

struct sweep {
    enum sweep_x x;
    const char *param; /* SWEEP_PARAM: its name */
    unsigned panels;   /* 0: one */
    /* Is it a figure of this work? NULL: of each. */
    bool (*of)(const struct cell *c);
    /* The cell's values, one a panel, NaN where it has none; false: it has no place in the figure. */
    bool (*value)(const struct summary *s, unsigned cell, const struct plan_point *at,
                  struct chart_value v[CHART_PANELS]);
    /* Fills title and caption, adds to the subtitle, labels y and says what its axis is. The chart has its lines; its x
     * is logarithmic, labelled and subtitled. point: the first of the plan that is in it. */
    void (*texts)(const struct summary *s, struct chart *c, unsigned point);
};

/* Adds a chart for each piece of work with two values of x or more. */
void sweep_charts(const struct sweep *w, const struct summary *s, struct charts *out);

/* Puts into the title what the verdicts at the right edge of a chart of throughputs or speedups find. */
void sweep_title(const struct summary *s, struct chart *c, bool speedup);
/* Puts into the title the least and the greatest value at the right edge of a panel, each with its model and interval:
 * "On 8 CPUs, WHAT 12 % (11 … 13 %) under async and 62 % (60 … 64 %) under threads". at: "CPUs", "in flight". Its axis
 * must have its unit by then. */
void sweep_extremes(struct chart *c, unsigned panel, const char *at, const char *what);
/* "primes limit=200000": the work and its parameters, but for the one of that name (NULL: all). */
void sweep_work_text(char *buf, size_t n, const struct cell *of, const char *without);
/* The plan's first cell of the same work. */
unsigned sweep_first_cell(const struct plan *p, const struct cell *of);

#endif
