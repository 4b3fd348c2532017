/* SPDX-License-Identifier: MIT */
/* The finding on what basic operations cost here: it explains ratios, and changes no verdict. */
#include <stdio.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/insight/findings_internal.h"
#include "harness/machine/costs.h"

/* Twice what is expected and more moves ratios by more than their intervals tell. */
#define COSTS_WARN 2.0

struct outside {
    const struct machine_cost *cost;
    double factor;
};

/* Those outside their range, the farthest first; how many. */
static unsigned find_outside(const struct costs *all, struct outside *out)
{
    unsigned n = 0;
    for (unsigned i = 0; i < all->n; i++) {
        struct outside x = {&all->all[i], 1};
        enum cost_judgement j = cost_judge(x.cost, &x.factor);
        if (j != COST_ABOVE && j != COST_BELOW)
            continue;
        unsigned at = n++;
        for (; at && out[at - 1].factor < x.factor; at--)
            out[at] = out[at - 1];
        out[at] = x;
    }
    return n;
}

/* Whole items, the others counted: an effect has commas of its own. */
static void tell(struct finding *f, const struct outside *out, unsigned n)
{
    enum { OTHERS = 120 }; /* for what is said of those left out, and of other programs */
    size_t most = sizeof f->text - OTHERS;
    unsigned told = 0;
    snprintf(f->text, sizeof f->text, "when the run began: ");
    for (; told < n; told++) {
        const struct machine_cost *c = out[told].cost;
        char item[600], text[160];
        cost_outside_text(text, sizeof text, c);
        snprintf(item, sizeof item, "%s%s %s, which bends %s", told ? "; " : "", c->name, text,
                 cost_kind_of(c->name)->effect);
        if (strlen(f->text) + strlen(item) >= most)
            break;
        text_append(f->text, sizeof f->text, "%s", item);
    }
    if (told < n)
        text_append(f->text, sizeof f->text, "; and %u other%s", n - told, n - told == 1 ? "" : "s");
}

void find_costs(const struct finding_rule *self, struct summary *s)
{
    struct outside out[COSTS_MAX];
    unsigned n = s->environment ? find_outside(&s->environment->costs, out) : 0;
    double busy = 0;
    bool warn = false;
    if (n)
        facts_number(&s->environment->start, "load.busy_cpus", &busy);
    for (unsigned i = 0; i < n && busy < COSTS_LOADED; i++)
        warn |= out[i].factor >= COSTS_WARN && cost_is_worse(out[i].cost, cost_judge(out[i].cost, NULL));
    struct finding *f = n ? finding_add(self, s, warn ? "warn" : "info", "factor", out[0].factor) : NULL;
    if (!f)
        return;
    tell(f, out, n);
    if (busy >= COSTS_LOADED)
        text_append(f->text, sizeof f->text, "; other programs used %.2g CPUs then, and may be the cause", busy);
    snprintf(f->advice, sizeof f->advice,
             "the verdicts hold for this machine; before they are taken for another, compare its costs: contend doctor "
             "--costs, there and here");
}
