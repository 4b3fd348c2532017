/* SPDX-License-Identifier: MIT */
/* The signed-rank and the Mann-Whitney test, ties and zeros included; see hodges_lehmann.h. */
#include "harness/stats/hodges_lehmann.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/stats/order.h"
#include "harness/stats/rank_distribution.h"

static int ascending_size(const void *a, const void *b)
{
    double x = fabs(*(const double *)a), y = fabs(*(const double *)b);
    return x < y ? -1 : x > y;
}

/* Two-sided p of a statistic `distance` away from its mean, with continuity correction. */
static double normal_p(double distance, double sd)
{
    double z = (fabs(distance) - 0.5) / sd;
    return z > 0 ? erfc(z / M_SQRT2) : 1;
}

/* What the signed-rank test needs of the values: sums over the non-zero ones. Ranks are doubled to stay whole. */
struct signed_ranks {
    double plus;    /* sum of ranks of the positive values */
    double all;     /* sum of all ranks */
    double squares; /* sum of squared ranks */
    unsigned n;
    unsigned doubled[STATS_EXACT_SIGNED_RANK]; /* filled in up to there */
};

static void rank_signed(const double *by_size, unsigned n, struct signed_ranks *r)
{
    *r = (struct signed_ranks){.n = 0};
    for (unsigned i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n && fabs(by_size[end]) == fabs(by_size[i]);)
            end++;
        if (by_size[i] == 0)
            continue;
        double rank = ((double)i + end + 1) / 2;
        for (unsigned j = i; j < end; j++) {
            r->plus += by_size[j] > 0 ? rank : 0;
            r->all += rank;
            r->squares += rank * rank;
            if (r->n < STATS_EXACT_SIGNED_RANK)
                r->doubled[r->n] = i + end + 1;
            r->n++;
        }
    }
}

double stats_signed_rank_test(const double *x, unsigned n, double *scratch)
{
    struct signed_ranks r;
    if (n < STATS_LEAST_N)
        return NAN;
    memcpy(scratch, x, n * sizeof *x);
    qsort(scratch, n, sizeof *scratch, ascending_size);
    rank_signed(scratch, n, &r);
    if (!r.n)
        return 1;
    if (n > STATS_EXACT_SIGNED_RANK)
        return normal_p(r.plus - r.all / 2, sqrt(r.squares / 4));
    double probability[2 * STATS_SIGNED_RANK_MOST + 1], p = 0;
    stats_subset_sums(r.doubled, r.n, probability);
    double least = r.plus < r.all - r.plus ? r.plus : r.all - r.plus;
    for (unsigned s = 0; s <= (unsigned)(2 * least + 0.5); s++)
        p += probability[s];
    return p < 0.5 ? 2 * p : 1;
}

double stats_mann_whitney_test(const double *a, unsigned n, const double *b, unsigned m, double *scratch)
{
    double u = 0, ties = 0, all = (double)n + m, pairs = (double)n * m;
    if (!n || !m)
        return NAN;
    double *x = scratch, *y = scratch + n;
    memcpy(x, a, n * sizeof *a);
    memcpy(y, b, m * sizeof *b);
    stats_sort(x, n);
    stats_sort(y, m);
    for (unsigned i = 0, j = 0; i < n || j < m;) { /* one step a distinct value */
        double v = i == n ? y[j] : j == m || x[i] < y[j] ? x[i] : y[j];
        unsigned i0 = i, j0 = j;
        while (i < n && x[i] == v)
            i++;
        while (j < m && y[j] == v)
            j++;
        double tied = (double)(i - i0) + (j - j0);
        u += (double)(i - i0) * (j0 + (double)(j - j0) / 2); /* pairs where a is above b, ties as halves */
        ties += tied * tied * tied - tied;
    }
    if (ties == 0 && pairs <= STATS_EXACT_RANK_SUM) {
        double probability[STATS_EXACT_RANK_SUM + 1], p = 0, least = u < pairs - u ? u : pairs - u;
        stats_rank_sums(n, m, probability);
        for (unsigned s = 0; s <= (unsigned)least; s++)
            p += probability[s];
        return p < 0.5 ? 2 * p : 1;
    }
    double variance = pairs / 12 * (all + 1 - ties / (all * (all - 1)));
    return variance > 0 ? normal_p(u - pairs / 2, sqrt(variance)) : 1;
}
