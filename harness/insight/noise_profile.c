/* SPDX-License-Identifier: MIT */
/* The noise of a run; see noise_profile.h. */
#include "harness/insight/noise_profile.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "harness/base/base.h"
#include "harness/stats/order.h"
#include "harness/stats/quantile.h"

const char *trial_label_name(unsigned label)
{
    static const char *const names[LABEL_DISTURBED] = {"none", "undisturbed", "failed", "void"};
    return label < LABEL_DISTURBED ? names[label] : disturbance_names[label - LABEL_DISTURBED];
}

double trial_relative_rate(const struct summary *s, unsigned cell, unsigned block)
{
    return s->throughput[(size_t)cell * s->plan->blocks + block] / s->cells[cell].throughput.median;
}

static void count(struct noise_profile *p, const struct trial_mark *m)
{
    p->trials++;
    if (m->label >= LABEL_DISTURBED)
        p->by[m->label - LABEL_DISTURBED]++;
    else if (m->label == LABEL_UNDISTURBED)
        p->undisturbed++;
    else
        p->failed++;
    p->begin_s = fmin(p->begin_s, m->began_s); /* fmin and fmax leave NaN out */
    p->end_s = fmax(p->end_s, m->began_s);
}

int noise_profile_of(const struct summary *s, struct noise_profile *out)
{
    unsigned blocks = s->plan->blocks, n = 0;
    *out = (struct noise_profile){.begin_s = NAN, .end_s = NAN, .low = NAN, .high = NAN};
    CLEANUP_FREE double *rates = malloc(((size_t)s->plan->n_cells * blocks + 1) * sizeof *rates);
    if (!rates)
        return -ENOMEM;
    for (unsigned c = 0; c < s->plan->n_cells; c++)
        for (unsigned b = 0; b < blocks; b++) {
            const struct trial_mark *m = &s->marks[(size_t)c * blocks + b];
            double rate = trial_relative_rate(s, c, b);
            if (m->label != LABEL_NONE)
                count(out, m);
            if (m->label == LABEL_UNDISTURBED && !isnan(rate))
                rates[n++] = rate;
        }
    if (n < NOISE_LEAST)
        return 0;
    stats_sort(rates, n);
    out->low = stats_quantile(rates, n, 0.025);
    out->high = stats_quantile(rates, n, 0.975);
    return 0;
}
