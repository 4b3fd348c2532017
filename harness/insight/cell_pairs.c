/* SPDX-License-Identifier: MIT */
/* Two cells, paired by block; see cell_pairs.h. */
#include "harness/insight/cell_pairs.h"

#include <math.h>
#include <stdlib.h>

#include "harness/base/base.h"
#include "harness/insight/compare.h"
#include "harness/stats/order.h"
#include "harness/stats/quantile.h"

static const struct estimate no_memory = {
    .median = NAN, .lower = NAN, .upper = NAN, .level = NAN, .why = "out of memory"};

struct estimate cells_ratio(const struct summary *s, const double *of, unsigned a, unsigned b)
{
    double unused;
    CLEANUP_FREE double *scratch = malloc(SCRATCH(s->plan->blocks) * sizeof *scratch);
    return scratch ? summary_ratio(s, of, a, b, &unused, scratch) : no_memory;
}

struct estimate cells_extra(const struct summary *s, const double *of, unsigned a, unsigned b, double by)
{
    const size_t blocks = s->plan->blocks;
    CLEANUP_FREE double *x = malloc(SCRATCH(blocks) * sizeof *x);
    struct stats_interval i;
    unsigned n = 0;
    if (!x)
        return no_memory;
    for (size_t k = 0; k < blocks; k++) {
        double extra = (of[a * blocks + k] - of[b * blocks + k]) / by;
        if (!isnan(extra))
            x[n++] = extra;
    }
    if (s->looks) {
        sequence_of(s->looks, x, n, &i);
    } else {
        stats_sort(x, n);
        stats_quantile_interval(x, n, 0.5, INTERVAL_LEVEL, &i);
    }
    return plan_estimate(s->plan, &i, n, "no block has both");
}

bool ratio_differs(const struct estimate *ratio)
{
    return ratio->lower > 1 || ratio->upper < 1; /* NaN: neither */
}
