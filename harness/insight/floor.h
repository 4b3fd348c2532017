/* SPDX-License-Identifier: MIT */
/*
 * The noise floor of a run, from its own trials: how far apart two trials of one and the same cell lie, one block after
 * the other (an A/A comparison), and from that the smallest difference between two models that the run could have seen.
 */
#ifndef CONTEND_INSIGHT_FLOOR_H
#define CONTEND_INSIGHT_FLOOR_H

enum { FLOOR_LEAST_BLOCKS = 6 };

struct noise_floor {
    double spread;    /* standard deviation of the log ratio of two trials of one cell; robust; 0.01 is about 1 % */
    double identical; /* 95 % of such pairs differ by less than this share: exp(1.96 * spread) - 1 */
    double smallest;  /* a true difference by this share is found in 80 % of runs like this one */
    const char *why;  /* NULL when they are known, else the reason, and they are NaN */
};

/*
 * Robust spread of the log ratios of neighbouring values of one cell: 1.4826 times the median absolute value, since the
 * truth is 0. x in blocks' order, NaN where a trial is missing; `scratch` has room for n. NaN when fewer than
 * FLOOR_LEAST_BLOCKS - 1 ratios are there. What drifts from block to block is in it, so it is no underestimate.
 */
double floor_spread(const double *x, unsigned n, double *scratch);

/*
 * `spread` as above, `pairs` blocks, `family` comparisons at the point. The smallest difference is exact for normal log
 * ratios: it makes so few signs go against it that Holm's first step of the sign test at 5 % finds it with probability
 * 0.8. A confidence sequence needs some more.
 */
struct noise_floor floor_of(double spread, unsigned pairs, unsigned family);

#endif
