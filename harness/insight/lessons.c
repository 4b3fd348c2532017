/* SPDX-License-Identifier: MIT */
/* Findings on what a run shows: who wins, and by how much. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/insight/crossover.h"
#include "harness/insight/findings_internal.h"
#include "harness/model/model.h"

bool comparison_find(const struct summary *s, unsigned a, unsigned b, struct estimate *ratio, enum verdict *v)
{
    for (unsigned i = 0; i < s->n_comparisons; i++) {
        const struct comparison *c = &s->comparisons[i];
        if (c->a == a && c->b == b) {
            *ratio = c->ratio;
            *v = c->verdict;
            return true;
        }
        if (c->a == b && c->b == a) {
            *ratio = c->ratio;
            ratio->median = 1 / c->ratio.median;
            ratio->lower = 1 / c->ratio.upper;
            ratio->upper = 1 / c->ratio.lower;
            *v = c->verdict == VERDICT_FASTER   ? VERDICT_SLOWER
                 : c->verdict == VERDICT_SLOWER ? VERDICT_FASTER
                                                : c->verdict;
            return true;
        }
    }
    return false;
}

static bool same_params(const struct cell *a, const struct cell *b)
{
    return strcmp(a->workload, b->workload) == 0 && memcmp(a->p, b->p, sizeof a->p) == 0 && a->mode == b->mode;
}

static double speed(const struct summary *s, unsigned cell)
{
    double v = s->cells[cell].throughput.median;
    return isnan(v) ? -1 : v;
}

static const struct plan_point *point_of(const struct summary *s, unsigned cell)
{
    for (unsigned i = 0; i < s->plan->n_points; i++)
        for (unsigned k = 0; k < s->plan->points[i].n_cells; k++)
            if (s->plan->points[i].cells[k] == cell)
                return &s->plan->points[i];
    return NULL;
}

/* What is known of the best cell of a point against each other one of it. */
static void tell_standing(struct finding *f, const struct summary *s, const struct crossover_field *x,
                          const struct plan_point *t)
{
    const char *best = s->plan->cells[x->winner].model;
    char tied[120];
    field_tied_names(tied, sizeof tied, s, x);
    unsigned all[CROSSOVER_MODELS] = {(unsigned)x->winner};
    memcpy(all + 1, x->tied, (CROSSOVER_MODELS - 1) * sizeof all[0]);
    if (x->disputed)
        text_append(f->text, sizeof f->text, "no winner among %s%s %s", best, x->n_tied > 1 ? "," : " and", tied);
    else if (x->n_tied && cells_are_equivalent(s, all, x->n_tied + 1))
        text_append(f->text, sizeof f->text, "%s%s %s are equivalent", best, x->n_tied > 1 ? "," : " and", tied);
    else if (x->n_tied)
        text_append(f->text, sizeof f->text,
                    x->equivalent ? "%s is equivalent to %s" : "%s may be fastest; %s can't be told from it", best,
                    tied);
    else
        text_append(f->text, sizeof f->text, "%s is fastest%s", best, x->n_missing ? " of those measured" : "");
    if (x->beaten >= 0 && !x->disputed)
        text_append(f->text, sizeof f->text, ", ahead of %s", s->plan->cells[x->beaten].model);
    text_append(f->text, sizeof f->text, " at %u in flight on %u unit%s", t->concurrency, t->offered,
                t->offered == 1 ? "" : "s");
    if (x->n_missing)
        text_append(f->text, sizeof f->text, ", where %u other%s no whole trial", x->n_missing,
                    x->n_missing == 1 ? " has" : "s have");
}

/* What remains to be asked of a sure winner depends on what was measured. */
static const char *before_choosing(const char *workload)
{
    const struct workload *w = workload_find(workload);
    const char *family = w ? w->family : "";
    if (strcmp(family, "cpu") == 0 || strcmp(family, "memory") == 0)
        return "it holds for units of this size: vary the parameters (--set) before building on it";
    if (strcmp(family, "kernel") == 0 || strcmp(family, "ipc") == 0)
        return "weigh it by how often your program does this: it is the cost of one kind of call, not of a program";
    return "look at its memory and its tail before choosing it";
}

