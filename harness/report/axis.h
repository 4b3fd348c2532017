/* SPDX-License-Identifier: MIT */
/* A figure's y axis: how far it goes, and round numbers on it. */
#ifndef CONTEND_REPORT_AXIS_H
#define CONTEND_REPORT_AXIS_H

#include <stdbool.h>
#include <stddef.h>

enum { AXIS_TICKS = 12 };

struct axis {
    double least, most;
    bool logarithmic; /* then both are > 0 */
    unsigned n_ticks;
    double tick[AXIS_TICKS]; /* rising: 1, 2 or 5 times a power of ten, or multiples of such a one */
};

/* An axis for what must be seen, `low` to `high`, and for as much of the intervals' reach as leaves that legible: a
 * quarter of its length more at each end. */
void axis_fit(struct axis *a, double low, double high, double reach_low, double reach_high);
/* Where a value is on it: 0 at its beginning, 1 at its end, beyond both outside. */
double axis_place(const struct axis *a, double v);
double axis_value(const struct axis *a, double place);
/* "0.5", "20k" */
void axis_tick_text(char *buf, size_t n, double v);

#endif
