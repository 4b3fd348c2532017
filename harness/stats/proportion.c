/* SPDX-License-Identifier: MIT */
/* Clopper and Pearson's interval, by bisection of the binomial distribution function; see proportion.h. */
#include "harness/stats/proportion.h"

#include <math.h>

#include "harness/stats/distribution.h"

/* The share at which P(X <= k) of n falls to `p`. */
static double share_where(unsigned n, long k, double p)
{
    double low = 0, high = 1;
    for (int i = 0; i < 60; i++) {
        double middle = (low + high) / 2;
        *(stats_binomial_cdf(n, k, middle) > p ? &low : &high) = middle;
    }
    return (low + high) / 2;
}

bool stats_proportion_interval(unsigned k, unsigned n, double level, struct stats_interval *out)
{
    double tail = (1 - level) / 2;
    *out = (struct stats_interval){NAN, NAN, NAN, NAN};
    if (!n)
        return false;
    out->estimate = (double)k / n;
    out->lower = k == 0 ? 0 : share_where(n, (long)k - 1, 1 - tail);
    out->upper = k == n ? 1 : share_where(n, k, tail);
    out->level = level;
    return true;
}
