/* SPDX-License-Identifier: MIT */
/* Efficiency against workers: how much of what it could do each CPU does, as they become more. */
#include <stdio.h>

#include "harness/base/base.h"
#include "harness/figure/figure.h"
#include "harness/figure/sweep.h"
#include "harness/insight/findings.h"

static bool computes(const struct cell *c)
{
    const struct workload *w = workload_find(c->workload);
    return w && w->needs & NEED_CPU && !cell_late_after(c);
}

static bool value(const struct summary *s, unsigned cell, const struct plan_point *at,
                  struct chart_value v[CHART_PANELS])
{
    v[0] = chart_divided(chart_value(&s->cells[cell].speedup), at->offered);
    return !model_is_serial(s->plan->cells[cell].model);
}

static void texts(const struct summary *s, struct chart *c, unsigned point)
{
    (void)point;
    (void)s;
    c->panel[0].y.unit = AXIS_PERCENT;
    c->panel[0].level = 1;
    c->panel[0].from_zero = true;
    sweep_extremes(c, 0, "CPUs", "the efficiency of each is");
    text_append(c->subtitle, sizeof c->subtitle, "; dashed: ideal");
    snprintf(c->caption, sizeof c->caption,
             "What is missing to 100 %% is the price of each CPU that was added: it waits, or works on what the model "
             "costs. "
             "A model that computes on one CPU at a time is at 1/n.");
    snprintf(c->panel[0].label, sizeof c->panel[0].label, "speedup over serial, for each CPU");
}

void figure_efficiency(const struct figure_source *of, struct charts *out)
{
    static const struct sweep w = {.x = SWEEP_WORKERS, .of = computes, .value = value, .texts = texts};
    sweep_charts(&w, of->summary, out);
}
