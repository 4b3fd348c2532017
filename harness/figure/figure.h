/* SPDX-License-Identifier: MIT */
/*
 * Figures: one row in figures.def, one function in a file of its own (figure_NAME.c), and one script in plots/. A
 * function picks what it shows from what was measured and judged, and makes a chart of it for each piece of work that
 * can carry one. It computes no statistics: medians, intervals and verdicts are the summary's.
 */
#ifndef CONTEND_FIGURE_FIGURE_H
#define CONTEND_FIGURE_FIGURE_H

#include "harness/figure/chart.h"
#include "harness/insight/runs.h"

/* What figures are made of. */
struct figure_source {
    const struct summary *summary; /* of the run; borrowed. Where two runs are compared: that of A */
    const struct runs *runs;       /* two runs compared; NULL: one run alone */
    const char *name[2];           /* what the two are called; NULL without runs */
};

struct figure {
    const char *name, *summary; /* "speedup": "speedup over serial against workers, with the ideal line" */
    const char *needs;          /* which cells a run has to have */
    const char *command;        /* that measures them, and no more than it needs */
    /* Adds the charts that the cells can carry, and none else. */
    void (*charts)(const struct figure_source *of, struct charts *out);
};
extern const struct figure *const figures[]; /* in the order of figures.def, ends with NULL */
const struct figure *figure_find(const char *name);

/* Calls fn for each chart of each figure (or of `only` alone), until it returns an error. No two of them have the same
 * figure and file. That error, 0, or -ENOMEM. */
int figures_each(const struct figure_source *of, const char *only,
                 int (*fn)(void *arg, const struct figure *f, const struct chart *c), void *arg);

#define FIGURE(id, name, summary, needs, command) void figure_##id(const struct figure_source *of, struct charts *out);
#include "harness/figure/figures.def"
#undef FIGURE

#endif
