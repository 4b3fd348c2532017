/* SPDX-License-Identifier: MIT */
/*
 * Any quantile with its exact order-statistic interval. For
 * independent values from a continuous distribution: units of one trial are neither many trials nor independent, so
 * such an interval over them is a least width, not a confidence.
 */
#ifndef CONTEND_STATS_QUANTILE_H
#define CONTEND_STATS_QUANTILE_H

#include <stdbool.h>

#include "harness/stats/interval.h"

/* The q-quantile of an ascending array, q in [0, 1], by Hyndman and Fan's definition 8 (Am. Stat. 50, 1996): about
 * median-unbiased whatever the distribution. NaN for n 0. */
double stats_quantile(const double *sorted, unsigned n, double q);

/* The interval [x(l), x(u)], places from 1, each side missing the quantile with at most (1 - level) / 2: l the largest
 * with P(B < l) <= (1 - level) / 2, u the smallest with P(B >= u) <= (1 - level) / 2, B ~ Binomial(n, q) (David and
 * Nagaraja, Order Statistics, 7.1). q in (0, 1). false when either does not exist: below 6 values for the
 * median at 95 %, 368 for p99, 3,688 for p99.9. The estimate is set for n >= 1 all the same, and is not to be shown.
 * The level reached is set; it moves in steps, so for the median at 95 % it is 95 to 98.4 % from n = 15 on and up
 * to 99.2 % (n = 8) below.
 */
bool stats_quantile_interval(const double *sorted, unsigned n, double q, double level, struct stats_interval *out);

#endif
