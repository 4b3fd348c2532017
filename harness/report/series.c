/* SPDX-License-Identifier: MIT */
/* Picks a figure's lines from the summary, states its finding, and keeps its labels apart; see series.h. */
#include "harness/report/series.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/base/value.h"
#include "harness/insight/crossover.h"
#include "harness/insight/findings.h"

static struct series_line *line_of(struct series *s, const char *model)
{
    for (unsigned i = 0; i < s->n_lines; i++)
        if (strcmp(s->line[i].model, model) == 0)
            return &s->line[i];
    if (s->n_lines == SERIES_MAX_LINES)
        return NULL;
    s->line[s->n_lines] = (struct series_line){.model = model};
    return &s->line[s->n_lines++];
}

/* false: the line is full, or has a value there. */
static bool insert(struct series_line *l, double x, const struct estimate *e, unsigned cell)
{
    unsigned i = 0;
    while (i < l->n && l->at[i].x < x)
        i++;
    if (l->n == SERIES_MAX_POINTS || (i < l->n && l->at[i].x <= x))
        return false;
    memmove(&l->at[i + 1], &l->at[i], (l->n - i) * sizeof l->at[0]);
    l->n++;
    l->at[i].x = x;
    l->at[i].cell = cell;
    l->at[i].y = e->median;
    l->at[i].lower = isnan(e->lower) ? e->median : e->lower;
    l->at[i].upper = isnan(e->upper) ? e->median : e->upper;
    return true;
}

/* Names at the ends of lines, at least 6 % of the axis apart, in the order of the ends. */
static void spread_labels(struct series *s, bool logarithmic)
{
    unsigned order[SERIES_MAX_LINES];
    double low = INFINITY, high = -INFINITY;
    for (unsigned i = 0; i < s->n_lines; i++) {
        struct series_line *l = &s->line[i];
        for (unsigned k = 0; k < l->n; k++) {
            double lo = logarithmic ? log(l->at[k].lower) : 0, hi = logarithmic ? log(l->at[k].upper) : l->at[k].upper;
            low = lo < low ? lo : low;
            high = hi > high ? hi : high;
        }
        l->label_y = logarithmic ? log(l->at[l->n - 1].y) : l->at[l->n - 1].y;
        unsigned j = i;
        for (; j && s->line[order[j - 1]].label_y > l->label_y; j--)
            order[j] = order[j - 1];
        order[j] = i;
    }
    if (logarithmic) { /* the axis goes on to whole decades */
        low = M_LN10 * floor(low / M_LN10);
        high = M_LN10 * ceil(high / M_LN10);
    }
    double gap = (high - low) * 0.06;
    for (unsigned pass = 0; pass < 200; pass++)
        for (unsigned i = 1; i < s->n_lines; i++) {
            double *a = &s->line[order[i - 1]].label_y, *b = &s->line[order[i]].label_y;
            if (*b - *a < gap) {
                double middle = (*a + *b) / 2;
                *a = middle - gap / 2;
                *b = middle + gap / 2;
            }
        }
    for (unsigned i = 0; i < s->n_lines && logarithmic; i++)
        s->line[i].label_y = exp(s->line[i].label_y);
}

/* What is plotted furthest to the right: the cells there, by falling height, and how they stand to the first. */
struct right_edge {
    unsigned n, cells[SERIES_MAX_LINES];
    struct crossover_field field;
};

static struct right_edge right_edge(const struct series *s, const struct summary *sum)
{
    struct right_edge e = {0};
    double y[SERIES_MAX_LINES];
    for (unsigned i = 0; i < s->n_lines; i++) {
        const struct series_line *l = &s->line[i];
        if (l->at[l->n - 1].x < s->most_x)
            continue;
        unsigned at = e.n++;
        for (; at && y[at - 1] < l->at[l->n - 1].y; at--) {
            y[at] = y[at - 1];
            e.cells[at] = e.cells[at - 1];
        }
        y[at] = l->at[l->n - 1].y;
        e.cells[at] = l->at[l->n - 1].cell;
    }
    field_of_cells(&e.field, sum, e.cells, e.n, s->n_lines - e.n);
    return e;
}

