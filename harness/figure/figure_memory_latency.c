/* SPDX-License-Identifier: MIT */
/* What a load takes by the size of what is read in random order: each cache of the machine is a step. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/figure/caches.h"
#include "harness/figure/edge.h"
#include "harness/figure/figure.h"
#include "harness/figure/quantity.h"
#include "harness/figure/sweep.h"
#include "harness/insight/cell_pairs.h"

static bool chases(const struct cell *c)
{
    return strcmp(c->workload, "chase") == 0;
}

/* Each CPU that is used is in one walk at a time, so a load takes as long as all of them together have for one. */
static bool value(const struct summary *s, unsigned cell, const struct plan_point *at,
                  struct chart_value v[CHART_PANELS])
{
    const struct cell *c = &s->plan->cells[cell];
    int hops = workload_param(workload_find(c->workload), "hops");
    double at_once = fmin(cell_used_cpus(c), c->concurrency);
    (void)at;
    v[0] = chart_inverted(chart_value(&s->cells[cell].throughput), 1e9 * at_once / (double)c->p[hops]);
    return true;
}

/* Of the first line that reaches as far as any. */
static void title(const struct summary *s, struct chart *c)
{
    const double most = chart_edge(c, true).x;
    const struct chart_line *l = NULL;
    for (unsigned i = 0; i < c->n_lines && !l; i++)
        l = chart_point_at(&c->line[i], most) ? &c->line[i] : NULL;
    if (!l)
        return;
    const struct chart_point *first = &l->at[0], *last = &l->at[l->n - 1];
    struct estimate slower = cells_ratio(s, s->throughput, first->cell, last->cell);
    char size[2][QUANTITY], ns[2][QUANTITY];
    quantity_text(size[0], QUANTITY, AXIS_BYTES, first->x);
    quantity_text(size[1], QUANTITY, AXIS_BYTES, last->x);
    quantity_text(ns[0], QUANTITY, AXIS_NS, first->at[0].y);
    quantity_text(ns[1], QUANTITY, AXIS_NS, last->at[0].y);
    snprintf(c->title, sizeof c->title, "Under %s a load takes %s within %s, and %s within %s", l->name, ns[0], size[0],
             ns[1], size[1]);
    if (l->n > 1 && slower.n) {
        text_append(c->title, sizeof c->title, ": ");
        quantity_ratio(c->title, sizeof c->title, &slower);
        text_append(c->title, sizeof c->title, " as long");
    }
}

static void texts(const struct summary *s, struct chart *c, unsigned point)
{
    (void)point;
    title(s, c);
    caches_rule(s, c);
    snprintf(c->caption, sizeof c->caption,
             "Each load needs the one before, so this is latency, not bandwidth. A line steps up where a cache ends; "
             "where pages are small, the translation of addresses has steps of its own.");
    snprintf(c->x_label, sizeof c->x_label, "bytes that are read in random order");
    snprintf(c->panel[0].label, sizeof c->panel[0].label, "time of a load");
    c->x = (struct axis){.unit = AXIS_BYTES, .logarithmic = true};
    c->panel[0].y = (struct axis){.unit = AXIS_NS, .logarithmic = true};
}

void figure_memory_latency(const struct figure_source *of, struct charts *out)
{
    static const struct sweep w = {.x = SWEEP_PARAM, .param = "size", .of = chases, .value = value, .texts = texts};
    sweep_charts(&w, of->summary, out);
}
