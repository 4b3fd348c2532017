/* SPDX-License-Identifier: MIT */
/* How the latencies of each model are distributed: one curve a model, on one axis. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "harness/base/base.h"
#include "harness/figure/extremes.h"
#include "harness/figure/figure.h"
#include "harness/figure/latencies.h"
#include "harness/figure/look.h"

#define CUT 0.005 /* the share of units at either end of each model's that may lie beyond the axis */

/* From the fastest to the slowest units of all models. */
static void find_range(struct axis *x, const struct summary *s, const struct plan_point *t)
{
    double least = INFINITY, most = -INFINITY;
    for (unsigned i = 0; i < t->n_cells; i++) {
        const struct histogram *h = latencies_of(s, t->cells[i]);
        if (!h)
            continue;
        least = fmin(least, (double)histogram_quantile(h, CUT));
        most = fmax(most, (double)histogram_quantile(h, 1 - CUT));
    }
    const double middle = sqrt(least * most), half = fmax(1.04 * sqrt(most / least), 1.15);
    x->least = fmax(middle / half, 1);
    x->most = middle * half;
}

/* Where on the axis a time is, in bins. */
static double bin_of(const struct axis *x, double ns)
{
    return fmin(fmax(CHART_BINS * axis_place(x, fmax(ns, 1e-3)), 0), CHART_BINS);
}

/* The share of all units in each bin. A bucket that lies over several bins is spread evenly over them: no more is known
 * of its units than that they are in it. */
static void fill(double height[CHART_BINS], const struct axis *x, const struct histogram *h)
{
    for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++) {
        if (!h->bucket[i])
            continue;
        double share = (double)h->bucket[i] / (double)h->count, from = bin_of(x, (double)histogram_low(i)),
               to = bin_of(x, i + 1 < HISTOGRAM_BUCKETS ? (double)histogram_low(i + 1) : INFINITY);
        for (unsigned k = (unsigned)from; k < CHART_BINS && k < to; k++)
            height[k] += share * (fmin(to, k + 1) - fmax(from, k)) / (to - from);
    }
}

/* How far apart the tenth and the ninetieth of a hundred units are, as a ratio. */
static void put_title(struct chart *c, const struct summary *s, unsigned point)
{
    const struct plan_point *t = &s->plan->points[point];
    static const struct axis times = {.unit = AXIS_NUMBER};
    struct extreme of[CHART_LINES];
    unsigned n = 0;
    for (unsigned i = 0; i < t->n_cells && n < CHART_LINES; i++) {
        const struct histogram *h = latencies_of(s, t->cells[i]);
        if (h && latencies_compared(s, point, t->cells[i]))
            of[n++] = (struct extreme){
                s->plan->cells[t->cells[i]].model,
                chart_exact((double)histogram_quantile(h, 0.9) / fmax((double)histogram_quantile(h, 0.1), 1))};
    }
    snprintf(c->title, sizeof c->title, "The middle 80 %% of units lie within a factor of ");
    extremes_text(c->title, sizeof c->title, &times, of, n);
}

static void add_row(struct chart *c, const struct summary *s, unsigned point, unsigned cell)
{
    const struct histogram *h = latencies_of(s, cell);
    char name[CHART_NAME];
    static const struct axis ns = {.unit = AXIS_NS};
    char text[2][32];
    latencies_name(name, sizeof name, s, point, cell);
    struct chart_row *r = h ? chart_row(c, name) : NULL;
    if (!r)
        return;
    r->cell = cell;
    r->look = look_of(s->plan->cells[cell].model);
    r->height = calloc(CHART_BINS, sizeof *r->height);
    if (!r->height)
        return;
    fill(r->height, &c->x, h);
    r->at[0] = chart_exact((double)histogram_quantile(h, 0.5));
    r->at[1] = chart_exact((double)histogram_quantile(h, 0.99));
    axis_text(&ns, text[0], sizeof text[0], r->at[0].y);
    axis_text(&ns, text[1], sizeof text[1], r->at[1].y);
    snprintf(r->note, sizeof r->note, "%s, %s", text[0], text[1]);
}

static void add_chart(const struct summary *s, unsigned point, struct charts *out)
{
    const struct plan_point *t = &s->plan->points[point];
    struct chart *c = chart_add(out, CHART_OF_SHAPES);
    if (!c)
        return;
    c->x = (struct axis){.unit = AXIS_NS, .logarithmic = true};
    find_range(&c->x, s, t);
    chart_series(c, "median", (struct model_look){0});
    chart_series(c, "99th percentile", (struct model_look){0});
    for (unsigned i = 0; i < t->n_cells; i++)
        add_row(c, s, point, t->cells[i]);
    latencies_texts(c, s, point);
    text_append(c->subtitle, sizeof c->subtitle, "; long tick: median, short tick: 99th percentile, also at the right");
    put_title(c, s, point);
    snprintf(c->x_label, sizeof c->x_label, "latency");
    snprintf(c->caption, sizeof c->caption,
             "The higher a curve, the more units take that long, each model by itself. One narrow hill: all units are "
             "served alike; two hills: there are two ways through.");
    if (!chart_fit(c))
        chart_drop(out);
}

void figure_distribution(const struct figure_source *of, struct charts *out)
{
    const struct summary *s = of->summary;
    for (unsigned i = latencies_point(s, 0); i < s->plan->n_points; i = latencies_point(s, i + 1))
        add_chart(s, i, out);
}
