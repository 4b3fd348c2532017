/* SPDX-License-Identifier: MIT */
/* Throughput against tasks in flight: who keeps up as more is asked at once? */
#include <stdio.h>

#include "harness/figure/figure.h"
#include "harness/figure/sweep.h"
#include "harness/insight/findings.h"

/* What is judged by how late its units are has as many of them as its clock gives, under every model. */
static bool is_of_rates(const struct cell *c)
{
    return !cell_late_after(c);
}

static bool value(const struct summary *s, unsigned cell, const struct plan_point *at,
                  struct chart_value v[CHART_PANELS])
{
    (void)at;
    v[0] = chart_value(&s->cells[cell].throughput);
    return !model_is_serial(s->plan->cells[cell].model); /* one task at a time, whatever is asked */
}

static void texts(const struct summary *s, struct chart *c, unsigned point)
{
    (void)point;
    sweep_title(s, c, false);
    snprintf(
        c->caption, sizeof c->caption,
        "Where throughput rises with the tasks in flight there is room left; where it does not, more tasks only wait "
        "longer.");
    snprintf(c->panel[0].label, sizeof c->panel[0].label, "throughput, units/s");
    snprintf(c->per_x_label, sizeof c->per_x_label, "units/s for each task in flight");
    c->panel[0].y.logarithmic = true;
    c->per_x = true;
}

void figure_throughput(const struct figure_source *of, struct charts *out)
{
    static const struct sweep w = {.x = SWEEP_CONCURRENCY, .of = is_of_rates, .value = value, .texts = texts};
    sweep_charts(&w, of->summary, out);
}
