/* SPDX-License-Identifier: MIT */
/* The finding on work of which all models were given less, since one of them is slow at it. */
#include <stdio.h>

#include "harness/base/base.h"
#include "harness/insight/findings_internal.h"

void find_cut(const struct finding_rule *self, struct summary *s)
{
    struct text_list each = {0};
    double most = 0;
    bool alone = true;
    for (unsigned i = 0; i < s->plan->n_cuts; i++) {
        const struct plan_cut *cut = &s->plan->cuts[i];
        const struct cell *c = &s->plan->cells[cut->cell];
        char work[WORK_NAME_MAX], takes[32];
        work_name(work, sizeof work, s->plan, cut->cell);
        text_span(takes, sizeof takes, (double)cut->slowest_ns);
        most =
            most < (double)cut->units_before / (double)c->units ? (double)cut->units_before / (double)c->units : most;
        list_add(&each, "%s %llu units, not %llu (%s on %u CPU%s would take %s for what takes %s %.0f ms on one)", work,
                 (unsigned long long)c->units, (unsigned long long)cut->units_before, c->model, c->offered,
                 c->offered == 1 ? "" : "s", takes, cut->pilot_model, (double)cut->pilot_ns / 1e6);
        alone &= plan_is_alone(s->plan, cut->cell);
    }
    struct finding *f = s->plan->n_cuts ? finding_add(self, s, "info", "times_less", most) : NULL;
    if (!f)
        return;
    for (unsigned i = 0; i < s->plan->n_cuts; i++)
        finding_cell(f, s->plan->cuts[i].cell);
    snprintf(f->text, sizeof f->text, "trials%s have less work, for %s is slow at it: %s",
             alone ? "" : " of all models", alone ? "the model" : "one of them", list_end(&each));
    snprintf(f->advice, sizeof f->advice,
             alone ? "a ratio to a run of other models is one of less work: give both the same --units"
                   : "the other models' trials are shorter for it, and the process weighs more in them: without the "
                     "slow model (--models) they can be longer");
}
