/* SPDX-License-Identifier: MIT */
/* Median, sign test and Holm's adjustment; see order.h. */
#include "harness/stats/order.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/stats/distribution.h"

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

void stats_sort(double *x, unsigned n)
{
    qsort(x, n, sizeof *x, ascending);
}

void stats_insert(double *sorted, unsigned n, double x)
{
    unsigned low = 0, high = n;
    while (low < high) {
        unsigned middle = low + (high - low) / 2;
        if (sorted[middle] < x)
            low = middle + 1;
        else
            high = middle;
    }
    memmove(sorted + low + 1, sorted + low, (n - low) * sizeof *sorted);
    sorted[low] = x;
}

double stats_median(const double *sorted, unsigned n)
{
    if (!n)
        return NAN;
    return n % 2 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
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
    double p = 2 * stats_binomial_cdf(plus + minus, (long)least, 0.5);
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
