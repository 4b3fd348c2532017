/* SPDX-License-Identifier: MIT */
/* Picks the lines of swept charts from the summary; see sweep.h. */
#include "harness/figure/sweep.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/figure/filename.h"
#include "harness/figure/look.h"
#include "harness/figure/quantity.h"

static const struct cell *work_of(const struct plan *p, unsigned point)
{
    const struct plan_point *t = &p->points[point];
    return t->n_cells ? &p->cells[t->cells[0]] : NULL;
}

static int param_of(const struct cell *c, const char *name)
{
    const struct workload *w = workload_find(c->workload);
    return w ? workload_param(w, name) : -1;
}

/* The same work, but for the parameter that is swept. */
static bool same_work(const struct sweep *w, const struct cell *a, const struct cell *b)
{
    if (w->x != SWEEP_PARAM)
        return cell_same_work(a, b);
    int swept = param_of(a, w->param);
    if (swept < 0 || a->workload != b->workload)
        return false;
    struct cell like = *b;
    like.p[swept] = a->p[swept];
    like.units = a->units; /* a unit's length follows the parameter, and so does how many there are */
    return cell_same_work(a, &like);
}

/* Of one chart: all else must be the same, or a line would change with x by what the axis doesn't name. */
static bool same_chart(const struct sweep *w, const struct plan *p, unsigned i, unsigned j)
{
    const struct cell *a = work_of(p, i), *b = work_of(p, j);
    return a && b && same_work(w, a, b) && a->libc_threads == b->libc_threads &&
           (w->x == SWEEP_WORKERS || p->points[i].offered == p->points[j].offered) &&
           (w->x != SWEEP_PARAM || p->points[i].concurrency == p->points[j].concurrency);
}

static double x_of(const struct sweep *w, const struct plan *p, unsigned point)
{
    const struct plan_point *t = &p->points[point];
    const struct cell *c = work_of(p, point);
    switch (w->x) {
    case SWEEP_WORKERS:
        return t->offered == t->concurrency ? (double)t->offered : (double)NAN;
    case SWEEP_CONCURRENCY:
        return t->concurrency;
    case SWEEP_PARAM:
        break;
    }
    int swept = param_of(c, w->param);
    return swept < 0 ? NAN : (double)c->p[swept];
}

static void fill(const struct sweep *w, const struct summary *s, unsigned point, struct chart *c)
{
    const struct plan *p = s->plan;
    for (unsigned i = point; i < p->n_points; i++) {
        if (!same_chart(w, p, point, i))
            continue;
        double x = x_of(w, p, i);
        for (unsigned k = 0; k < p->points[i].n_cells && !isnan(x); k++) {
            unsigned cell = p->points[i].cells[k];
            const char *model = p->cells[cell].model;
            struct chart_value v[CHART_PANELS] = {{NAN, NAN, NAN}, {NAN, NAN, NAN}};
            if (!w->value(s, cell, &p->points[i], v) || isnan(v[0].y))
                continue;
            struct chart_line *l = chart_line(c, model, look_of(model));
            for (unsigned panel = 0; l && panel < c->n_panels; panel++)
                if (!isnan(v[panel].y))
                    chart_point(l, panel, x, v[panel], cell);
        }
    }
}

/* Does the point belong to the chart of an earlier one? */
static bool is_later(const struct sweep *w, const struct plan *p, unsigned point)
{
    for (unsigned i = 0; i < point; i++)
        if (same_chart(w, p, i, point))
            return true;
    return false;
}

/* The file's name, and what tells the chart from others of the same work: other workers, or another libc. */
static void name_file(const struct sweep *w, const struct plan *p, unsigned point, struct chart *c)
{
    const struct cell *of = work_of(p, point);
    unsigned like = sweep_first_cell(p, of);
    if (w->x == SWEEP_PARAM)
        filename_without(c->file, sizeof c->file, p, like, (unsigned)param_of(of, w->param));
    else
        filename_of_work(c->file, sizeof c->file, p, like);
    if (w->x != SWEEP_WORKERS)
        text_append(c->tag, sizeof c->tag, "-o%u", p->points[point].offered);
    if (w->x == SWEEP_PARAM)
        text_append(c->tag, sizeof c->tag, "-c%u", p->points[point].concurrency);
    if (of->libc_threads != LIBC_AS_MADE)
        text_append(c->tag, sizeof c->tag, "-%s", libc_threads_names[of->libc_threads]);
}

unsigned sweep_first_cell(const struct plan *p, const struct cell *of)
{
    unsigned like = 0;
    while (!cell_same_work(&p->cells[like], of))
        like++;
    return like;
}

static void put_subtitle(const struct sweep *w, const struct summary *s, unsigned point, struct chart *c)
{
    const struct plan_point *t = &s->plan->points[point];
    const struct cell *of = work_of(s->plan, point);
    sweep_work_text(c->subtitle, sizeof c->subtitle, of, w->x == SWEEP_PARAM ? w->param : NULL);
    if (w->x == SWEEP_PARAM)
        text_append(c->subtitle, sizeof c->subtitle, "; %u in flight", t->concurrency);
    if (w->x != SWEEP_WORKERS)
        text_append(c->subtitle, sizeof c->subtitle, "; on %u CPU%s", t->offered, t->offered == 1 ? "" : "s");
    if (of->libc_threads != LIBC_AS_MADE)
        text_append(c->subtitle, sizeof c->subtitle, "; libc %s", libc_threads_names[of->libc_threads]);
    text_append(c->subtitle, sizeof c->subtitle, "; median of ");
    quantity_blocks(c->subtitle, sizeof c->subtitle, s->look.blocks);
    text_append(c->subtitle, sizeof c->subtitle, "%s", chart_has_intervals(c) ? " with 95 % intervals" : "");
}

void sweep_charts(const struct sweep *w, const struct summary *s, struct charts *out)
{
    const struct plan *p = s->plan;
    for (unsigned i = 0; i < p->n_points && !out->no_memory; i++) {
        const struct cell *of = work_of(p, i);
        if (!of || is_later(w, p, i) || (w->of && !w->of(of)))
            continue;
        struct chart *c = chart_add(out, CHART_OF_LINES);
        if (!c)
            return;
        c->x = (struct axis){.unit = AXIS_POWERS, .logarithmic = true};
        snprintf(c->x_label, sizeof c->x_label, "%s", w->x == SWEEP_WORKERS ? "CPUs offered" : "tasks in flight");
        c->n_panels = w->panels ? w->panels : 1;
        fill(w, s, i, c);
        name_file(w, p, i, c);
        put_subtitle(w, s, i, c);
        w->texts(s, c, i);
        if (!chart_fit(c))
            chart_drop(out);
    }
}
