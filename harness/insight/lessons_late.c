/* SPDX-License-Identifier: MIT */
/* The finding on workloads that are judged by how late their units are (workload.late_after), not by how many they do.
 */
#include <stdio.h>

#include "harness/base/base.h"
#include "harness/insight/findings_internal.h"

uint64_t cell_late_after(const struct cell *c)
{
    const struct workload *w = workload_find(c->workload);
    return w ? workload_late_after(w, c->p) : 0;
}

/* How many records lie beyond the limit. Those in its own bucket, within 1 % above it, count when the greatest shows
 * that one of them does. */
uint64_t later_than(const struct histogram *h, uint64_t limit)
{
    uint64_t n = h->overflow;
    for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++)
        if (h->bucket[i] && histogram_low(i) > limit)
            n += h->bucket[i];
    return n || h->max <= limit ? n : 1;
}

static void tell_late(const struct finding_rule *self, struct summary *s, const struct plan_point *t, uint64_t limit)
{
    uint64_t worst = 0, worst_in_time = 0;
    struct text_list late = {0}, in_time = {0};
    char work[WORK_NAME_MAX];
    unsigned named[8], n = 0, known = 0;
    for (unsigned k = 0; k < t->n_cells; k++) {
        const struct histogram *h = s->cells[t->cells[k]].latency;
        const char *model = s->plan->cells[t->cells[k]].model;
        if (!h || !h->count)
            continue;
        known++;
        worst = h->max > worst ? h->max : worst;
        if (h->max <= limit) {
            list_add(&in_time, "%s", model);
            worst_in_time = h->max > worst_in_time ? h->max : worst_in_time;
            continue;
        }
        list_add(&late, "%s %.2g %% (worst %.3g ms)", model, 100 * (double)later_than(h, limit) / (double)h->count,
                 (double)h->max / 1e6);
        if (n < ARRAY_LEN(named))
            named[n++] = t->cells[k];
    }
    struct finding *f = known ? finding_add(self, s, "info", "worst_ns", (double)worst) : NULL;
    if (!f)
        return;
    for (unsigned i = 0; i < n; i++)
        finding_cell(f, named[i]);
    work_name(work, sizeof work, s->plan, t->cells[0]);
    snprintf(f->text, sizeof f->text, "%s: ", work);
    if (late.text[0])
        text_append(f->text, sizeof f->text, "later than %.3g ms: %s", (double)limit / 1e6, list_end(&late));
    if (in_time.text[0])
        text_append(f->text, sizeof f->text, "%snever so late: %s (worst %.3g ms)", late.text[0] ? "; " : "",
                    list_end(&in_time), (double)worst_in_time / 1e6);
    text_append(f->text, sizeof f->text, " at %u in flight on %u unit%s", t->concurrency, t->offered,
                t->offered == 1 ? "" : "s");
    snprintf(f->advice, sizeof f->advice,
             late.text[0]
                 ? "where these waits are seen, choose among the others; a single late one can be the machine's "
                   "(doctor --noise)"
                 : "none of these holds it up: choose by memory, or by what is simpler to build");
}

void find_late(const struct finding_rule *self, struct summary *s)
{
    for (unsigned i = 0; i < s->plan->n_points; i++) {
        const struct plan_point *t = &s->plan->points[i];
        uint64_t limit = t->n_cells ? cell_late_after(&s->plan->cells[t->cells[0]]) : 0;
        if (limit)
            tell_late(self, s, t, limit);
    }
}
