/* SPDX-License-Identifier: MIT */
/* All pairs at each point, and their verdicts; see compare.h. */
#include "harness/insight/compare.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/workload.h"
#include "harness/base/base.h"
#include "harness/model/model.h"
#include "harness/stats/order.h"
#include "harness/stats/ratio.h"

int looks_after(struct stats_looks *l, const struct plan *p, const double *spent_ns, unsigned blocks)
{
    double spent = 0, sides = p->pair.id ? 2 : 1; /* which share the budget; each takes about as much of it */
    for (unsigned i = 0; i < blocks; i++) {
        double used = (i + 1.0) / p->blocks;
        spent += sides * spent_ns[i];
        if (p->stop.budget_ns)
            used = fmax(used, spent / (double)p->stop.budget_ns);
        if (i >= stats_looks_count(l) && stats_looks_add(l, used))
            return -ENOMEM;
    }
    return 0;
}

double sequence_of(const struct stats_looks *l, double *x, unsigned n, struct stats_interval *out)
{
    stats_sort(x, n);
    stats_sequence_interval(l, x, n, out);
    return stats_sequence_p(l, x, n);
}

double sequence_ratio(const struct stats_looks *l, double *log_ratios, unsigned n, struct stats_interval *out)
{
    double p = sequence_of(l, log_ratios, n, out);
    out->estimate = exp(out->estimate);
    out->lower = exp(out->lower);
    out->upper = exp(out->upper);
    return p;
}

double half_width(const struct estimate *e)
{
    return (e->upper - e->lower) / 2 / e->median;
}

struct estimate plan_estimate(const struct plan *p, const struct stats_interval *i, unsigned n, const char *why)
{
    struct estimate e = {i->estimate, i->lower, i->upper, i->level, n, NULL};
    if (isnan(i->lower))
        e.why = !n                      ? why ? why : "no trial"
                : plan_is_sequential(p) ? "not enough trials yet for a confidence sequence"
                                        : "not enough trials for an interval: 6 are needed";
    return e;
}

/* Far beyond what any two throughputs can differ by, yet finite, so that ranks and signs take it as it is. */
#define LOST 600.0

unsigned block_log_ratios(const double *a, const bool *a_failed, const double *b, const bool *b_failed, unsigned blocks,
                          double *out, bool *lost)
{
    unsigned n = 0;
    *lost = false;
    for (unsigned i = 0; i < blocks; i++) {
        if (a_failed[i] != b_failed[i] && !isnan(a_failed[i] ? b[i] : a[i])) {
            out[n++] = a_failed[i] ? -LOST : LOST;
            *lost = true;
        } else {
            n += stats_log_ratios(a + i, b + i, 1, out + n);
        }
    }
    return n;
}

/* Also a median halfway between a real ratio and a lost block is none. */
static bool is_lost(double ratio)
{
    return fabs(log(ratio)) > LOST / 4;
}

void estimate_without_lost(struct estimate *e)
{
    bool no_ends = is_lost(e->lower) || is_lost(e->upper), no_median = is_lost(e->median);
    if (no_ends || no_median) {
        e->lower = e->upper = e->level = NAN;
        e->why = "too many trials failed for an interval: each counts as a lost block";
    }
    if (no_median) {
        e->median = NAN;
        e->why = "in half of the blocks or more one side failed";
    }
}

struct estimate summary_ratio(const struct summary *s, const double *of, unsigned a, unsigned b, double *p,
                              double *scratch)
{
    const size_t blocks = s->plan->blocks;
    const double *x = of + a * blocks, *y = of + b * blocks;
    struct stats_interval i;
    bool lost = false;
    unsigned n = of == s->throughput ? block_log_ratios(x, s->trial_failed + a * blocks, y,
                                                        s->trial_failed + b * blocks, s->plan->blocks, scratch, &lost)
                                     : stats_log_ratios(x, y, s->plan->blocks, scratch);
    if (s->looks) {
        *p = sequence_ratio(s->looks, scratch, n, &i);
    } else {
        *p = stats_sign_test(scratch, n);
        stats_paired_ratio(scratch, n, STATS_SIGN, INTERVAL_LEVEL, &i);
    }
    struct estimate e = plan_estimate(s->plan, &i, n, NULL);
    if (lost)
        estimate_without_lost(&e);
    return e;
}

/* The pairs that were met, whichever way round: open addressing over a power of two, filled by half at most. */
struct pairs {
    uint64_t *at; /* 0: free; else the lower index + 1 in the upper half, the higher in the lower */
    size_t size, used;
};

static size_t pair_place(const struct pairs *p, uint64_t pair)
{
    size_t i = (size_t)mix64(pair) & (p->size - 1);
    while (p->at[i] && p->at[i] != pair)
        i = (i + 1) & (p->size - 1);
    return i;
}

static int pairs_grow(struct pairs *p)
{
    struct pairs more = {.size = p->size ? 2 * p->size : 64, .used = p->used};
    more.at = calloc(more.size, sizeof *more.at);
    if (!more.at)
        return -ENOMEM;
    for (size_t i = 0; i < p->size; i++)
        if (p->at[i])
            more.at[pair_place(&more, p->at[i])] = p->at[i];
    free(p->at);
    *p = more;
    return 0;
}

/* 1: it is new, and in it now; 0: it was there; -ENOMEM. */
static int pairs_add(struct pairs *p, unsigned a, unsigned b)
{
    uint64_t pair = (uint64_t)((a < b ? a : b) + 1) << 32 | (a < b ? b : a);
    if (2 * p->used >= p->size && pairs_grow(p))
        return -ENOMEM;
    size_t i = pair_place(p, pair);
    if (p->at[i])
        return 0;
    p->at[i] = pair;
    p->used++;
    return 1;
}

