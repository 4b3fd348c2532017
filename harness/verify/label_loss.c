/* SPDX-License-Identifier: MIT */
/* See label_loss.h. */
#include "harness/verify/label_loss.h"

#include <math.h>

#include "harness/stats/distribution.h"
#include "harness/stats/order.h"

enum { MOST = 512 }; /* trials of one cell */

/* NaN: too few trials of the cell have no label. */
static double median_rate(const struct label_trial *trials, unsigned n, unsigned cell)
{
    double rates[MOST];
    unsigned found = 0;
    for (unsigned i = 0; i < n && found < MOST; i++)
        if (trials[i].cell == cell && !trials[i].labelled)
            rates[found++] = trials[i].rate;
    stats_sort(rates, found);
    return found < LABEL_LOSS_LEAST ? (double)NAN : stats_median(rates, found);
}

void label_loss_add(struct label_loss *l, const struct label_trial *trials, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        double median = trials[i].labelled ? median_rate(trials, n, trials[i].cell) : (double)NAN;
        if (isnan(median))
            continue;
        l->judged++;
        l->slower += 1 - trials[i].rate / median >= trials[i].lost / 2;
    }
}

bool label_loss_is_real(const struct label_loss *l)
{
    return l->judged && 1 - stats_binomial_cdf(l->judged, (long)l->slower - 1, 0.5) <= 0.05;
}
