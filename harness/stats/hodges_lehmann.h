/* SPDX-License-Identifier: MIT */
/*
 * The Hodges-Lehmann estimate of one sample (the log ratios of paired blocks) and its interval. Nothing is allocated.
 * The averages are never written down: the k-th smallest is found by bisection over the doubles, each step counting in
 * O(n), at most 64 steps; so any n goes. Values must be finite.
 *
 * It assumes a symmetric distribution, which two cells that are alike and in random order within their block have by
 * construction; when skewed, the estimate is the pseudo-median, not the median.
 */
#ifndef CONTEND_STATS_HODGES_LEHMANN_H
#define CONTEND_STATS_HODGES_LEHMANN_H

#include <stdbool.h>

#include "harness/stats/interval.h"

enum { STATS_EXACT_SIGNED_RANK = 50 }; /* up to so many values the signed-rank distribution is exact */

/* The median of all averages (x[i] + x[j]) / 2, i <= j, and the interval between the k-th smallest and k-th largest of
 * them, k the largest with 2 P(W < k) <= 1 - level, W Wilcoxon's signed-rank statistic (Hodges and Lehmann, Ann. Math.
 * Stat. 34, 1963; Hollander and Wolfe, Nonparametric Statistical Methods, 3.2 and 3.3). P is exact up to
 * STATS_EXACT_SIGNED_RANK, then normal with continuity correction. Ties make the interval hold more than its level,
 * never less. `sorted` ascending. false: n too small for the level (below 6 for 95 %); the estimate is set for n >= 1.
 */
bool stats_hodges_lehmann(const double *sorted, unsigned n, double level, struct stats_interval *out);

#endif
