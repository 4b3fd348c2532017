/* SPDX-License-Identifier: MIT */
/* Latency against tasks in flight: what more of them cost each one. */
#include <math.h>
#include <stdio.h>

#include "harness/base/base.h"
#include "harness/figure/figure.h"
#include "harness/figure/sweep.h"
#include "harness/insight/findings.h"

static bool is_of_latencies(const struct cell *c)
{
    return !cell_late_after(c);
}

static bool value(const struct summary *s, unsigned cell, const struct plan_point *at,
                  struct chart_value v[CHART_PANELS])
{
    (void)at;
    v[0] = chart_value(&s->cells[cell].p50_ns);
    v[1] = chart_value(&s->cells[cell].p99_ns);
    return !model_is_serial(s->plan->cells[cell].model);
}

static bool has_upper(const struct chart *c)
{
    for (unsigned i = 0; i < c->n_lines; i++)
        for (unsigned k = 0; k < c->line[i].n; k++)
            if (!isnan(c->line[i].at[k].at[1].y))
                return true;
    return false;
}

static void texts(const struct summary *s, struct chart *c, unsigned point)
{
    const struct plan_point *t = &s->plan->points[point];
    const bool closed = s->plan->cells[t->cells[0]].mode == MODE_CLOSED;
    if (!has_upper(c)) /* too few units in a trial for a p99 */
        c->n_panels = 1;
    for (unsigned k = 0; k < c->n_panels; k++)
        c->panel[k].y = (struct axis){.unit = AXIS_NS, .logarithmic = true};
    snprintf(c->panel[0].label, sizeof c->panel[0].label, "median latency");
    snprintf(c->panel[1].label, sizeof c->panel[1].label, "99th percentile");
    if (c->n_panels > 1)
        sweep_extremes(c, 1, "in flight", "1 unit in 100 takes at least");
    else
        sweep_extremes(c, 0, "in flight", "half of all units take at least");
    if (closed)
        text_append(c->subtitle, sizeof c->subtitle, "; closed: without the time that units would have queued");
    snprintf(
        c->caption, sizeof c->caption,
        "Where latency begins to rise, tasks wait for each other: from there on more of them in flight buy latency "
        "alone. A 99th percentile that rises before the median does shows that some wait much longer than most. "
        "Each is the median of what trials have by themselves; tables have that of all trials together.");
}

void figure_latency(const struct figure_source *of, struct charts *out)
{
    static const struct sweep w = {
        .x = SWEEP_CONCURRENCY, .panels = 2, .of = is_of_latencies, .value = value, .texts = texts};
    sweep_charts(&w, of->summary, out);
}