/* How the best stands to the others, so that a title never claims more than all their verdicts do. */
static void state_standing(struct series *s, const struct summary *sum, const struct right_edge *e)
{
    const struct crossover_field *f = &e->field;
    const struct cell *cells = sum->plan->cells;
    const char *best = cells[e->cells[0]].model;
    struct estimate r;
    enum verdict v;
    char tied[120];
    field_tied_names(tied, sizeof tied, sum, f);
    if (e->n == 2 && !comparison_find(sum, e->cells[0], e->cells[1], &r, &v))
        text_append(s->title, sizeof s->title, "%s and %s, not compared", best, tied);
    else if (cells_are_equivalent(sum, e->cells, e->n) && comparison_find(sum, e->cells[0], e->cells[e->n - 1], &r, &v))
        text_append(s->title, sizeof s->title, "%s models are equivalent (%s/%s %.3f … %.3f)",
                    f->n_missing ? "these" : "all", best, cells[e->cells[e->n - 1]].model, r.lower, r.upper);
    else if (f->n_tied)
        text_append(s->title, sizeof s->title, f->equivalent ? "%s is equivalent to %s" : "%s can't be told from %s",
                    best, tied);
    else
        text_append(s->title, sizeof s->title, "%s is fastest%s", best, f->n_missing ? " of those measured" : "");
    if (f->beaten >= 0)
        text_append(s->title, sizeof s->title, "%s %.2f× %s (%.2f … %.2f)", f->n_tied ? " and" : ",", f->ratio.median,
                    cells[f->beaten].model, f->ratio.lower, f->ratio.upper);
    if (f->n_missing)
        text_append(s->title, sizeof s->title, "; %u not measured there", f->n_missing);
}

static void state_finding(struct series *s, const struct summary *sum, enum figure_kind kind, bool has_bands)
{
    char work[160];
    const struct workload *w = workload_find(s->of->workload);
    size_t at = (size_t)snprintf(work, sizeof work, "%s", s->of->workload);
    for (unsigned i = 0; w && w->params && w->params[i].name && at < sizeof work; i++) {
        char text[48];
        value_label(&w->params[i], s->of->p[i], text, sizeof text);
        at += (size_t)snprintf(work + at, sizeof work - at, " %s=%s", w->params[i].name, text);
    }
    const struct right_edge e = right_edge(s, sum);
    const struct cell_summary *best = &sum->cells[e.cells[0]];
    const char *name = sum->plan->cells[e.cells[0]].model;
    if (cell_late_after(s->of)) {
        snprintf(s->title, sizeof s->title, "%s is judged by how late its units are, not by their rate",
                 s->of->workload);
    } else if (kind == FIGURE_speedup) {
        snprintf(s->title, sizeof s->title, "%s reaches %.2f×", name, best->speedup.median);
        if (!isnan(best->speedup.lower))
            text_append(s->title, sizeof s->title, " (%.2f … %.2f)", best->speedup.lower, best->speedup.upper);
        text_append(s->title, sizeof s->title, " serial on %g units%s", s->most_x, e.n > 1 ? "; " : "");
    } else if (e.n == 1) {
        snprintf(s->title, sizeof s->title, "%s reaches %.3g units/s with %g in flight", name, best->throughput.median,
                 s->most_x);
    } else {
        snprintf(s->title, sizeof s->title, "With %g in flight, ", s->most_x);
    }
    if (e.n > 1 && !cell_late_after(s->of))
        state_standing(s, sum, &e);
    snprintf(s->subtitle, sizeof s->subtitle, "%s; median of %u blocks%s%s", work, s->blocks,
             has_bands ? ", band: 95 % interval" : "", kind == FIGURE_speedup ? "; dashed: ideal" : "");
}

static const struct cell *work_of(const struct plan *p, unsigned point)
{
    const struct plan_point *t = &p->points[point];
    return t->n_cells ? &p->cells[t->cells[0]] : NULL;
}

static bool same_work(const struct plan *p, unsigned i, unsigned j)
{
    const struct cell *a = work_of(p, i), *b = work_of(p, j);
    return a && b && cell_same_work(a, b);
}

/* Of one figure: all else must be the same, or a line would change with x by what the axis doesn't name. */
static bool same_figure(const struct plan *p, unsigned i, unsigned j, enum figure_kind kind)
{
    return same_work(p, i, j) && work_of(p, i)->libc_threads == work_of(p, j)->libc_threads &&
           (kind == FIGURE_speedup || p->points[i].offered == p->points[j].offered);
}

