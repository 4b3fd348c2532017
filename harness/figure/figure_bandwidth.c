/* SPDX-License-Identifier: MIT */
/* How many bytes a second all CPUs together move: does a further CPU still add any? */
#include <stdio.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/figure/edge.h"
#include "harness/figure/figure.h"
#include "harness/figure/quantity.h"
#include "harness/figure/sweep.h"
#include "harness/insight/cell_pairs.h"
#include "harness/model/model.h"

/* A unit of stream reads 256 KiB from each of two arrays and writes as much to a third; what caches do beside that is
 * not counted, as STREAM counts it. */
static const double unit_bytes = 3 * (256 << 10);

static bool streams(const struct cell *c)
{
    return strcmp(c->workload, "stream") == 0;
}

static bool value(const struct summary *s, unsigned cell, const struct plan_point *at,
                  struct chart_value v[CHART_PANELS])
{
    (void)at;
    v[0] = chart_divided(chart_value(&s->cells[cell].throughput), 1e9 / unit_bytes);
    return !model_is_serial(s->plan->cells[cell].model); /* it has no line over CPUs */
}

static void title(const struct summary *s, struct chart *c)
{
    struct chart_edge e = chart_edge(c, true);
    if (!e.n)
        return;
    const struct chart_point *first = &e.high->at[0];
    snprintf(c->title, sizeof c->title, "%.0f CPU%s %s %.3g GB/s under %s", e.x, e.x > 1 ? "s" : "",
             e.x > 1 ? "move" : "moves", e.at_high.at[0].y, e.high->name);
    if (first->x < e.x) {
        struct estimate more = cells_ratio(s, s->throughput, e.at_high.cell, first->cell);
        text_append(c->title, sizeof c->title, ", ");
        quantity_ratio(c->title, sizeof c->title, &more);
        text_append(c->title, sizeof c->title, " as much as %.0f %s", first->x, first->x > 1 ? "do" : "does");
    }
}

static void texts(const struct summary *s, struct chart *c, unsigned point)
{
    (void)point;
    title(s, c);
    snprintf(c->caption, sizeof c->caption,
             "Bytes that the work itself reads and writes. Where a line is flat, the memory is the limit: further CPUs "
             "wait for it.");
    snprintf(c->panel[0].label, sizeof c->panel[0].label, "GB/s");
    c->panel[0].from_zero = true;
}

void figure_bandwidth(const struct figure_source *of, struct charts *out)
{
    static const struct sweep w = {.x = SWEEP_WORKERS, .of = streams, .value = value, .texts = texts};
    sweep_charts(&w, of->summary, out);
}
