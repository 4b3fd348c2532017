/* SPDX-License-Identifier: MIT */
/* The finding on what a run gave up to keep its time. */
#include <math.h>
#include <stdio.h>

#include "harness/base/base.h"
#include "harness/insight/findings_internal.h"

/* The cells that were left out for it: their skips are the last. */
static void list_left_out(struct finding *f, struct text_list *each, const struct plan *p)
{
    for (unsigned i = p->n_skips - p->time.cells_left_out; i < p->n_skips; i++) {
        const struct cell *c = &p->cells[p->skips[i].cell];
        char work[WORK_NAME_MAX];
        work_name(work, sizeof work, p, p->skips[i].cell);
        list_add(each, "%s under %s at %u in flight on %u", work, c->model, c->concurrency, c->offered);
        finding_cell(f, p->skips[i].cell);
    }
}

/* true if its trials took more than was left for them, and what is borne beyond it. */
static bool took_longer(const struct summary *s)
{
    const struct plan_time *t = &s->plan->time;
    return s->look.spent_ns > (double)t->trials_ns + TIME_OVER * (double)t->asked_ns && t->trials_ns;
}

/* After more than the fewest blocks the last was begun since one like those before it would have fitted. */
static const char *why_longer(const struct summary *s)
{
    const struct plan_time *t = &s->plan->time;
    if (s->look.blocks > t->blocks_least)
        return "the last block was slower than those before it";
    return t->planned_ns > t->asked_ns ? "fewer blocks and cells would tell nothing"
                                       : "trials were slower than pilots were, and fewer blocks carry no verdict";
}

/* true if it has fewer blocks for its time. One that a rule or a budget ended has all that it was to have. */
static bool has_fewer(const struct summary *s)
{
    const bool ended = s->look.stop != STATS_GO_ON && s->look.stop != STATS_STOP_TIME;
    return !ended && (s->look.stop == STATS_STOP_TIME || s->plan->blocks < s->plan->time.blocks_asked);
}

void find_time(const struct finding_rule *self, struct summary *s)
{
    const struct plan_time *t = &s->plan->time;
    const bool longer = t->asked_ns && took_longer(s);
    if (!t->asked_ns || !(longer || has_fewer(s) || t->cells_left_out))
        return;
    struct finding *f = finding_add(self, s, longer || t->cells_left_out ? "warn" : "info", "times_the_time",
                                    (double)t->whole_ns / (double)t->asked_ns);
    struct text_list each = {0};
    char asked[32], whole[32];
    if (!f)
        return;
    text_span(asked, sizeof asked, (double)t->asked_ns);
    text_span(whole, sizeof whole, (double)t->whole_ns);
    if (t->whole_ns > t->asked_ns)
        snprintf(f->text, sizeof f->text, "%s was asked for, and all of it would take about %s", asked, whole);
    else
        snprintf(f->text, sizeof f->text, "%s was asked for; by the pilots that was enough, but trials took longer",
                 asked);
    text_append(f->text, sizeof f->text, ": %u of %u blocks are there", s->look.blocks, t->blocks_asked);
    if (t->cells_left_out) {
        list_left_out(f, &each, s->plan);
        text_append(f->text, sizeof f->text, ", without %s", list_end(&each));
    }
    if (longer)
        text_append(f->text, sizeof f->text, "; it took longer all the same, for %s", why_longer(s));
    const double room = 1.1 * (double)t->whole_ns / NS_PER_S;
    snprintf(f->advice, sizeof f->advice, "%s; --time %.0f%s measures all of it, --time none whatever it takes",
             t->cells_left_out ? "how those would have stood is not known" : "more blocks narrow the intervals",
             ceil(room < 90 ? room : room / 60), room < 90 ? "s" : "min");
}
