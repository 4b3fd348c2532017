/* SPDX-License-Identifier: MIT */
/*
 * A swept chart's title states what is found at its right edge, by the verdicts there. Who has the highest median is
 * not told: it wins, or it does not.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/figure/extremes.h"
#include "harness/figure/sweep.h"
#include "harness/insight/crossover.h"
#include "harness/insight/findings.h"
#include "harness/record/param_value.h"

enum { NAMED = 4 }; /* models in a row */

/* What is furthest to the right: the cells there, by falling height, and how they stand to each other. */
struct right_edge {
    unsigned n, cells[CROSSOVER_MODELS];
    struct crossover_field field;
};

/* Models that have no value at the right edge: those with a line elsewhere, or those that were left out, which may have
 * none. */
static unsigned missing_at(const struct chart *c, const struct summary *s, const struct right_edge *e)
{
    unsigned missing = c->n_lines - e->n;
    for (unsigned i = 0; i < s->plan->n_points && e->n; i++) {
        const struct plan_point *t = &s->plan->points[i];
        for (unsigned k = 0; k < t->n_cells; k++)
            if (t->cells[k] == e->cells[0] && t->n_left_out > missing)
                missing = t->n_left_out;
    }
    return missing;
}

static double most_x(const struct chart *c)
{
    double most = -INFINITY;
    for (unsigned i = 0; i < c->n_lines; i++)
        most = c->line[i].n ? fmax(most, c->line[i].at[c->line[i].n - 1].x) : most;
    return most;
}

static struct right_edge right_edge(const struct chart *c, const struct summary *s)
{
    struct right_edge e = {0};
    double y[CROSSOVER_MODELS], x = most_x(c);
    for (unsigned i = 0; i < c->n_lines; i++) {
        const struct chart_point *last = c->line[i].n ? &c->line[i].at[c->line[i].n - 1] : NULL;
        if (!last || last->x < x || e.n == CROSSOVER_MODELS)
            continue;
        unsigned at = e.n++;
        for (; at && y[at - 1] < last->at[0].y; at--) {
            y[at] = y[at - 1];
            e.cells[at] = e.cells[at - 1];
        }
        y[at] = last->at[0].y;
        e.cells[at] = last->cell;
    }
    field_of_cells(&e.field, s, e.cells, e.n, missing_at(c, s, &e));
    return e;
}

/* Those of which none was shown to be faster than all others, so that the title leaves nobody out. */
static void state_tie(struct chart *c, const struct summary *s, const struct right_edge *e)
{
    const struct crossover_field *f = &e->field;
    const struct cell *cells = s->plan->cells;
    unsigned among[CROSSOVER_MODELS + 1] = {(unsigned)f->winner}, n = 1;
    for (unsigned i = 0; i < f->n_tied; i++)
        among[n++] = f->tied[i];
    bool equivalent = cells_are_equivalent(s, among, n);
    text_append(c->title, sizeof c->title, equivalent ? "" : "no winner among ");
    if (n == e->n && n > 2)
        text_append(c->title, sizeof c->title, "%s %u models", f->n_missing ? "these" : equivalent ? "all" : "the", n);
    else if (n > NAMED)
        text_append(c->title, sizeof c->title, "%u of the %u models", n, e->n);
    for (unsigned i = 0; i < n && n <= NAMED && (n < e->n || n <= 2); i++)
        text_append(c->title, sizeof c->title, "%s%s", !i ? "" : i + 1 == n ? " and " : ", ", cells[among[i]].model);
    if (equivalent)
        text_append(c->title, sizeof c->title, " are equivalent (within %.3g %%)", 100 * s->plan->equiv);
    if (n + 1 == e->n)
        text_append(c->title, sizeof c->title, "; %s is slower than %s", cells[f->beaten].model,
                    cells[f->winner].model);
    else if (n < e->n)
        text_append(c->title, sizeof c->title, "; the other %u are slower than %s", e->n - n, cells[f->winner].model);
}

