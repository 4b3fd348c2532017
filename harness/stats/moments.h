/* SPDX-License-Identifier: MIT */
/* Sums over a few values that several files of this layer take. n > 0. */
#ifndef CONTEND_STATS_MOMENTS_H
#define CONTEND_STATS_MOMENTS_H

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

#endif
