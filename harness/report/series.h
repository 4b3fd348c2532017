/* SPDX-License-Identifier: MIT */
/*
 * What a figure shows: a line for each model of one piece of work, picked from the summary. The units offered and the
 * state of libc are the same all along a line, unless they are x.
 */
#ifndef CONTEND_REPORT_SERIES_H
#define CONTEND_REPORT_SERIES_H

#include <stdbool.h>
#include <stdio.h>

#include "harness/insight/summary.h"
#include "harness/report/axis.h"

enum { SERIES_MAX_LINES = 16, SERIES_MAX_POINTS = 64, SERIES_MAX_BANDS = 4 };
enum figure_kind { FIGURE_speedup, FIGURE_throughput, FIGURE_crossover };

struct series_line {
    const char *model;
    unsigned n;
    struct {
        double x, y, lower, upper; /* lower and upper are y where there is no interval */
        double drawn_x;            /* beside x, where intervals would hide each other */
        unsigned cell;             /* of the plan */
    } at[SERIES_MAX_POINTS];       /* by rising x */
    double label_y;                /* where its name stands, apart from the others */
};

struct series {
    const struct cell *of; /* workload and parameters */
    unsigned like;         /* its index: the first cell of that work */
    char suffix[32];       /* of a file's name: "", or what tells it from the other figures of this kind and work */
    unsigned n_lines;
    struct series_line line[SERIES_MAX_LINES];
    double least_x, most_x;
    bool bars;     /* intervals as bars, each at its own x: bands of so many lines hide each other */
    bool per_task; /* y is units per second for each task in flight: throughput all but follows x */
    unsigned cut;  /* intervals that the axis of y has no room for */
    struct axis y;
    struct axis whole; /* of throughput itself, when per_task */
    unsigned blocks;
    char title[512], subtitle[512];
};

/* Says in the title what the verdicts at the right edge find, and in the subtitle what is drawn. */
void series_title(struct series *s, const struct summary *sum, enum figure_kind kind);

/* The figure that this point of the plan belongs to; false when it has fewer than 2 values of x, or when an earlier
 * point belongs to it. */
bool series_fill(struct series *s, const struct summary *sum, unsigned point, enum figure_kind kind);

/* The same figure with characters, 76 columns wide; ideal: with the line y = x. */
void text_figure(FILE *out, const struct series *s, const char *x_axis, const char *y_axis, bool ideal);

#endif
