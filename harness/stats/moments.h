/* SPDX-License-Identifier: MIT */
/* Sums over a few values that several files of this layer take, and what follows from them. n > 0. */
#ifndef CONTEND_STATS_MOMENTS_H
#define CONTEND_STATS_MOMENTS_H

#include <math.h>

static inline double stats_mean(const double *x, unsigned n)
{
    double sum = 0;
    for (unsigned i = 0; i < n; i++)
        sum += x[i];
    return sum / n;
}

static inline double stats_squares_around(const double *x, unsigned n, double centre)
{
    double sum = 0;
    for (unsigned i = 0; i < n; i++)
        sum += (x[i] - centre) * (x[i] - centre);
    return sum;
}

/* The sample standard deviation, over n - 1, around the values' own mean; NaN below 2 values. */
static inline double stats_stddev(const double *x, unsigned n, double mean)
{
    return n < 2 ? (double)NAN : sqrt(stats_squares_around(x, n, mean) / (n - 1));
}

#endif