int judge_family(struct comparison *c, unsigned n, double equiv)
{
    double *p = malloc((n + 1) * sizeof *p);
    unsigned *index = malloc((n + 1) * sizeof *index);
    int rc = p && index ? 0 : -ENOMEM;
    unsigned family = 0;
    for (unsigned i = 0; !rc && i < n; i++) {
        p[i] = c[i].p;
        family += isnan(p[i]) ? 0 : 1;
    }
    if (!rc)
        stats_holm(p, n, index);
    for (unsigned i = 0; !rc && i < n; i++) {
        c[i].p_adjusted = p[i];
        c[i].family = family;
        const struct estimate *e = &c[i].ratio;
        const struct stats_interval ratio = {e->median, e->lower, e->upper, e->level};
        c[i].verdict = stats_family_verdict(&ratio, equiv, p[i], 1 - INTERVAL_LEVEL);
    }
    free(p);
    free(index);
    return rc;
}

void comparison_holm(const struct comparison *c, char *buf, size_t n)
{
    buf[0] = 0;
    if (c->verdict == VERDICT_INCONCLUSIVE && (c->ratio.lower > 1 || c->ratio.upper < 1) && c->p_adjusted > c->p)
        snprintf(buf, n, "inconclusive by Holm's correction over %u comparisons (p %.2g, corrected %.2g)", c->family,
                 c->p, c->p_adjusted);
}

/* Room for one more comparison; *room is how many there are. */
static int make_room(struct summary *out, unsigned *room)
{
    if (out->n_comparisons < *room)
        return 0;
    unsigned more = *room ? 2 * *room : 64;
    struct comparison *all = realloc(out->comparisons, more * sizeof *all);
    if (!all)
        return -ENOMEM;
    out->comparisons = all;
    *room = more;
    return 0;
}

/* A cell may stand at several points: a pair is compared at the first of them. */
static int compare_point(const struct summarizer *s, struct summary *out, unsigned point, struct pairs *met,
                         unsigned *room, double *scratch)
{
    const struct plan_point *t = &out->plan->points[point];
    for (unsigned i = 0; i < t->n_cells; i++)
        for (unsigned j = i + 1; j < t->n_cells; j++) {
            unsigned a = t->cells[i], b = t->cells[j];
            if (a == b || out->cells[a].status != TRIAL_OK || out->cells[b].status != TRIAL_OK)
                continue;
            int added = make_room(out, room) ? -ENOMEM : pairs_add(met, a, b);
            if (added < 0)
                return added;
            if (!added)
                continue;
            struct comparison *c = &out->comparisons[out->n_comparisons++];
            *c = (struct comparison){.point = point, .a = a, .b = b};
            c->ratio = ratio_of(s, a, b, &c->p, scratch);
        }
    return 0;
}

int compare_points(const struct summarizer *s, struct summary *out, double *scratch)
{
    struct pairs met = {0};
    unsigned room = 0;
    int rc = 0;
    for (unsigned t = 0; !rc && t < out->plan->n_points; t++) {
        unsigned first = out->n_comparisons;
        rc = compare_point(s, out, t, &met, &room, scratch);
        if (!rc && out->n_comparisons > first)
            rc = judge_family(out->comparisons + first, out->n_comparisons - first, out->plan->equiv);
    }
    free(met.at);
    return rc;
}

/* Is the serial cell b a better reference for c than a, which is another? The same libc and placement stand nearer. */
static bool nearer(const struct cell *c, const struct cell *a, const struct cell *b)
{
    int x = 2 * (a->libc_threads == c->libc_threads) + (strcmp(a->order, c->order) == 0);
    int y = 2 * (b->libc_threads == c->libc_threads) + (strcmp(b->order, c->order) == 0);
    return y > x;
}

/* The serial cell of the same work that stands nearest, the first of several; -1: there is none. */
static long serial_of(const struct summary *out, unsigned cell, const unsigned *serials, unsigned n)
{
    const struct cell *cells = out->plan->cells;
    long best = -1;
    for (unsigned i = 0; i < n; i++)
        if (cell_same_work(&cells[cell], &cells[serials[i]]) &&
            (best < 0 || nearer(&cells[cell], &cells[best], &cells[serials[i]])))
            best = serials[i];
    return best;
}

int compare_with_serial(const struct summarizer *s, struct summary *out, double *scratch)
{
    const struct plan *p = out->plan;
    double unused;
    CLEANUP_FREE unsigned *serials = malloc((p->n_cells + 1) * sizeof *serials);
    unsigned n = 0;
    if (!serials)
        return -ENOMEM;
    for (unsigned i = 0; i < p->n_cells; i++) {
        out->cells[i].speedup =
            (struct estimate){.median = NAN, .lower = NAN, .upper = NAN, .why = "no serial cell of the same work"};
        if (model_is_serial(p->cells[i].model) && out->cells[i].status == TRIAL_OK)
            serials[n++] = i;
    }
    for (unsigned i = 0; i < p->n_points; i++)
        for (unsigned j = 0; j < p->points[i].n_cells; j++) {
            unsigned cell = p->points[i].cells[j];
            int own = p->points[i].serial;
            bool usable = own >= 0 && out->cells[own].status == TRIAL_OK;
            long serial = usable ? own : serial_of(out, cell, serials, n);
            serial = serial < 0 ? own : serial; /* that has no trial then, which is the reason */
            if (serial >= 0)
                out->cells[cell].speedup = ratio_of(s, cell, (unsigned)serial, &unused, scratch);
        }
    return 0;
}
