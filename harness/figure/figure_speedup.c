/* SPDX-License-Identifier: MIT */
/* Speedup over serial against workers: does the work scale, and up to where? */
#include <stdio.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/figure/figure.h"
#include "harness/figure/sweep.h"
#include "harness/insight/findings.h"

/* Of stream the bandwidth shows the same, in bytes. */
static bool computes(const struct cell *c)
{
    const struct workload *w = workload_find(c->workload);
    return w && w->needs & NEED_CPU && !cell_late_after(c) && strcmp(c->workload, "stream") != 0;
}

static bool value(const struct summary *s, unsigned cell, const struct plan_point *at,
                  struct chart_value v[CHART_PANELS])
{
    (void)at;
    v[0] = chart_value(&s->cells[cell].speedup);
    return !model_is_serial(s->plan->cells[cell].model); /* the baseline: 1 by definition */
}

static void texts(const struct summary *s, struct chart *c, unsigned point)
{
    (void)point;
    sweep_title(s, c, true);
    text_append(c->subtitle, sizeof c->subtitle, "; dashed: ideal");
    snprintf(c->caption, sizeof c->caption,
             "Along the dashed line each further CPU adds as much as the first. What lies below it shares something: "
             "memory, "
             "a lock, or the CPUs themselves.");
    snprintf(c->panel[0].label, sizeof c->panel[0].label, "speedup over serial");
    c->ideal = true;
    if (s->cpus > 0)
        chart_rule(c, s->cpus, "this machine: %g CPU%s", s->cpus, s->cpus > 1 ? "s" : "");
}

void figure_speedup(const struct figure_source *of, struct charts *out)
{
    static const struct sweep w = {.x = SWEEP_WORKERS, .of = computes, .value = value, .texts = texts};
    sweep_charts(&w, of->summary, out);
}
