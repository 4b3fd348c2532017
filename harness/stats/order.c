/* SPDX-License-Identifier: MIT */
/* Median, its exact interval, the sign test and Holm's adjustment; see order.h. */
#include "harness/stats/order.h"

#include <math.h>
#include <stdlib.h>

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

void stats_sort(double *x, unsigned n)
{
    qsort(x, n, sizeof *x, ascending);
}

double stats_median(const double *sorted, unsigned n)
{
    if (!n)
        return NAN;
    return n % 2 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
}

/* P(X = k) for X ~ Binomial(n, 1/2). */
static double binomial_half_term(unsigned n, unsigned k)
{
    return exp(lgamma((double)n + 1) - lgamma((double)k + 1) - lgamma((double)n - (double)k + 1) - (double)n * M_LN2);
}

double stats_binomial_half(unsigned n, long k)
{
    double sum = 0;
    for (long i = 0; i <= k && i <= (long)n; i++)
        sum += binomial_half_term(n, (unsigned)i);
    return sum > 1 ? 1 : sum;
}

bool stats_median_interval(const double *sorted, unsigned n, double level, double *lower, double *upper,
                           double *coverage)
{
    unsigned k = 0;
    double tail = 0; /* P(X <= k), summed term by term: from the start for each k would be quadratic in n */
    while (2 * (k + 1) <= n && 1 - 2 * (tail += binomial_half_term(n, k)) >= level)
        k++;
    if (!k) {
        *lower = *upper = *coverage = NAN;
        return false;
    }
    *lower = sorted[k - 1];
    *upper = sorted[n - k];
    *coverage = 1 - 2 * stats_binomial_half(n, (long)k - 1);
    return true;
}

double stats_sign_test(const double *x, unsigned n)
{
    unsigned plus = 0, minus = 0;
    if (n < STATS_LEAST_N)
        return NAN;
    for (unsigned i = 0; i < n; i++) {
        plus += x[i] > 0;
        minus += x[i] < 0;
    }
    unsigned least = plus < minus ? plus : minus;
    double p = 2 * stats_binomial_half(plus + minus, (long)least);
    return p > 1 ? 1 : p;
}

void stats_holm(double *p, unsigned n, unsigned *index)
{
    unsigned m = 0;
    for (unsigned i = 0; i < n; i++) {
        if (isnan(p[i]))
            continue;
        unsigned j = m++;
        for (; j && p[index[j - 1]] > p[i]; j--)
            index[j] = index[j - 1];
        index[j] = i;
    }
    double most = 0;
    for (unsigned j = 0; j < m; j++) {
        double adjusted = p[index[j]] * (m - j);
        most = adjusted > most ? adjusted : most;
        p[index[j]] = most > 1 ? 1 : most;
    }
}
