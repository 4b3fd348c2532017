/* SPDX-License-Identifier: MIT */
/*
 * A figure's title states what is found at its right edge, by the verdicts there. Who has the highest median is not
 * told: it wins, or it does not.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/insight/crossover.h"
#include "harness/insight/findings.h"
#include "harness/record/param_value.h"
#include "harness/report/series.h"

/* What is plotted furthest to the right: the cells there, by falling height, and how they stand to each other. */
struct right_edge {
    unsigned n, cells[SERIES_MAX_LINES];
    struct crossover_field field;
};

/* Models that have no value at the right edge: those with a line elsewhere, or those that were left out, which may have
 * none. */
static unsigned missing_at(const struct series *s, const struct summary *sum, const struct right_edge *e)
{
    unsigned missing = s->n_lines - e->n;
    for (unsigned i = 0; i < sum->plan->n_points && e->n; i++) {
        const struct plan_point *t = &sum->plan->points[i];
        for (unsigned k = 0; k < t->n_cells; k++)
            if (t->cells[k] == e->cells[0] && t->n_left_out > missing)
                missing = t->n_left_out;
    }
    return missing;
}

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
    field_of_cells(&e.field, sum, e.cells, e.n, missing_at(s, sum, &e));
    return e;
}

/* Those of which none was shown to be faster than all others, so that the title leaves nobody out. */
static void state_tie(struct series *s, const struct summary *sum, const struct right_edge *e)
{
    const struct crossover_field *f = &e->field;
    unsigned among[CROSSOVER_MODELS + 1] = {(unsigned)f->winner}, n = 1;
    for (unsigned i = 0; i < f->n_tied; i++)
        among[n++] = f->tied[i];
    bool equivalent = cells_are_equivalent(sum, among, n);
    text_append(s->title, sizeof s->title, equivalent ? "" : "no winner among ");
    if (n == e->n && n > 2)
        text_append(s->title, sizeof s->title, "%s %u models", f->n_missing ? "these" : equivalent ? "all" : "the", n);
    for (unsigned i = 0; i < n && (n < e->n || n <= 2); i++)
        text_append(s->title, sizeof s->title, "%s%s",
                    !i           ? ""
                    : i + 1 == n ? " and "
                                 : ", ",
                    sum->plan->cells[among[i]].model);
    if (equivalent)
        text_append(s->title, sizeof s->title, " are equivalent (within %.3g %%)", 100 * sum->plan->equiv);
    const struct cell *cells = sum->plan->cells;
    if (n + 1 == e->n)
        text_append(s->title, sizeof s->title, "; %s is slower than %s", cells[f->beaten].model,
                    cells[f->winner].model);
    else if (n < e->n)
        text_append(s->title, sizeof s->title, "; the other %u are slower than %s", e->n - n, cells[f->winner].model);
}

/* What the best is over serial, when its verdict is that it differs. */
static void state_speedup(struct series *s, const struct summary *sum, unsigned cell)
{
    struct estimate r;
    enum verdict v;
    for (unsigned i = 0; i < sum->plan->n_points; i++) {
        const struct plan_point *t = &sum->plan->points[i];
        if (t->serial < 0 || !comparison_find(sum, cell, (unsigned)t->serial, &r, &v))
            continue;
        if (v == VERDICT_FASTER || v == VERDICT_SLOWER)
            text_append(s->title, sizeof s->title, " %.2f× serial (%.2f … %.2f)", r.median, r.lower, r.upper);
        else
            text_append(s->title, sizeof s->title,
                        v == VERDICT_EQUIVALENT ? " equivalent to serial" : " not told apart from serial");
        return;
    }
    text_append(s->title, sizeof s->title, " not compared with serial");
}

static void state_winner(struct series *s, const struct summary *sum, const struct right_edge *e, bool speedup)
{
    const struct crossover_field *f = &e->field;
    const struct cell *cells = sum->plan->cells;
    text_append(s->title, sizeof s->title, "%s is %s", cells[f->winner].model,
                e->n == 1 ? "the only model measured" : "fastest");
    if (f->n_missing && e->n > 1)
        text_append(s->title, sizeof s->title, " of those measured");
    if (f->beaten >= 0)
        text_append(s->title, sizeof s->title, ", %.2f× %s (%.2f … %.2f)", f->ratio.median, cells[f->beaten].model,
                    f->ratio.lower, f->ratio.upper);
    if (speedup) {
        text_append(s->title, sizeof s->title, e->n > 1 ? " and" : ",");
        state_speedup(s, sum, (unsigned)f->winner);
    }
}

static void state_work(struct series *s)
{
    const struct workload *w = workload_find(s->of->workload);
    snprintf(s->subtitle, sizeof s->subtitle, "%s", s->of->workload);
    for (unsigned i = 0; w && w->params && w->params[i].name; i++) {
        char text[48];
        value_label(&w->params[i], s->of->p[i], text, sizeof text);
        text_append(s->subtitle, sizeof s->subtitle, " %s=%s", w->params[i].name, text);
    }
}

static bool has_intervals(const struct series *s)
{
    for (unsigned i = 0; i < s->n_lines; i++)
        for (unsigned k = 0; k < s->line[i].n; k++)
            if (s->line[i].at[k].lower < s->line[i].at[k].y || s->line[i].at[k].upper > s->line[i].at[k].y)
                return true;
    return false;
}

void series_title(struct series *s, const struct summary *sum, enum figure_kind kind)
{
    const bool speedup = kind == FIGURE_speedup;
    const struct right_edge e = right_edge(s, sum);
    if (cell_late_after(s->of)) {
        snprintf(s->title, sizeof s->title, "%s is judged by how late its units are, not by their rate",
                 s->of->workload);
    } else {
        snprintf(s->title, sizeof s->title, speedup ? "On %g unit%s, " : "With %g in flight, ", s->most_x,
                 s->most_x > 1 ? "s" : "");
        if (e.field.n_tied)
            state_tie(s, sum, &e);
        else
            state_winner(s, sum, &e, speedup);
        if (e.field.n_missing)
            text_append(s->title, sizeof s->title, "; %u not measured there", e.field.n_missing);
    }
    state_work(s);
    text_append(s->subtitle, sizeof s->subtitle, "; median of %u blocks%s%s", s->blocks,
                has_intervals(s) ? " with 95 % intervals" : "", speedup ? "; dashed: ideal" : "");
    if (s->cut)
        text_append(s->subtitle, sizeof s->subtitle, "; arrows: %u interval%s cut by the axis", s->cut,
                    s->cut == 1 ? "" : "s");
    if (s->y.least > 0 && !s->y.logarithmic)
        text_append(s->subtitle, sizeof s->subtitle, "; y begins at %.3g, not 0", s->y.least);
}
