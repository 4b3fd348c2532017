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

/* What the Mann-Whitney test needs of both samples together. */
struct rank_sum {
    unsigned n, m;
    double u;                              /* pairs where a is above b, ties as halves */
    double ties;                           /* sum of t^3 - t over groups of t equal values */
    unsigned doubled[STATS_EXACT_TIED];    /* ranks times two of all values, filled in up to there */
    unsigned doubled_sum_a, doubled_sum_b; /* of the ranks times two */
};

static void rank_both(const double *x, const double *y, struct rank_sum *r)
{
    for (unsigned i = 0, j = 0; i < r->n || j < r->m;) { /* one step a distinct value */
        double v = i == r->n ? y[j] : j == r->m || x[i] < y[j] ? x[i] : y[j];
        unsigned i0 = i, j0 = j;
        while (i < r->n && x[i] == v)
            i++;
        while (j < r->m && y[j] == v)
            j++;
        double tied = (double)(i - i0) + (j - j0);
        r->u += (double)(i - i0) * (j0 + (double)(j - j0) / 2);
        r->ties += tied * tied * tied - tied;
        unsigned doubled = i0 + j0 + i + j + 1;
        r->doubled_sum_a += (i - i0) * doubled;
        r->doubled_sum_b += (j - j0) * doubled;
        for (unsigned k = i0 + j0; k < i + j && k < STATS_EXACT_TIED; k++)
            r->doubled[k] = doubled;
    }
}

/* Twice the smaller tail; both tails count the value itself. */
static double smaller_tail_p(const double *probability, unsigned most, unsigned at)
{
    double below = 0, above = 0;
    for (unsigned s = 0; s <= at; s++)
        below += probability[s];
    for (unsigned s = at; s <= most; s++)
        above += probability[s];
    double p = 2 * (below < above ? below : above);
    return p < 1 ? p : 1;
}

static double exact_p(const struct rank_sum *r)
{
    if (r->ties > 0) {
        double probability[STATS_TIED_MOST + 1];
        bool a_smaller = r->n < r->m;
        unsigned most = stats_choice_sums(r->doubled, r->n + r->m, a_smaller ? r->n : r->m, probability);
        return smaller_tail_p(probability, most, a_smaller ? r->doubled_sum_a : r->doubled_sum_b);
    }
    double probability[STATS_EXACT_RANK_SUM + 1];
    stats_rank_sums(r->n, r->m, probability);
    return smaller_tail_p(probability, r->n * r->m, (unsigned)r->u);
}

double stats_mann_whitney_test(const double *a, unsigned n, const double *b, unsigned m, double *scratch)
{
    struct rank_sum r = {.n = n, .m = m};
    double all = (double)n + m, pairs = (double)n * m;
    if (!n || !m)
        return NAN;
    memcpy(scratch, a, n * sizeof *a);
    memcpy(scratch + n, b, m * sizeof *b);
    stats_sort(scratch, n);
    stats_sort(scratch + n, m);
    rank_both(scratch, scratch + n, &r);
    if (r.ties > 0 ? all <= STATS_EXACT_TIED : pairs <= STATS_EXACT_RANK_SUM)
        return exact_p(&r);
    double variance = pairs / 12 * (all + 1 - r.ties / (all * (all - 1)));
    return variance > 0 ? normal_p(r.u - pairs / 2, sqrt(variance)) : 1;
}
