/* SPDX-License-Identifier: MIT */
/*
 * What a figure shows: a line for each model of one piece of work, picked from the summary. The units offered and the
 * state of libc are the same all along a line, unless they are x.
 */
#ifndef CONTEND_REPORT_SERIES_H
#define CONTEND_REPORT_SERIES_H

#include <stdio.h>

#include "harness/insight/summary.h"

enum { SERIES_MAX_LINES = 16, SERIES_MAX_POINTS = 64 };
enum figure_kind { FIGURE_speedup, FIGURE_throughput, FIGURE_crossover, FIGURES };

struct series_line {
    const char *model;
    unsigned n;
    struct {
        double x, y, lower, upper;
        unsigned cell;       /* of the plan */
    } at[SERIES_MAX_POINTS]; /* by rising x */
    double label_y;          /* where its name stands, apart from the others */
};

struct series {
    const struct cell *of; /* workload and parameters */
    unsigned like;         /* its index: the first cell of that work */
    char suffix[32];       /* of a file's name: "", or what tells it from the other figures of this kind and work */
    unsigned n_lines;
    struct series_line line[SERIES_MAX_LINES];
    double least_x, most_x;
    unsigned blocks;
    char title[256], subtitle[256];
};

/* The figure that this point of the plan belongs to; false when it has fewer than 2 values of x, or when an earlier
 * point belongs to it. */
bool series_fill(struct series *s, const struct summary *sum, unsigned point, enum figure_kind kind);

/* The same figure with characters, 76 columns wide; from_zero: the y axis begins there. */
void text_figure(FILE *out, const struct series *s, const char *x_axis, const char *y_axis, bool from_zero);

#endif
