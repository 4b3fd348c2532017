/* SPDX-License-Identifier: MIT */
/*
 * The noise floor of a run, from its own trials: how far apart two trials of one and the same cell lie, one block after
 * the other (an A/A comparison), and from that the smallest difference between two models that the run could have seen.
 */
#ifndef CONTEND_INSIGHT_FLOOR_H
#define CONTEND_INSIGHT_FLOOR_H

#include "harness/stats/sequence.h"

enum { FLOOR_LEAST_BLOCKS = 6 };

struct noise_floor {
    double spread;    /* standard deviation of the log ratio of two trials of one cell; robust; 0.01 is about 1 % */
    double identical; /* 95 % of such pairs differ by less than this share: exp(1.96 * spread) - 1 */
    double smallest; /* a true difference by this share gets the verdict faster (or slower) in 80 % of runs like this */
    const char *why; /* NULL when the first two are known, else the reason, and all are NaN */
    const char *smallest_why; /* NULL when `smallest` is known, else the reason, and it is NaN */
};

/*
 * Robust spread of the log ratios of neighbouring values of one cell: 1.4826 times the median absolute value, since the
 * truth is 0. x in blocks' order, NaN where a trial is missing; `scratch` has room for n. NaN when fewer than
 * FLOOR_LEAST_BLOCKS - 1 ratios are there. What drifts from block to block is in it, so it is no underestimate.
 */
double floor_spread(const double *x, unsigned n, double *scratch);
/* The same of values that are logarithms already. */
double floor_spread_of_logs(const double *log_x, unsigned n, double *scratch);
/* The same from the sizes of the m differences, which it sorts. */
double floor_spread_of_sizes(double *sizes, unsigned m);

/*
 * `spread` as above, `pairs` blocks, `family` comparisons at the point, `margin` within which two are equivalent. The
 * smallest difference is exact for normal log ratios, and for the verdict as it is given (verdict.h): so few signs go
 * against it that Holm's first step of the sign test at 5 % finds it, and the upper end of the interval lies beyond the
 * margin, since what lies within is called equivalent, however surely it is above 1. With little noise it is thus about
 * the margin. In a run that a rule may end, `looks`, as many as `pairs` or more, else NULL: then it is what these
 * pairs, had they been looked at but once more, now, tell in 80 %; with a lesser difference such a run goes on.
 */
struct noise_floor floor_of(double spread, unsigned pairs, unsigned family, double margin,
                            const struct stats_looks *looks);

/* Fills s->floors, one of each point, from its throughputs: the middle cell's spread stands for the point. 0 or
 * -ENOMEM.
 */
struct summary;
int floors_find(struct summary *s);

#endif
