/* SPDX-License-Identifier: MIT */
/* An axis of a figure: how far it goes, and round numbers on it. */
#ifndef CONTEND_FIGURE_AXIS_H
#define CONTEND_FIGURE_AXIS_H

#include <stdbool.h>
#include <stddef.h>

enum { AXIS_TICKS = 16, AXIS_BEYOND_NOTHING = 4 };

/* What its numbers are of: how ticks are spaced and written. */
enum axis_unit {
    AXIS_NUMBER,  /* "0.5", "20k" */
    AXIS_POWERS,  /* of two where it is logarithmic: "16", "1024" */
    AXIS_NS,      /* "10 us", "1 ms" */
    AXIS_BYTES,   /* powers of two where it is logarithmic: "4 KiB", "1 MiB" */
    AXIS_PERCENT, /* of a share: 0.25 is "25 %" */
    AXIS_TAIL     /* of a percentile as 1 / (1 - p): 100 is "99 %", 1000 is "99.9 %"; logarithmic */
};

struct axis {
    enum axis_unit unit;
    double least, most;
    bool logarithmic; /* then both are > 0 */
    double nothing;   /* of a logarithmic one: the place that stands for 0, the least value over AXIS_BEYOND_NOTHING; 0:
                         there is none */
    unsigned n_ticks;
    double tick[AXIS_TICKS]; /* rising: 1, 2 or 5 times a power of ten, multiples of such a one, or powers of two */
};

/* An axis for what must be seen, `low` to `high`, and for as much of the intervals' reach as leaves that legible: a
 * quarter of its length more at each end. */
void axis_fit(struct axis *a, double low, double high, double reach_low, double reach_high);
/* An axis that goes from least to most. */
void axis_set(struct axis *a, double least, double most);
/* Where a value is on it: 0 at its beginning, 1 at its end, beyond both outside. */
double axis_place(const struct axis *a, double v);
double axis_value(const struct axis *a, double place);
/* A tick's text, exact; and any value's, to three digits: "1.25 ms". 32 bytes hold either. */
void axis_tick_text(const struct axis *a, char *buf, size_t n, double v);
void axis_text(const struct axis *a, char *buf, size_t n, double v);

#endif
