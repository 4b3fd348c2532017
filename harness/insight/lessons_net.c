/* SPDX-License-Identifier: MIT */
/* Findings on what waits in great numbers, and on the services that workloads talk to. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/insight/findings_internal.h"

enum { LEAST_SPREAD = 4 }; /* many in flight are at least so many times few */

static bool alike(const struct cell *a, const struct cell *b)
{
    return strcmp(a->workload, b->workload) == 0 && memcmp(a->p, b->p, sizeof a->p) == 0 && a->mode == b->mode &&
           a->offered == b->offered;
}

static const struct cell *first_cell(const struct summary *s, unsigned point)
{
    const struct plan_point *t = &s->plan->points[point];
    return t->n_cells ? &s->plan->cells[t->cells[0]] : NULL;
}

/* The other point of the same work with the most tasks in flight; -1 when `few` has not the fewest, or no point has
 * many times as many. */
static int point_with_many(const struct summary *s, unsigned few)
{
    const struct cell *c = first_cell(s, few);
    unsigned least = s->plan->points[few].concurrency;
    int most = -1;
    for (unsigned i = 0; c && i < s->plan->n_points; i++) {
        const struct cell *other = first_cell(s, i);
        unsigned n = s->plan->points[i].concurrency;
        if (i == few || !other || !alike(c, other))
            continue;
        if (n < least || (n == least && i < few))
            return -1;
        if (n >= LEAST_SPREAD * least && (most < 0 || n > s->plan->points[most].concurrency))
            most = (int)i;
    }
    return most;
}

/* Bytes that each further task takes under the model of `cell`, which is of the point `few`; NaN when it is not known.
 */
static double slope(const struct summary *s, unsigned cell, unsigned few, unsigned many, unsigned *other)
{
    const struct plan_point *t = &s->plan->points[many];
    double base = s->cells[cell].pss_bytes.median;
    for (unsigned k = 0; k < t->n_cells; k++) {
        *other = t->cells[k];
        if (*other != cell && s->plan->cells[*other].model == s->plan->cells[cell].model)
            return (s->cells[*other].pss_bytes.median - base) / (t->concurrency - s->plan->points[few].concurrency);
    }
    return NAN;
}

static void tell_memory(const struct finding_rule *self, struct summary *s, unsigned few, unsigned many)
{
    const struct plan_point *t = &s->plan->points[few];
    double least = INFINITY, most = 0;
    char list[220] = "";
    struct finding *f = NULL;
    for (unsigned k = 0; k < t->n_cells; k++) {
        unsigned other = t->cells[k];
        double each = slope(s, t->cells[k], few, many, &other);
        if (isnan(each))
            continue;
        if (!f && !(f = finding_add(self, s, "info", "ratio", NAN)))
            return;
        finding_cell(f, other);
        text_append(list, sizeof list, "%s%.1f KiB under %s", list[0] ? ", " : "", each / 1024,
                    s->plan->cells[other].model);
        least = fmin(least, each);
        most = fmax(most, each);
    }
    if (!f)
        return;
    f->evidence = least > 0 ? most / least : NAN;
    snprintf(f->text, sizeof f->text, "%s on %u unit%s: each further task in flight takes %s (from %u to %u)",
             first_cell(s, few)->workload, t->offered, t->offered == 1 ? "" : "s", list, t->concurrency,
             s->plan->points[many].concurrency);
    snprintf(f->advice, sizeof f->advice,
             "the kernel's own share (sockets, stacks of threads) comes on top, and is not in the proportional share");
}

void find_memory_each(const struct finding_rule *self, struct summary *s)
{
    for (unsigned i = 0; i < s->plan->n_points; i++) {
        int many = point_with_many(s, i);
        if (many >= 0)
            tell_memory(self, s, i, (unsigned)many);
    }
}

static bool warned(const struct cell_summary *c, const char *with)
{
    for (unsigned i = 0; i < c->n_warnings; i++)
        if (strncmp(c->warnings[i], with, strlen(with)) == 0)
            return true;
    return false;
}

void find_service_limit(const struct finding_rule *self, struct summary *s)
{
    static const struct {
        const char *warning, *evidence, *text, *advice;
    } kinds[] = {
        {"the service was the limit", "saturated_cells", "the service was the limit",
         "what these cells show is the service, not the models: give it more processing units, or make units longer"},
        {"the service shared", "sharing_cells", "the service shared the workers' processing units",
         "offer the models fewer units (--workers) than the machine has, so that the service has one of its own"},
    };
    for (size_t k = 0; k < ARRAY_LEN(kinds); k++) {
        unsigned n = 0, last = 0;
        for (unsigned i = 0; i < s->plan->n_cells; i++)
            if (warned(&s->cells[i], kinds[k].warning)) {
                n++;
                last = i;
            }
        struct finding *f = n ? finding_add(self, s, "warn", kinds[k].evidence, n) : NULL;
        if (!f)
            continue;
        for (unsigned i = 0; i < s->plan->n_cells; i++)
            if (warned(&s->cells[i], kinds[k].warning))
                finding_cell(f, i);
        snprintf(f->text, sizeof f->text, "%s in trials of %u cell%s, the last of %s under %s", kinds[k].text, n,
                 n == 1 ? "" : "s", s->plan->cells[last].workload, s->plan->cells[last].model);
        snprintf(f->advice, sizeof f->advice, "%s", kinds[k].advice);
    }
}
