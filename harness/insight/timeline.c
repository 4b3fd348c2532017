/* SPDX-License-Identifier: MIT */
/* Floors and runs in the order of time; see timeline.h. */
#include "harness/insight/timeline.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/insight/between.h"
#include "harness/stats/order.h"

const struct timeline_part timeline_parts[TIMELINE_PARTS] = {
    {"CPU", "cpu", offsetof(struct machine_id, cpu)},
    {"kernel", "kernel", offsetof(struct machine_id, kernel)},
    {"host", "host", offsetof(struct machine_id, host)},
    {"boot", "boot", offsetof(struct machine_id, boot)},
};

const char *timeline_part_of(const struct machine_id *m, unsigned part)
{
    const char *text;
    memcpy(&text, (const char *)m + timeline_parts[part].at, sizeof text);
    return text;
}

/* Of those that are known; `scratch` has room for n. */
static double median(const double *x, unsigned n, double *scratch)
{
    unsigned m = 0;
    for (unsigned i = 0; i < n; i++)
        if (isfinite(x[i]))
            scratch[m++] = x[i];
    stats_sort(scratch, m);
    return stats_median(scratch, m);
}

int timeline_costs(const struct summary *s, double ns[CANARIES])
{
    unsigned n = s->plan->blocks;
    CLEANUP_FREE double *scratch = malloc((n + 1) * sizeof *scratch);
    for (unsigned k = 0; scratch && k < CANARIES; k++)
        ns[k] = median(s->canaries[k], n, scratch);
    return scratch ? 0 : -ENOMEM;
}

void timeline_of_run(const struct history_run *r, struct timeline_entry *out)
{
    *out = (struct timeline_entry){.blocks = r->blocks, .machine = r->machine};
    memcpy(out->when, r->when, sizeof out->when);
    memcpy(out->name, r->name, sizeof out->name);
    memcpy(out->ns, r->ns, sizeof out->ns);
}

/* How far two single visits of one cell lie apart, as a share; NaN: not known, and *why. */
static int differ_of(const struct kept_floor *f, const struct floor_series *s, const struct between *b, double *differ,
                     const char **why)
{
    struct between_known known;
    const struct stats_two two = {.shift = 0, .scale = 2};
    struct stats_interval interval;
    int rc = between_ask(f, s, b, &known);
    if (rc)
        return rc;
    struct between_spread spread = between_judge(b, &two, (struct stats_spread){0, 0}, &known, known.inside);
    between_ratio(&two, &spread, 0.95, &interval);
    *differ = interval.upper - 1;
    *why = isnan(*differ) ? intern(spread.why ? spread.why : "it can't be told by this floor") : NULL;
    return 0;
}

static struct timeline_family *family_of(struct timeline_entry *t, const char *name)
{
    unsigned i = 0;
    while (i < t->n_families && strcmp(t->families[i].name, name) != 0)
        i++;
    if (i == TIMELINE_FAMILIES)
        return NULL;
    if (i == t->n_families)
        t->families[t->n_families++] = (struct timeline_family){.name = name, .differ = NAN};
    return &t->families[i];
}

static int families(const struct kept_floor *f, struct timeline_entry *out)
{
    struct between b;
    double block_s = f->n > 1 ? (f->at_s[f->n - 1] - f->at_s[0]) / (f->n - 1) : 0;
    int rc = between_init_plain(&b, TIMELINE_BLOCKS, block_s, TIMELINE_APART_S);
    for (unsigned i = 0; !rc && i < f->n_cells; i++) {
        const struct floor_series *s = &f->cells[i];
        struct timeline_family *x = family_of(out, s->family);
        double differ = NAN;
        const char *why = NULL;
        if (!x)
            continue;
        rc = differ_of(f, s, &b, &differ, &why);
        if (!x->cell || differ > x->differ || (isnan(x->differ) && !isnan(differ)))
            *x = (struct timeline_family){x->name, s->id, differ, why};
    }
    between_release(&b);
    return rc;
}

int timeline_of_floor(const struct kept_floor *f, const char *name, struct timeline_entry *out)
{
    CLEANUP_FREE double *scratch = malloc((f->n + 1) * sizeof *scratch);
    if (!scratch)
        return -ENOMEM;
    *out = (struct timeline_entry){.is_floor = true, .blocks = f->n, .machine = f->machine};
    out->spans_s = f->at_s[f->n - 1] - f->at_s[0];
    snprintf(out->when, sizeof out->when, "%s", f->finished);
    snprintf(out->name, sizeof out->name, "%s", name);
    for (unsigned k = 0; k < CANARIES; k++)
        out->ns[k] = NAN;
    for (unsigned i = 0; i < f->n_canaries; i++)
        for (unsigned k = 0; k < CANARIES; k++)
            if (strcmp(f->canaries[i].id, canary_kinds[k].name) == 0)
                out->ns[k] = exp(median(f->canaries[i].log, f->n, scratch));
    return families(f, out);
}

static int by_time(const void *a, const void *b)
{
    const struct timeline_entry *x = a, *y = b;
    int order = strcmp(x->when, y->when); /* of one form, so that its order is that of time */
    return order ? order : strcmp(x->name, y->name);
}

static unsigned changed(const struct machine_id *was, const struct machine_id *is)
{
    unsigned bits = 0;
    for (unsigned i = 0; i < TIMELINE_PARTS; i++) {
        const char *a = timeline_part_of(was, i), *b = timeline_part_of(is, i);
        if (a != b && (!a || !b || strcmp(a, b) != 0))
            bits |= 1u << i;
    }
    return bits;
}

/* The last before entry i on the same machine; NULL: none. */
static const struct timeline_entry *before(const struct timeline_entry *entries, unsigned i)
{
    for (unsigned k = i; k-- > 0;)
        if (!machine_id_differs(&entries[k].machine, &entries[i].machine, false))
            return &entries[k];
    return NULL;
}

void timeline_link(struct timeline_entry *entries, unsigned n)
{
    if (n)
        qsort(entries, n, sizeof *entries, by_time);
    for (unsigned i = 0; i < n; i++) {
        struct timeline_entry *t = &entries[i];
        const struct timeline_entry *was = before(entries, i);
        t->changed = i ? changed(&entries[i - 1].machine, &t->machine) : 0;
        for (unsigned k = 0; k < CANARIES; k++) {
            double moved = was ? t->ns[k] / was->ns[k] - 1 : NAN;
            t->moved[k] = fabs(moved) > TIMELINE_MOVED ? moved : (double)NAN;
        }
    }
}