/* What the best is over serial, when its verdict is that it differs. */
static void state_speedup(struct chart *c, const struct summary *s, unsigned cell)
{
    struct estimate r;
    enum verdict v;
    for (unsigned i = 0; i < s->plan->n_points; i++) {
        const struct plan_point *t = &s->plan->points[i];
        if (t->serial < 0 || !comparison_find(s, cell, (unsigned)t->serial, &r, &v))
            continue;
        if (v == VERDICT_FASTER || v == VERDICT_SLOWER)
            text_append(c->title, sizeof c->title, " %.2f× serial (%.2f … %.2f)", r.median, r.lower, r.upper);
        else
            text_append(c->title, sizeof c->title,
                        v == VERDICT_EQUIVALENT ? " equivalent to serial" : " not told apart from serial");
        return;
    }
    text_append(c->title, sizeof c->title, " not compared with serial");
}

static void state_winner(struct chart *c, const struct summary *s, const struct right_edge *e, bool speedup)
{
    const struct crossover_field *f = &e->field;
    const struct cell *cells = s->plan->cells;
    text_append(c->title, sizeof c->title, "%s is %s", cells[f->winner].model,
                e->n == 1 ? "the only model measured" : "fastest");
    if (f->n_missing && e->n > 1)
        text_append(c->title, sizeof c->title, " of those measured");
    if (f->beaten >= 0)
        text_append(c->title, sizeof c->title, ", %.2f× %s (%.2f … %.2f)", f->ratio.median, cells[f->beaten].model,
                    f->ratio.lower, f->ratio.upper);
    if (speedup) {
        text_append(c->title, sizeof c->title, e->n > 1 ? " and" : ",");
        state_speedup(c, s, (unsigned)f->winner);
    }
}

void sweep_title(const struct summary *s, struct chart *c, bool speedup)
{
    const struct right_edge e = right_edge(c, s);
    double x = most_x(c);
    if (!e.n)
        return;
    snprintf(c->title, sizeof c->title, speedup ? "On %g CPU%s, " : "With %g in flight, ", x, x > 1 ? "s" : "");
    if (e.field.n_tied)
        state_tie(c, s, &e);
    else
        state_winner(c, s, &e, speedup);
    if (e.field.n_missing)
        text_append(c->title, sizeof c->title, "; %u not measured there", e.field.n_missing);
}

void sweep_extremes(struct chart *c, unsigned panel, const char *at, const char *what)
{
    struct extreme of[CHART_LINES] = {{0}};
    unsigned n = 0;
    const double x = most_x(c);
    for (unsigned i = 0; i < c->n_lines; i++) {
        const struct chart_line *l = &c->line[i];
        if (l->n && l->at[l->n - 1].x >= x)
            of[n++] = (struct extreme){l->name, l->at[l->n - 1].at[panel]};
    }
    char text[CHART_TITLE] = "";
    extremes_text(text, sizeof text, &c->panel[panel].y, of, n);
    if (!text[0])
        return;
    snprintf(c->title, sizeof c->title, "%s %g %s, %s ", strcmp(at, "CPUs") == 0 ? "On" : "With", x,
             x > 1 || strcmp(at, "CPUs") != 0 ? at : "CPU", what);
    text_append(c->title, sizeof c->title, "%s", text);
}

void sweep_work_text(char *buf, size_t n, const struct cell *of, const char *without)
{
    const struct workload *w = workload_find(of->workload);
    snprintf(buf, n, "%s", of->workload);
    for (unsigned i = 0; w && w->params && w->params[i].name; i++) {
        char text[48];
        if (without && strcmp(without, w->params[i].name) == 0)
            continue;
        value_label(&w->params[i], of->p[i], text, sizeof text);
        text_append(buf, n, " %s=%s", w->params[i].name, text);
    }
}
