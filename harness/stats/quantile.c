/* SPDX-License-Identifier: MIT */
/* Quantiles and their intervals; see quantile.h. */
#include "harness/stats/quantile.h"

#include <math.h>

#include "harness/stats/distribution.h"

double stats_quantile(const double *sorted, unsigned n, double q)
{
    if (!n)
        return NAN;
    double place = (n + 1.0 / 3) * q + 1.0 / 3, whole = floor(place);
    if (place <= 1)
        return sorted[0];
    if (place >= n)
        return sorted[n - 1];
    double below = sorted[(unsigned)whole - 1];
    return below + (place - whole) * (sorted[(unsigned)whole] - below);
}

/* How many k from 0 on have P(B <= k) <= most. */
static unsigned count_within(unsigned n, double q, double most)
{
    unsigned low = 0, high = n; /* P(B <= n) is 1 */
    while (low < high) {
        unsigned middle = low + (high - low) / 2;
        if (stats_binomial_cdf(n, (long)middle, q) <= most)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

bool stats_quantile_interval(const double *sorted, unsigned n, double q, double level, struct stats_interval *out)
{
    double side = (1 - level) / 2;
    *out = (struct stats_interval){stats_quantile(sorted, n, q), NAN, NAN, NAN};
    /* The upper end is the lower end of the values counted from above, where n - B ~ Binomial(n, 1 - q). */
    unsigned l = n ? count_within(n, q, side) : 0, from_top = n ? count_within(n, 1 - q, side) : 0;
    if (!l || !from_top)
        return false;
    out->lower = sorted[l - 1];
    out->upper = sorted[n - from_top];
    out->level = 1 - stats_binomial_cdf(n, (long)l - 1, q) - stats_binomial_cdf(n, (long)from_top - 1, 1 - q);
    return true;
}
