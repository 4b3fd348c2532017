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

struct noise_floor floor_of(double spread, unsigned pairs, unsigned family)
{
    if (isnan(spread) || !pairs)
        return (struct noise_floor){NAN, NAN, NAN, "fewer than 6 blocks"};
    double z = stats_normal_quantile(1 - 0.025 / (family ? family : 1)) + stats_normal_quantile(0.8);
    return (struct noise_floor){spread, exp(1.96 * spread) - 1, exp(spread * z * sqrt(M_PI / 2 / pairs)) - 1, NULL};
}
