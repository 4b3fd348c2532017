/* SPDX-License-Identifier: MIT */
/* All pairs at each point, and their verdicts; see compare.h. */
#include "harness/insight/compare.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "harness/stats/order.h"

double sequence_of(double *x, unsigned n, unsigned most, struct stats_interval *out)
{
    struct stats_sequence q;
    stats_sequence_init(&q, x + most, most);
    for (unsigned i = 0; i < n; i++)
        stats_sequence_add(&q, x[i]);
    stats_sequence_interval(&q, STATS_ANY, INTERVAL_LEVEL, out);
    double p = 2 * exp(-stats_sequence_evidence(&q, STATS_ANY, 0));
    return p < 1 ? p : 1;
}

double sequence_ratio(double *log_ratios, unsigned n, unsigned most, struct stats_interval *out)
{
    double p = sequence_of(log_ratios, n, most, out);
    out->estimate = exp(out->estimate);
    out->lower = exp(out->lower);
    out->upper = exp(out->upper);
    return p;
}

static bool known(const struct summary *out, unsigned a, unsigned b)
{
    for (unsigned i = 0; i < out->n_comparisons; i++)
        if (out->comparisons[i].a == a && out->comparisons[i].b == b)
            return true;
    return false;
}

int judge_family(struct comparison *c, unsigned n, double equiv)
{
    double *p = malloc((n + 1) * sizeof *p);
    unsigned *index = malloc((n + 1) * sizeof *index);
    int rc = p && index ? 0 : -ENOMEM;
    for (unsigned i = 0; !rc && i < n; i++)
        p[i] = c[i].p;
    if (!rc)
        stats_holm(p, n, index);
    for (unsigned i = 0; !rc && i < n; i++) {
        c[i].p_adjusted = p[i];
        const struct estimate *e = &c[i].ratio;
        const struct stats_interval ratio = {e->median, e->lower, e->upper, e->level};
        c[i].verdict = stats_family_verdict(&ratio, equiv, p[i], 1 - INTERVAL_LEVEL);
    }
    free(p);
    free(index);
    return rc;
}

int compare_points(const struct summarizer *s, struct summary *out, double *scratch)
{
    const struct plan *p = out->plan;
    for (unsigned t = 0; t < p->n_points; t++) {
        const struct plan_point *point = &p->points[t];
        unsigned first = out->n_comparisons, most = first + point->n_cells * point->n_cells;
        struct comparison *all = realloc(out->comparisons, (most + 1) * sizeof *all);
        if (!all)
            return -ENOMEM;
        out->comparisons = all;
        for (unsigned i = 0; i < point->n_cells; i++)
            for (unsigned j = i + 1; j < point->n_cells; j++) {
                unsigned a = point->cells[i], b = point->cells[j];
                if (a == b || out->cells[a].status != TRIAL_OK || out->cells[b].status != TRIAL_OK || known(out, a, b))
                    continue;
                struct comparison *c = &all[out->n_comparisons++];
                *c = (struct comparison){.point = t, .a = a, .b = b};
                c->ratio = ratio_of(s, a, b, &c->p, scratch);
            }
        if (judge_family(all + first, out->n_comparisons - first, p->equiv))
            return -ENOMEM;
    }
    return 0;
}
