/* SPDX-License-Identifier: MIT */
/* What is told of the matched cells beside their ratios: in which order, what broke, what regressed; see runs.h. */
#include <math.h>
#include <stdlib.h>

#include "harness/base/base.h"
#include "harness/insight/compare.h"
#include "harness/insight/runs.h"

static int by_change(const void *x, const void *y, void *runs)
{
    const struct comparison *m = ((const struct runs *)runs)->matched;
    unsigned i = *(const unsigned *)x, k = *(const unsigned *)y;
    double a = fabs(log(m[i].ratio.median)), b = fabs(log(m[k].ratio.median));
    if (isnan(a) != isnan(b))
        return isnan(a) ? 1 : -1;
    return a > b ? -1 : a < b ? 1 : i < k ? -1 : i > k;
}

unsigned *runs_by_change(const struct runs *r)
{
    unsigned *order = malloc((r->n_matched + 1) * sizeof *order);
    for (unsigned i = 0; order && i < r->n_matched; i++)
        order[i] = i;
    if (order)
        qsort_r(order, r->n_matched, sizeof *order, by_change, (void *)r);
    return order;
}

bool runs_broken(const struct runs *r, const struct comparison *c)
{
    const struct cell_summary *a = &r->run[RUN_A]->cells[c->b], *b = &r->run[RUN_B]->cells[c->a];
    return a->status == TRIAL_OK && !a->failed && (b->status == TRIAL_FAILED || b->failed);
}

void runs_note(const struct runs *r, const struct comparison *c, char *buf, size_t n)
{
    const struct cell_summary *of[2] = {&r->run[RUN_A]->cells[c->b], &r->run[RUN_B]->cells[c->a]};
    buf[0] = 0;
    for (unsigned i = 0; i < 2; i++)
        if (of[i]->failed)
            text_append(buf, n, "%s%u of %u trials failed in %c", buf[0] ? "; " : "", of[i]->failed, of[i]->trials,
                        'A' + (int)i);
    if (!c->ratio.n)
        return;
    if (c->ratio.why)
        text_append(buf, n, "%s%s", buf[0] ? "; " : "", c->ratio.why);
    if (c->withheld)
        text_append(buf, n, "%s%s", buf[0] ? "; " : "", c->withheld);
    else if (c->widened)
        text_append(buf, n, "%swidened: %s", buf[0] ? "; " : "", c->widened);
    char by_holm[120];
    comparison_holm(c, by_holm, sizeof by_holm);
    if (by_holm[0] && !c->withheld)
        text_append(buf, n, "%s%s", buf[0] ? "; " : "", by_holm);
}

double runs_not_excluded(const struct comparison *c)
{
    return !c->ratio.n || isnan(c->ratio.lower) || c->withheld ? (double)NAN : fmax(0, 1 - c->ratio.lower);
}

bool runs_regressed(const struct runs *r, const struct comparison *c, double least)
{
    return runs_broken(r, c) || (c->ratio.n && c->verdict == VERDICT_SLOWER && 1 - c->ratio.median >= least);
}
