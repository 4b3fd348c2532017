/* SPDX-License-Identifier: MIT */
/* Moments over the trials of a cell; see moments.h. */
#include "harness/insight/moments.h"

#include <math.h>

#include "harness/stats/moments.h"
#include "harness/stats/order.h"

void moments_of(double *x, unsigned n, struct moments *out)
{
    *out = (struct moments){n, NAN, NAN, NAN, NAN, NAN, NAN};
    if (!n)
        return;
    stats_sort(x, n);
    out->mean = stats_mean(x, n);
    out->median = stats_median(x, n);
    out->least = x[0];
    out->most = x[n - 1];
    out->stddev = stats_stddev(x, n, out->mean);
    out->cv = out->mean != 0 ? out->stddev / out->mean : (double)NAN;
}
