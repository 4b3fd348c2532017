/* SPDX-License-Identifier: MIT */
/* Findings on what waits in great numbers, and on the services that workloads talk to. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/insight/compare.h"
#include "harness/insight/findings_internal.h"
#include "harness/stats/order.h"
#include "harness/stats/quantile.h"

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

/* Bytes that each further task takes under the model of `cell`, which is of the point `few`, from the blocks in which
 * both are known; NaN ends when they are too few. `scratch`: SCRATCH(blocks) numbers. */
static struct stats_interval slope(const struct summary *s, unsigned cell, unsigned few, unsigned many, unsigned *other,
                                   double *scratch)
{
    const struct plan_point *t = &s->plan->points[many];
    const unsigned blocks = s->plan->blocks, more = t->concurrency - s->plan->points[few].concurrency;
    struct stats_interval i = {NAN, NAN, NAN, NAN};
    for (unsigned k = 0; k < t->n_cells; k++) {
        *other = t->cells[k];
        if (*other == cell || s->plan->cells[*other].model != s->plan->cells[cell].model)
            continue;
        const double *x = s->pss + (size_t)cell * blocks, *y = s->pss + (size_t)*other * blocks;
        unsigned n = 0;
        for (unsigned b = 0; b < blocks; b++)
            if (!isnan(x[b]) && !isnan(y[b]))
                scratch[n++] = (y[b] - x[b]) / more;
        if (plan_is_sequential(s->plan)) {
            sequence_of(s->looks, scratch, n, &i);
        } else {
            stats_sort(scratch, n);
            stats_quantile_interval(scratch, n, 0.5, INTERVAL_LEVEL, &i);
        }
        return i;
    }
    return i;
}

/* What grows by less than it varies from block to block is not given a number. */
static void tell_memory(const struct finding_rule *self, struct summary *s, unsigned few, unsigned many,
                        double *scratch)
{
    const struct plan_point *t = &s->plan->points[few];
    double most = 0;
    struct text_list list = {0}, small = {0};
    char work[WORK_NAME_MAX];
    unsigned named[8], n = 0;
    for (unsigned k = 0; k < t->n_cells; k++) {
        unsigned other = t->cells[k];
        struct stats_interval each = slope(s, t->cells[k], few, many, &other, scratch);
        const char *model = s->plan->cells[other].model;
        if (each.lower <= 0) {
            list_add(&small, "%s", model);
        } else if (each.lower > 0) {
            if (n < ARRAY_LEN(named))
                named[n++] = other;
            list_add(&list, "%.1f KiB (%.1f … %.1f) under %s", each.estimate / 1024, each.lower / 1024,
                     each.upper / 1024, model);
            most = fmax(most, each.estimate);
        }
    }
    struct finding *f = n ? finding_add(self, s, "info", "most_bytes", most) : NULL;
    if (!f)
        return;
    for (unsigned i = 0; i < n; i++)
        finding_cell(f, named[i]);
    work_name(work, sizeof work, s->plan, t->cells[0]);
    snprintf(f->text, sizeof f->text, "%s on %u unit%s: each further task in flight takes %s", work, t->offered,
             t->offered == 1 ? "" : "s", list_end(&list));
    if (small.text[0])
        text_append(f->text, sizeof f->text, "; too little to tell under %s", list_end(&small));
    text_append(f->text, sizeof f->text, " (from %u to %u)", t->concurrency, s->plan->points[many].concurrency);
    snprintf(f->advice, sizeof f->advice,
             "the kernel's own share (sockets, stacks of threads) comes on top, and is not in the proportional share");
}

