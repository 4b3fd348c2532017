/* SPDX-License-Identifier: MIT */
/* The noise floor of a run; see floor.h. */
#include "harness/insight/floor.h"

#include <math.h>
#include <stddef.h>

#include "harness/stats/distribution.h"
#include "harness/stats/order.h"

double floor_spread(const double *x, unsigned n, double *scratch)
{
    unsigned m = 0;
    for (unsigned i = 0; i + 1 < n; i++)
        if (x[i] > 0 && x[i + 1] > 0)
            scratch[m++] = fabs(log(x[i + 1] / x[i]));
    if (m + 1 < FLOOR_LEAST_BLOCKS)
        return NAN;
    stats_sort(scratch, m);
    return 1.4826 * stats_median(scratch, m);
}

/* The most signs against it with which the sign test still finds a difference; -1: it never does. */
static long most_against(unsigned pairs, unsigned family)
{
    long c = -1;
    while (2 * (c + 1) < (long)pairs && 2 * family * stats_binomial_cdf(pairs, c + 1, 0.5) < 0.05)
        c++;
    return c;
}

struct noise_floor floor_of(double spread, unsigned pairs, unsigned family)
{
    if (isnan(spread) || !pairs)
        return (struct noise_floor){NAN, NAN, NAN, "fewer than 6 blocks"};
    long c = most_against(pairs, family ? family : 1);
    if (c < 0)
        return (struct noise_floor){NAN, NAN, NAN, "too few blocks for a verdict among so many models"};
    double low = 0, high = 0.5; /* chance of a sign against it */
    for (int i = 0; i < 60; i++) {
        double p = (low + high) / 2;
        *(stats_binomial_cdf(pairs, c, p) > 0.8 ? &low : &high) = p;
    }
    return (struct noise_floor){spread, exp(1.96 * spread) - 1, exp(-spread * stats_normal_quantile(low)) - 1, NULL};
}
