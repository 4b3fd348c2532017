/* SPDX-License-Identifier: MIT */
/*
 * Rank statistics of one sample (the log ratios of paired blocks) and of two (unpaired runs): Hodges-Lehmann estimates,
 * their intervals and the tests that these invert. Nothing is allocated. The averages and differences are never written
 * down: the k-th smallest is found by bisection over the doubles, each step counting in O(n), at most 64 steps; so any
 * n goes. Values must be finite.
 *
 * One sample assumes a symmetric distribution, which two cells that are alike and in random order within their block
 * have by construction; when skewed, the estimate is the pseudo-median, not the median. Two samples assume
 * distributions that differ in place alone.
 */
#ifndef CONTEND_STATS_HODGES_LEHMANN_H
#define CONTEND_STATS_HODGES_LEHMANN_H

#include <stdbool.h>

#include "harness/stats/interval.h"

enum {
    STATS_EXACT_SIGNED_RANK = 50, /* up to so many values the signed-rank distribution is exact */
    STATS_EXACT_TIED = 24,        /* with ties the rank sum is exact up to so many values in both samples together */
    STATS_EXACT_RANK_SUM = 625    /* up to this product of sizes that of the rank sum is: its counts stay below 2^53 */
};

/* The median of all averages (x[i] + x[j]) / 2, i <= j, and the interval between the k-th smallest and k-th largest of
 * them, k the largest with 2 P(W < k) <= 1 - level, W Wilcoxon's signed-rank statistic (Hodges and Lehmann, Ann. Math.
 * Stat. 34, 1963; Hollander and Wolfe, Nonparametric Statistical Methods, 3.2 and 3.3). P is exact up to
 * STATS_EXACT_SIGNED_RANK, then normal with continuity correction. Ties make the interval hold more than its level,
 * never less. `sorted` ascending. false: n too small for the level (below 6 for 95 %); the estimate is set for n >= 1.
 */
bool stats_hodges_lehmann(const double *sorted, unsigned n, double level, struct stats_interval *out);

/* Two-sided signed-rank test of "symmetric about 0". Zeros are ranked, then left out (Pratt, JASA 54, 1959); ties get
 * their mean rank. Up to STATS_EXACT_SIGNED_RANK values the distribution is exact given the ranks, ties and zeros
 * included; above, normal with continuity and tie correction. `scratch` has room for n numbers. 1 when all are zero;
 * NaN below STATS_LEAST_N values. */
double stats_signed_rank_test(const double *x, unsigned n, double *scratch);

/* The shift a - b: the median of all differences a[i] - b[j], and the interval between the k-th smallest and k-th
 * largest of them, k the largest with 2 P(U < k) <= 1 - level, U Mann and Whitney's statistic (Hollander and Wolfe, 4.2
 * and 4.3). P is exact up to n * m of STATS_EXACT_RANK_SUM, then normal with continuity correction; it supposes no
 * ties, which makes it too wide with them, never too narrow. Both ascending. false: too few; the estimate is set when
 * neither is empty. */
bool stats_shift(const double *a, unsigned n, const double *b, unsigned m, double level, struct stats_interval *out);

/* Two-sided Mann-Whitney test of "a and b are alike" (Ann. Math. Stat. 18, 1947): exact without ties up to n * m of
 * STATS_EXACT_RANK_SUM and with ties up to n + m of STATS_EXACT_TIED (given the ranks, all ways to deal them out
 * equally likely; twice the smaller tail), else normal with continuity and tie correction. `scratch` has room for n + m
 * numbers. 1 when all values are equal; NaN when either is empty. */
double stats_mann_whitney_test(const double *a, unsigned n, const double *b, unsigned m, double *scratch);

#endif
