/* SPDX-License-Identifier: MIT */
/* Pairs of trials to a share of time; see longer.h. */
#include "harness/verify/longer.h"

#include <math.h>

#include "harness/stats/order.h"
#include "harness/stats/ratio.h"

enum { MOST = 4000 };

static void share(double *log_ratio, unsigned n, double level, struct stats_interval *out)
{
    stats_paired_ratio(log_ratio, n, STATS_SIGN, level, out);
    out->estimate--;
    out->lower--;
    out->upper--;
}

int longer_measure(struct verify *v, const struct cell *base, const struct cell *side, double seconds, struct longer *m,
                   struct err *e)
{
    struct pairs_result r;
    static double ns[2][MOST];
    const struct sample_cpu cpu = {{ns[0], ns[1]}};
    int rc = sample_pairs(v, base, side, MOST, seconds, &cpu, &r, e);
    m->pairs = r.pairs;
    for (unsigned i = 0; i < r.pairs; i++)
        r.log_ratio[i] = -r.log_ratio[i]; /* of times, not of speeds */
    if (!rc) {
        share(r.log_ratio, r.pairs, 0.95, &m->at95);
        share(r.log_ratio, r.pairs, SURE_LEVEL, &m->sure);
        unsigned n = 0;
        static double whole[MOST];
        for (unsigned i = 0; i < r.pairs + r.failed; i++)
            if (!isnan(ns[0][i]))
                whole[n++] = ns[0][i];
        stats_sort(whole, n);
        m->base_ns = stats_median(whole, n);
        share(ns[1], stats_log_ratios(ns[1], ns[0], r.pairs + r.failed, ns[1]), 0.95, &m->cpu);
    }
    pairs_release(&r);
    return rc;
}
