/* SPDX-License-Identifier: MIT */
/* Intervals of ratios; see ratio.h. */
#include "harness/stats/ratio.h"

#include <math.h>

#include "harness/stats/hodges_lehmann.h"
#include "harness/stats/order.h"
#include "harness/stats/quantile.h"

unsigned stats_log_ratios(const double *a, const double *b, unsigned n, double *out)
{
    unsigned pairs = 0;
    for (unsigned i = 0; i < n; i++)
        if (a[i] > 0 && b[i] > 0 && isfinite(a[i]) && isfinite(b[i]))
            out[pairs++] = log(a[i] / b[i]);
    return pairs;
}

static bool from_log(bool known, struct stats_interval *i)
{
    i->estimate = exp(i->estimate);
    i->lower = exp(i->lower);
    i->upper = exp(i->upper);
    return known;
}

bool stats_paired_ratio(double *log_ratios, unsigned n, enum stats_ratio_method method, double level,
                        struct stats_interval *out)
{
    stats_sort(log_ratios, n);
    return from_log(method == STATS_SIGN ? stats_quantile_interval(log_ratios, n, 0.5, level, out)
                                         : stats_hodges_lehmann(log_ratios, n, level, out),
                    out);
}
