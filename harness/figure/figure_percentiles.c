/* SPDX-License-Identifier: MIT */
/* Latency by percentile, on an axis of the tail: 90, 99, 99.9 % are equally far apart. */
#include <math.h>
#include <stdio.h>

#include "harness/base/base.h"
#include "harness/figure/extremes.h"
#include "harness/figure/figure.h"
#include "harness/figure/latencies.h"
#include "harness/figure/look.h"

enum { EACH_DECADE = 20, BEYOND = 10 }; /* a percentile is told where so many units are beyond it */

/* x = 1 / (1 - p): the units of which one is beyond. From 2, which is the median, in steps that meet each power of 10.
 */
static void fill(struct chart_line *l, const struct histogram *h, unsigned cell)
{
    chart_point(l, 0, 2, chart_exact((double)histogram_quantile(h, 0.5)), cell);
    for (unsigned k = EACH_DECADE * 2 / 5;; k++) { /* 10^0.4 is 2.5 */
        double x = pow(10, (double)k / EACH_DECADE);
        if (x * BEYOND > (double)h->count * (1 + 1e-9))
            return;
        chart_point(l, 0, x, chart_exact((double)histogram_quantile(h, 1 - 1 / x)), cell);
    }
}

/* The last nine that all models have units beyond: 100, 1000 … */
static double common_tail(const struct summary *s, unsigned point)
{
    const struct plan_point *t = &s->plan->points[point];
    double fewest = INFINITY, x = 10;
    for (unsigned i = 0; i < t->n_cells; i++) {
        const struct histogram *h = latencies_of(s, t->cells[i]);
        fewest = h ? fmin(fewest, (double)h->count) : fewest;
    }
    while (10 * x * BEYOND <= fewest)
        x *= 10;
    return x;
}

static void put_title(struct chart *c, const struct summary *s, unsigned point)
{
    const struct plan_point *t = &s->plan->points[point];
    struct extreme of[CHART_LINES];
    unsigned n = 0;
    const double x = common_tail(s, point);
    for (unsigned i = 0; i < t->n_cells && n < CHART_LINES; i++) {
        const struct histogram *h = latencies_of(s, t->cells[i]);
        if (h && latencies_compared(s, point, t->cells[i]))
            of[n++] = (struct extreme){s->plan->cells[t->cells[i]].model,
                                       chart_exact((double)histogram_quantile(h, 1 - 1 / x))};
    }
    snprintf(c->title, sizeof c->title, "1 unit in %g takes at least ", x);
    extremes_text(c->title, sizeof c->title, &c->panel[0].y, of, n);
}

static void add_chart(const struct summary *s, unsigned point, struct charts *out)
{
    const struct plan_point *t = &s->plan->points[point];
    struct chart *c = chart_add(out, CHART_OF_LINES);
    if (!c)
        return;
    c->x = (struct axis){.unit = AXIS_TAIL, .logarithmic = true};
    c->panel[0].y = (struct axis){.unit = AXIS_NS, .logarithmic = true};
    c->unmarked = true;
    for (unsigned i = 0; i < t->n_cells; i++) {
        char name[CHART_NAME];
        const struct histogram *h = latencies_of(s, t->cells[i]);
        latencies_name(name, sizeof name, s, point, t->cells[i]);
        struct chart_line *l = h ? chart_line(c, name, look_of(s->plan->cells[t->cells[i]].model)) : NULL;
        if (l)
            fill(l, h, t->cells[i]);
    }
    latencies_texts(c, s, point);
    put_title(c, s, point);
    snprintf(c->x_label, sizeof c->x_label, "share of units that take at most so long");
    snprintf(c->panel[0].label, sizeof c->panel[0].label, "latency");
    snprintf(
        c->caption, sizeof c->caption,
        "From 90 %% on each tick looks at ten times rarer units. A line that turns up has a tail: some units wait for "
        "something that most of them never meet.");
    if (!chart_fit(c))
        chart_drop(out);
}

void figure_percentiles(const struct figure_source *of, struct charts *out)
{
    const struct summary *s = of->summary;
    for (unsigned i = latencies_point(s, 0); i < s->plan->n_points; i = latencies_point(s, i + 1))
        add_chart(s, i, out);
}