static void tell_winner(const struct finding_rule *self, struct summary *s, unsigned best)
{
    const struct plan_point *t = point_of(s, best);
    struct crossover_field x = {.winner = -1};
    struct estimate r;
    enum verdict v;
    if (t)
        field_of_point(&x, s, t);
    int second = x.n_tied ? (int)x.tied[0] : x.beaten;
    if (x.winner < 0 || second < 0 || !comparison_find(s, (unsigned)x.winner, (unsigned)second, &r, &v))
        return;
    struct finding *f = finding_add(self, s, "info", "ratio", r.median);
    if (!f)
        return;
    finding_cell(f, (unsigned)x.winner);
    for (unsigned i = 0; i < x.n_tied; i++)
        finding_cell(f, x.tied[i]);
    if (x.beaten >= 0)
        finding_cell(f, (unsigned)x.beaten);
    char work[WORK_NAME_MAX];
    work_name(work, sizeof work, s->plan, best);
    snprintf(f->text, sizeof f->text, "%s: ", work);
    tell_standing(f, s, &x, t);
    if (!isnan(r.lower))
        text_append(f->text, sizeof f->text, " (%s/%s %.2f×, %.2f … %.2f)", s->plan->cells[x.winner].model,
                    s->plan->cells[second].model, r.median, r.lower, r.upper);
    snprintf(f->advice, sizeof f->advice, "%s",
             !x.n_tied      ? before_choosing(s->plan->cells[best].workload)
             : x.equivalent ? "choose the one that is simpler to build"
                            : "add --blocks, or choose the one that is simpler to build");
}

/* Of each workload with its parameters: its fastest cell anywhere. */
void find_winner(const struct finding_rule *self, struct summary *s)
{
    const struct plan *p = s->plan;
    for (unsigned i = 0; i < p->n_cells; i++) {
        bool first = true;
        unsigned best = i;
        for (unsigned k = 0; k < p->n_cells; k++) {
            if (!same_params(&p->cells[i], &p->cells[k]))
                continue;
            first &= k >= i;
            best = speed(s, k) > speed(s, best) ? k : best;
        }
        if (first && speed(s, best) > 0 && !cell_late_after(&p->cells[i]))
            tell_winner(self, s, best);
    }
}

static unsigned traits_of(const struct summary *s, unsigned cell)
{
    return model_traits(s->plan->cells[cell].model);
}

static bool has_op(const struct cell_summary *c, enum op_kind kind)
{
    return c->units && c->ops[kind];
}

/* Nothing but compute. */
static bool computes_only(const struct cell_summary *c)
{
    for (unsigned k = 0; k < OP_KINDS; k++)
        if (c->ops[k] && (op_kinds[k].traits & OP_WAITS))
            return false;
    return has_op(c, OP_CPU);
}

/* Only what this run has measured: the one of another kind that did most, where it was shown to be faster. */
static void advise_beside(struct finding *f, const struct summary *s, unsigned cell)
{
    struct estimate ratio, best = {.median = 1};
    enum verdict v;
    int other = -1;
    for (unsigned i = 0; i < s->plan->n_cells; i++)
        if (comparison_find(s, i, cell, &ratio, &v) && v == VERDICT_FASTER && ratio.median > best.median) {
            best = ratio;
            other = (int)i;
        }
    if (other < 0)
        snprintf(f->advice, sizeof f->advice,
                 "no other model of this run was shown to do more: measure some next to it (--models)");
    else
        snprintf(f->advice, sizeof f->advice, "%s does %.2f× as much here (%.2f … %.2f)", s->plan->cells[other].model,
                 best.median, best.lower, best.upper);
}

void find_interpreter_lock(const struct finding_rule *self, struct summary *s)
{
    for (unsigned i = 0; i < s->plan->n_cells; i++) {
        const struct cell_summary *c = &s->cells[i];
        if (!(traits_of(s, i) & MODEL_GIL) || s->plan->cells[i].offered < 2 || !computes_only(c) ||
            !(c->speedup.upper < 1 + s->plan->equiv)) /* it may gain something, or nothing is known */
            continue;
        struct finding *f = finding_add(self, s, "info", "speedup", c->speedup.median);
        if (!f)
            return;
        finding_cell(f, i);
        char work[WORK_NAME_MAX];
        work_name(work, sizeof work, s->plan, i);
        snprintf(f->text, sizeof f->text,
                 "%s: %u threads under one interpreter lock run at %.2f× serial (%.2f … %.2f) on %u units", work,
                 s->plan->cells[i].workers, c->speedup.median, c->speedup.lower, c->speedup.upper,
                 s->plan->cells[i].offered);
        advise_beside(f, s, i);
        return;
    }
}

/* Is the comparison one of compute on a loop with the same handed to a pool? */
static bool is_offload(const struct summary *s, const struct comparison *c, unsigned *offload, unsigned *loop)
{
    bool turned = !(traits_of(s, c->a) & MODEL_OFFLOADS);
    *offload = turned ? c->b : c->a;
    *loop = turned ? c->a : c->b;
    unsigned traits = traits_of(s, *loop); /* they differ in nothing else */
    return (traits & MODEL_LOOP) && !(traits & MODEL_OFFLOADS) && traits_of(s, *offload) == (traits | MODEL_OFFLOADS) &&
           has_op(&s->cells[*loop], OP_CPU) && !cell_late_after(&s->plan->cells[*loop]);
}

