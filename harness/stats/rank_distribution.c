/* SPDX-License-Identifier: MIT */
/* Rank statistics' null distributions by dynamic programming; see rank_distribution.h. */
#include "harness/stats/rank_distribution.h"

#include <string.h>

unsigned stats_subset_sums(const unsigned *weights, unsigned n, double *probability)
{
    unsigned most = 0;
    probability[0] = 1;
    for (unsigned i = 0; i < n; i++) {
        unsigned w = weights[i];
        memset(probability + most + 1, 0, w * sizeof *probability);
        most += w;
        for (unsigned s = most + 1; s-- > w;)
            probability[s] = (probability[s] + probability[s - w]) / 2;
        for (unsigned s = 0; s < w; s++)
            probability[s] /= 2;
    }
    return most;
}

void stats_rank_sums(unsigned n, unsigned m, double *probability)
{
    unsigned most = n * m;
    double total = 0;
    memset(probability, 0, (most + 1) * sizeof *probability);
    probability[0] = 1;
    /* The product of (1 - q^(m+i)) / (1 - q^i) over i: each step leaves a polynomial with whole coefficients. */
    for (unsigned i = 1; i <= n; i++) {
        for (unsigned u = most + 1; u-- > m + i;)
            probability[u] -= probability[u - m - i];
        for (unsigned u = i; u <= most; u++)
            probability[u] += probability[u - i];
    }
    for (unsigned u = 0; u <= most; u++)
        total += probability[u];
    for (unsigned u = 0; u <= most; u++)
        probability[u] /= total;
}

unsigned stats_choice_sums(const unsigned *weights, unsigned n, unsigned k, double *probability)
{
    double ways[STATS_EXACT_TIED / 2 + 1][STATS_TIED_MOST + 1] = {{1}}; /* [chosen][sum]; whole, below 2^53 */
    unsigned most = 0;
    double total = 0;
    for (unsigned i = 0; i < n; i++) {
        most += weights[i];
        for (unsigned chosen = i + 1 < k ? i + 1 : k; chosen; chosen--)
            for (unsigned s = weights[i]; s <= most; s++)
                ways[chosen][s] += ways[chosen - 1][s - weights[i]];
    }
    for (unsigned s = 0; s <= most; s++)
        total += ways[k][s];
    for (unsigned s = 0; s <= most; s++)
        probability[s] = ways[k][s] / total;
    return most;
}
