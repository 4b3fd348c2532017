/* SPDX-License-Identifier: MIT */
/* Exact null distributions of Wilcoxon's and of Mann and Whitney's statistic, for the intervals and the tests alike. */
#ifndef CONTEND_STATS_RANK_DISTRIBUTION_H
#define CONTEND_STATS_RANK_DISTRIBUTION_H

#include "harness/stats/hodges_lehmann.h"

enum {
    STATS_SIGNED_RANK_MOST = STATS_EXACT_SIGNED_RANK * (STATS_EXACT_SIGNED_RANK + 1) / 2,
    STATS_TIED_MOST = STATS_EXACT_TIED * (STATS_EXACT_TIED + 1) /* the sum of all ranks times two */
};

/* The distribution of the sum of a random subset of `weights`, each taken with probability 1/2: probability[s] for s
 * from 0 to the sum of all, which the caller has room for. Returns that sum. With ranks 1 … n: the signed-rank
 * statistic. */
unsigned stats_subset_sums(const unsigned *weights, unsigned n, double *probability);

/* The distribution of U for sizes n and m without ties: probability[u] for u from 0 to n * m, at most
 * STATS_EXACT_RANK_SUM, both at least 1. The counts are the coefficients of the Gaussian binomial (n + m over n). */
void stats_rank_sums(unsigned n, unsigned m, double *probability);

/* The distribution of the sum of k of the n `weights`, all choices equally likely: probability[s] for s from 0 to the
 * sum of all, which it returns. n at most STATS_EXACT_TIED, k at most n / 2, the sum at most STATS_TIED_MOST. With
 * ranks: the rank sum of a sample of k among n, ties included. */
unsigned stats_choice_sums(const unsigned *weights, unsigned n, unsigned k, double *probability);

#endif
