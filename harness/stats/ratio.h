/* SPDX-License-Identifier: MIT */
/*
 * The ratio of two cells with its interval, from logarithms, so that a / b and b / a tell the same. Pairs (one block
 * each) where there are any: what the machine did to the block then falls out.
 */
#ifndef CONTEND_STATS_RATIO_H
#define CONTEND_STATS_RATIO_H

#include <stdbool.h>

#include "harness/stats/interval.h"

/* out[] = ln(a[i] / b[i]) of the pairs that are whole; returns how many. Left out: a pair with a NaN (a trial that is
 * missing), and one with a value that is not above 0 or not finite, which has no ratio. `out` may be a or b. */
unsigned stats_log_ratios(const double *a, const double *b, unsigned n, double *out);

enum stats_ratio_method {
    STATS_SIGN,           /* the median, exact whatever the distribution; needs 6 pairs for 95 % */
    STATS_HODGES_LEHMANN, /* narrower (by a fifth for normal noise), for symmetric log ratios; see hodges_lehmann.h */
};

/* The typical ratio of pairs. Sorts the log ratios, which must be finite. false: too few for the level; the estimate is
 * set when there is any pair. */
bool stats_paired_ratio(double *log_ratios, unsigned n, enum stats_ratio_method method, double level,
                        struct stats_interval *out);

#endif