void find_memory_each(const struct finding_rule *self, struct summary *s)
{
    CLEANUP_FREE double *scratch = malloc(SCRATCH(s->plan->blocks) * sizeof *scratch);
    for (unsigned i = 0; scratch && i < s->plan->n_points; i++) {
        int many = point_with_many(s, i);
        if (many >= 0)
            tell_memory(self, s, i, (unsigned)many, scratch);
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
        {"fewer connections", "short_cells", "not all of the connections were ever open at once",
         "tasks were done, or the time was up, before all had connected: give them more (--units or --trial; in "
         "closed mode --duration)"},
    };
    for (size_t k = 0; k < ARRAY_LEN(kinds); k++) {
        struct text_list each = {0};
        unsigned n = 0;
        for (unsigned i = 0; i < s->plan->n_cells; i++)
            n += warned(&s->cells[i], kinds[k].warning);
        struct finding *f = n ? finding_add(self, s, "warn", kinds[k].evidence, n) : NULL;
        if (!f)
            continue;
        for (unsigned i = 0; i < s->plan->n_cells; i++)
            if (warned(&s->cells[i], kinds[k].warning)) {
                char work[WORK_NAME_MAX];
                work_name(work, sizeof work, s->plan, i);
                finding_cell(f, i);
                list_add(&each, "%s under %s", work, s->plan->cells[i].model);
            }
        snprintf(f->text, sizeof f->text, "%s in trials of %u cell%s: %s", kinds[k].text, n, n == 1 ? "" : "s",
                 list_end(&each));
        snprintf(f->advice, sizeof f->advice, "%s", kinds[k].advice);
    }
}

static struct finding *tell_net(const struct finding_rule *self, struct summary *s, const char *severity,
                                enum net_counter what, int64_t sum[NETS], unsigned *last)
{
    unsigned n = 0;
    for (unsigned k = 0; k < NETS; k++)
        sum[k] = 0;
    for (unsigned i = 0; i < s->plan->n_cells; i++) {
        for (unsigned k = 0; k < NETS; k++)
            sum[k] += s->cells[i].net[k];
        n += s->cells[i].net[what] > 0;
        *last = s->cells[i].net[what] > 0 ? i : *last;
    }
    struct finding *f = n ? finding_add(self, s, severity, net_names[what], (double)sum[what]) : NULL;
    for (unsigned i = 0; f && i < s->plan->n_cells; i++)
        if (s->cells[i].net[what] > 0)
            finding_cell(f, i);
    return f;
}

void find_listen_queue(const struct finding_rule *self, struct summary *s)
{
    int64_t sum[NETS];
    unsigned last = 0;
    char work[WORK_NAME_MAX];
    struct finding *f = tell_net(self, s, "warn", NET_LISTEN_OVERFLOWS, sum, &last);
    if (f) {
        work_name(work, sizeof work, s->plan, last);
        snprintf(
            f->text, sizeof f->text,
            "the listen queue overflowed %lld times (%lld drops, %lld SYNs and %lld segments sent again), the last "
            "of %s under %s",
            (long long)sum[NET_LISTEN_OVERFLOWS], (long long)sum[NET_LISTEN_DROPS], (long long)sum[NET_SYN_RETRANSMITS],
            (long long)sum[NET_RETRANSMITS], work, s->plan->cells[last].model);
        snprintf(f->advice, sizeof f->advice,
                 "tasks waited 1, 3, 7 s for a connection, which is no model's doing: sudo sysctl -w "
                 "net.core.somaxconn=%u, and run again",
                 s->plan->cells[last].concurrency);
        return;
    }
    f = tell_net(self, s, "info", NET_RETRANSMITS, sum, &last);
    if (!f)
        return;
    work_name(work, sizeof work, s->plan, last);
    snprintf(
        f->text, sizeof f->text,
        "while services were being measured TCP sent %lld segments again (%lld of them SYNs), the last of %s under "
        "%s",
        (long long)sum[NET_RETRANSMITS], (long long)sum[NET_SYN_RETRANSMITS], work, s->plan->cells[last].model);
    snprintf(f->advice, sizeof f->advice,
             "each that is a trial's own waited for 200 ms or more; the kernel counts those of all programs in this "
             "network namespace");
}