/* Of the workload of the i-th comparison: at how many of its points the pool wins and loses, and by how much. */
static void tell_offload(const struct finding_rule *self, struct summary *s, unsigned i)
{
    const char *workload = s->plan->cells[s->comparisons[i].a].workload;
    struct estimate low = {.median = INFINITY}, high = {.median = 0}, r;
    unsigned points = 0, faster = 0, slower = 0, offload, loop, cells[2] = {0};
    enum verdict v;
    for (unsigned k = i; k < s->n_comparisons; k++) {
        if (!is_offload(s, &s->comparisons[k], &offload, &loop) || s->plan->cells[loop].workload != workload ||
            !comparison_find(s, offload, loop, &r, &v) || isnan(r.lower))
            continue;
        points++;
        faster += v == VERDICT_FASTER;
        slower += v == VERDICT_SLOWER;
        low = r.median < low.median ? r : low;
        if (r.median > high.median) {
            high = r;
            cells[0] = offload;
            cells[1] = loop;
        }
    }
    struct finding *f = faster ? finding_add(self, s, "info", "ratio", high.median) : NULL;
    if (!f)
        return;
    finding_cell(f, cells[0]);
    finding_cell(f, cells[1]);
    snprintf(f->text, sizeof f->text, "%s: compute handed to a pool, over the same on the loop: ", workload);
    if (points == 1)
        text_append(f->text, sizeof f->text, "%.2f× as fast (%.2f … %.2f)", high.median, high.lower, high.upper);
    else
        text_append(f->text, sizeof f->text,
                    "%.2f× (%.2f … %.2f) to %.2f× as fast (%.2f … %.2f): faster at %u of %u points, slower at %u",
                    low.median, low.lower, low.upper, high.median, high.lower, high.upper, faster, points, slower);
    snprintf(
        f->advice, sizeof f->advice, "%s",
        slower
            ? "hand to a pool what is long enough to pay for it; where it was slower, units are better left on the loop"
            : "hand units as long as these to a pool; measure shorter ones before doing so with them (--set)");
}

void find_offload(const struct finding_rule *self, struct summary *s)
{
    unsigned offload, loop, other, unused;
    for (unsigned i = 0; i < s->n_comparisons; i++) {
        bool first = is_offload(s, &s->comparisons[i], &offload, &loop);
        for (unsigned k = 0; first && k < i; k++)
            first = !is_offload(s, &s->comparisons[k], &unused, &other) ||
                    s->plan->cells[other].workload != s->plan->cells[loop].workload;
        if (first)
            tell_offload(self, s, i);
    }
}

#define NOTABLE 1.5 /* less of a difference in memory decides nothing */

/* At the point with the most tasks in flight: the models with the least and the most memory. */
void find_memory(const struct finding_rule *self, struct summary *s)
{
    const struct plan_point *most = NULL;
    for (unsigned i = 0; i < s->plan->n_points; i++)
        if (!most || s->plan->points[i].concurrency > most->concurrency)
            most = &s->plan->points[i];
    if (!most || most->concurrency < 16)
        return;
    int low = -1, high = -1;
    for (unsigned k = 0; k < most->n_cells; k++) {
        unsigned i = most->cells[k];
        double v = s->cells[i].pss_bytes.median;
        if (isnan(v) || (traits_of(s, i) & MODEL_SERIAL))
            continue;
        low = low < 0 || v < s->cells[low].pss_bytes.median ? (int)i : low;
        high = high < 0 || v > s->cells[high].pss_bytes.median ? (int)i : high;
    }
    if (low < 0 || low == high)
        return;
    double least = s->cells[low].pss_bytes.median, all = s->cells[high].pss_bytes.median;
    if (!(s->cells[high].pss_bytes.lower > s->cells[low].pss_bytes.upper) || all < NOTABLE * least)
        return;
    struct finding *f = finding_add(self, s, "info", "ratio", all / least);
    if (!f)
        return;
    finding_cell(f, (unsigned)low);
    finding_cell(f, (unsigned)high);
    char work[WORK_NAME_MAX];
    work_name(work, sizeof work, s->plan, (unsigned)low);
    snprintf(f->text, sizeof f->text, "%s with %u in flight takes %.0f KiB under %s and %.0f KiB under %s: %.1f times",
             work, most->concurrency, least / 1024, s->plan->cells[low].model, all / 1024, s->plan->cells[high].model,
             all / least);
    snprintf(f->advice, sizeof f->advice,
             "multiply it by how many are to be in flight at once, and compare with the memory there is");
}
