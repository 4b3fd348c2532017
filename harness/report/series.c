/* SPDX-License-Identifier: MIT */
/* Picks a figure's lines from the summary, fits its axes, and keeps its labels apart; see series.h. */
#include "harness/report/series.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/model/model.h"

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

/* Names at the ends of lines, at least 6 % of the page apart, in the order of the ends, and within the axis. */
static void spread_labels(struct series *s)
{
    unsigned order[SERIES_MAX_LINES];
    const double least = 0.01, most = 0.99;
    const double gap = fmin(s->per_task ? 0.1 : 0.06, (most - least) / s->n_lines);
    for (unsigned i = 0; i < s->n_lines; i++) {
        struct series_line *l = &s->line[i];
        unsigned j = i;
        l->label_y = axis_place(&s->y, l->at[l->n - 1].y);
        for (; j && s->line[order[j - 1]].label_y > l->label_y; j--)
            order[j] = order[j - 1];
        order[j] = i;
    }
    for (unsigned pass = 0; pass < 200; pass++)
        for (unsigned i = 1; i < s->n_lines; i++) {
            double *a = &s->line[order[i - 1]].label_y, *b = &s->line[order[i]].label_y;
            if (*b - *a < gap) {
                double middle = (*a + *b) / 2;
                *a = middle - gap / 2;
                *b = middle + gap / 2;
            }
        }
    for (unsigned i = 0; i < s->n_lines; i++) { /* pushed off the lower end, then off the upper one */
        double *up = &s->line[order[i]].label_y;
        *up = fmax(*up, least + i * gap);
    }
    for (unsigned i = 0; i < s->n_lines; i++) {
        double *down = &s->line[order[s->n_lines - 1 - i]].label_y;
        *down = fmin(*down, most - i * gap);
    }
    for (unsigned i = 0; i < s->n_lines; i++)
        s->line[i].label_y = axis_value(&s->y, s->line[i].label_y);
}

/* Fits an axis to the medians, and to the intervals as far as there is room. */
static void fit(struct axis *a, const struct series *s, bool ideal)
{
    double low = INFINITY, high = ideal ? s->most_x : -INFINITY, reach_low = INFINITY, reach_high = -INFINITY;
    for (unsigned i = 0; i < s->n_lines; i++)
        for (unsigned k = 0; k < s->line[i].n; k++) {
            low = fmin(low, s->line[i].at[k].y);
            high = fmax(high, s->line[i].at[k].y);
            reach_low = fmin(reach_low, s->line[i].at[k].lower);
            reach_high = fmax(reach_high, s->line[i].at[k].upper);
        }
    a->logarithmic &= low > 0;
    if (ideal)
        low = 0;
    axis_fit(a, low, high, a->logarithmic && reach_low <= 0 ? low / 1e9 : reach_low, reach_high);
}

/* Do all lines stay near y = constant × x? Then all that differs is in y / x. */
static bool follows_x(const struct series *s)
{
    double low = INFINITY, high = 0;
    for (unsigned i = 0; i < s->n_lines; i++)
        for (unsigned k = 0; k < s->line[i].n; k++) {
            low = fmin(low, s->line[i].at[k].y / s->line[i].at[k].x);
            high = fmax(high, s->line[i].at[k].y / s->line[i].at[k].x);
        }
    return high < 1.5 * low;
}

static void divide_by_x(struct series *s)
{
    for (unsigned i = 0; i < s->n_lines; i++)
        for (unsigned k = 0; k < s->line[i].n; k++) {
            double x = s->line[i].at[k].x;
            s->line[i].at[k].y /= x;
            s->line[i].at[k].lower /= x;
            s->line[i].at[k].upper /= x;
        }
}

/* The least distance of two values of x on one line, on a logarithmic axis. */
static double least_gap(const struct series *s)
{
    double gap = log(s->most_x / s->least_x);
    for (unsigned i = 0; i < s->n_lines; i++)
        for (unsigned k = 0; k + 1 < s->line[i].n; k++)
            gap = fmin(gap, log(s->line[i].at[k + 1].x / s->line[i].at[k].x));
    return gap;
}

static void lay_out(struct series *s, enum figure_kind kind)
{
    s->y.logarithmic = s->whole.logarithmic = kind == FIGURE_throughput;
    s->per_task = kind == FIGURE_throughput && follows_x(s);
    if (s->per_task) {
        fit(&s->whole, s, false);
        divide_by_x(s);
        s->y.logarithmic = false;
    }
    fit(&s->y, s, kind == FIGURE_speedup);
    s->bars = s->n_lines > SERIES_MAX_BANDS;
    const double step = s->bars ? 0.3 * least_gap(s) / s->n_lines : 0;
    for (unsigned i = 0; i < s->n_lines; i++)
        for (unsigned k = 0; k < s->line[i].n; k++) {
            s->line[i].at[k].drawn_x = s->line[i].at[k].x * exp(step * (i - (s->n_lines - 1) / 2.0));
            s->cut += s->line[i].at[k].lower < s->y.least || s->line[i].at[k].upper > s->y.most;
        }
    spread_labels(s);
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
    if (isnan(e->median) || model_is_serial(sum->plan->cells[cell].model) || /* the baseline: at 1 by definition */
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
    for (unsigned i = point; i < p->n_points; i++)
        for (unsigned j = 0; j < p->points[i].n_cells && same_figure(p, point, i, kind); j++) {
            double x;
            unsigned c = p->points[i].cells[j];
            const struct estimate *e = value_at(sum, i, c, kind, &x);
            struct series_line *l = e ? line_of(s, p->cells[c].model) : NULL;
            if (!l || !insert(l, x, e, c))
                continue;
            s->least_x = fmin(s->least_x, x);
            s->most_x = fmax(s->most_x, x);
        }
    lay_out(s, kind);
    series_title(s, sum, kind);
    tell_apart(s, sum, point, kind);
    return true;
}
