/* SPDX-License-Identifier: MIT */
/* The least and the greatest of some values in words, for titles that compare what has no verdict of its own. */
#ifndef CONTEND_FIGURE_EXTREMES_H
#define CONTEND_FIGURE_EXTREMES_H

#include "harness/figure/chart.h"

struct extreme {
    const char *name; /* of a model */
    struct chart_value v;
};

/* Appends "110 us (101 … 120 us) under async and 5.2 ms (5 … 5.4 ms) under processes"; where the two intervals overlap,
 * so that the order of the values says nothing, "1.1 … 1.3 ms under all 4 models". NaN values are passed over; nothing
 * is appended where there are no others. */
void extremes_text(char *buf, size_t n, const struct axis *unit, const struct extreme *of, unsigned count);
/* "1.2 ms (1.1 … 1.3 ms)", appended. */
void extremes_value(char *buf, size_t n, const struct axis *unit, struct chart_value v);

#endif