/* The cell's value and x at a point; NULL: it has no place in the figure. */
static const struct estimate *value_at(const struct summary *sum, unsigned point, unsigned cell, enum figure_kind kind,
                                       double *x)
{
    const struct plan_point *t = &sum->plan->points[point];
    const struct cell_summary *c = &sum->cells[cell];
    const struct estimate *e = kind == FIGURE_speedup ? &c->speedup : &c->throughput;
    *x = kind == FIGURE_speedup ? t->offered : t->concurrency;
    if (isnan(e->median) ||
        strcmp(sum->plan->cells[cell].model, "serial") == 0 || /* the baseline: at 1 by definition */
        (kind == FIGURE_speedup && t->offered != t->concurrency))
        return NULL;
    return e;
}

/* Does the figure of this point have two values of x? */
static bool has_two(const struct summary *sum, unsigned point, enum figure_kind kind)
{
    const struct plan *p = sum->plan;
    double x, least = INFINITY, most = -INFINITY;
    for (unsigned i = 0; i < p->n_points; i++)
        for (unsigned j = 0; j < p->points[i].n_cells && same_figure(p, point, i, kind); j++)
            if (value_at(sum, i, p->points[i].cells[j], kind, &x)) {
                least = fmin(least, x);
                most = fmax(most, x);
            }
    return most > least;
}

/* Has the work another figure of this kind? */
static bool is_one_of_several(const struct summary *sum, unsigned point, enum figure_kind kind)
{
    for (unsigned i = 0; i < sum->plan->n_points; i++)
        if (same_work(sum->plan, point, i) && !same_figure(sum->plan, point, i, kind) && has_two(sum, i, kind))
            return true;
    return false;
}

/* Says in the subtitle, and where it matters in the file's name, which of the work's figures it is. */
static void tell_apart(struct series *s, const struct summary *sum, unsigned point, enum figure_kind kind)
{
    unsigned offered = sum->plan->points[point].offered;
    enum libc_threads libc = work_of(sum->plan, point)->libc_threads;
    bool several = is_one_of_several(sum, point, kind);
    if (kind != FIGURE_speedup)
        text_append(s->subtitle, sizeof s->subtitle, "; on %u processing unit%s", offered, offered == 1 ? "" : "s");
    if (libc != LIBC_AS_MADE)
        text_append(s->subtitle, sizeof s->subtitle, "; libc %s", libc_threads_names[libc]);
    if (several && kind != FIGURE_speedup)
        text_append(s->suffix, sizeof s->suffix, "-o%u", offered);
    if (several && libc != LIBC_AS_MADE)
        text_append(s->suffix, sizeof s->suffix, "-%s", libc_threads_names[libc]);
}

bool series_fill(struct series *s, const struct summary *sum, unsigned point, enum figure_kind kind)
{
    const struct plan *p = sum->plan;
    const struct cell *of = work_of(p, point);
    for (unsigned i = 0; of && i < point; i++)
        if (same_figure(p, point, i, kind))
            return false;
    if (!of || !has_two(sum, point, kind))
        return false;
    *s = (struct series){.blocks = sum->look.blocks, .least_x = INFINITY};
    while (!cell_same_work(&p->cells[s->like], of))
        s->like++;
    s->of = &p->cells[s->like];
    bool bands = false;
    for (unsigned i = point; i < p->n_points; i++)
        for (unsigned j = 0; j < p->points[i].n_cells && same_figure(p, point, i, kind); j++) {
            double x;
            unsigned c = p->points[i].cells[j];
            const struct estimate *e = value_at(sum, i, c, kind, &x);
            struct series_line *l = e ? line_of(s, p->cells[c].model) : NULL;
            if (!l || !insert(l, x, e, c))
                continue;
            bands |= !isnan(e->lower);
            s->least_x = fmin(s->least_x, x);
            s->most_x = fmax(s->most_x, x);
        }
    state_finding(s, sum, kind, bands);
    tell_apart(s, sum, point, kind);
    spread_labels(s, kind == FIGURE_throughput);
    return true;
}
