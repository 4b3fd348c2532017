/* SPDX-License-Identifier: MIT */
/* What it takes to pass the turn on to another task, by what each task touches when it has it: a switch also costs what
 * it does to the caches. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/figure/caches.h"
#include "harness/figure/edge.h"
#include "harness/figure/extremes.h"
#include "harness/figure/figure.h"
#include "harness/figure/quantity.h"
#include "harness/figure/sweep.h"
#include "harness/insight/cell_pairs.h"

static bool switches(const struct cell *c)
{
    return strcmp(c->workload, "switch") == 0;
}

/* A unit is a round of the ring. With more in flight than a ring has tasks there are several tokens, and what is timed
 * is not the switch alone. */
static bool value(const struct summary *s, unsigned cell, const struct plan_point *at,
                  struct chart_value v[CHART_PANELS])
{
    const struct cell *c = &s->plan->cells[cell];
    int64_t ring = c->p[workload_param(workload_find(c->workload), "ring")];
    v[0] = chart_inverted(chart_value(&s->cells[cell].throughput), 1e9 / (double)ring);
    return at->concurrency == ring;
}

static void size_text(char *buf, double bytes)
{
    if (bytes > 0)
        quantity_text(buf, QUANTITY, AXIS_BYTES, bytes);
    else
        snprintf(buf, QUANTITY, "nothing");
}

/* Under which model a turn takes least and most at that size. */
static void put_turns(struct chart *c, double x)
{
    static const struct axis ns = {.unit = AXIS_NS};
    struct extreme of[CHART_LINES];
    unsigned n = 0;
    for (unsigned i = 0; i < c->n_lines; i++) {
        const struct chart_point *at = chart_point_at(&c->line[i], x);
        if (at)
            of[n++] = (struct extreme){c->line[i].name, at->at[0]};
    }
    extremes_text(c->title, sizeof c->title, &ns, of, n);
}

static void title(const struct summary *s, struct chart *c)
{
    struct chart_edge right = chart_edge(c, true), left = chart_edge(c, false);
    if (!right.n)
        return;
    const struct chart_point *before = chart_point_at(right.low, left.x);
    char size[2][QUANTITY];
    size_text(size[0], right.x);
    size_text(size[1], left.x);
    snprintf(c->title, sizeof c->title, "With %s to touch a turn takes ", size[0]);
    put_turns(c, right.x);
    if (!before || before->cell == right.at_low.cell)
        return;
    struct estimate longer = cells_ratio(s, s->throughput, before->cell, right.at_low.cell);
    text_append(c->title, sizeof c->title, "; under %s ", right.low->name);
    quantity_ratio(c->title, sizeof c->title, &longer);
    text_append(c->title, sizeof c->title, " as long as with %s", size[1]);
}

/* On a logarithmic axis nothing has no place: it stands left of the least size, under a name of its own. */
static void place_nothing(struct chart *c)
{
    double least = INFINITY;
    for (unsigned i = 0; i < c->n_lines; i++)
        for (unsigned k = 0; k < c->line[i].n; k++)
            least = c->line[i].at[k].x > 0 ? fmin(least, c->line[i].at[k].x) : least;
    for (unsigned i = 0; i < c->n_lines; i++)
        if (c->line[i].n && !(c->line[i].at[0].x > 0))
            c->x.nothing = c->line[i].at[0].x = c->line[i].at[0].drawn_x = least / AXIS_BEYOND_NOTHING;
}

static void texts(const struct summary *s, struct chart *c, unsigned point)
{
    (void)point;
    title(s, c);
    caches_rule(s, c);
    snprintf(c->caption, sizeof c->caption,
             "A turn is the switch to a task and what that task then touches. Sets that fit a cache together are still "
             "there when their task has its turn again; larger ones are fetched anew after each switch.");
    snprintf(c->x_label, sizeof c->x_label, "working set of each task");
    snprintf(c->panel[0].label, sizeof c->panel[0].label, "time of a turn");
    c->x = (struct axis){.unit = AXIS_BYTES, .logarithmic = true};
    c->panel[0].y = (struct axis){.unit = AXIS_NS, .logarithmic = true};
    place_nothing(c);
}

void figure_switch_working_set(const struct figure_source *of, struct charts *out)
{
    static const struct sweep w = {.x = SWEEP_PARAM, .param = "size", .of = switches, .value = value, .texts = texts};
    sweep_charts(&w, of->summary, out);
}
