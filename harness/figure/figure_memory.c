/* SPDX-License-Identifier: MIT */
/* Memory against tasks in flight: what does each further task take? */
#include <math.h>
#include <stdio.h>

#include "harness/base/base.h"
#include "harness/figure/edge.h"
#include "harness/figure/figure.h"
#include "harness/figure/quantity.h"
#include "harness/figure/sweep.h"
#include "harness/insight/cell_pairs.h"
#include "harness/model/model.h"

static bool value(const struct summary *s, unsigned cell, const struct plan_point *at,
                  struct chart_value v[CHART_PANELS])
{
    (void)at;
    v[0] = chart_value(&s->cells[cell].pss_bytes);
    return !model_is_serial(s->plan->cells[cell].model); /* one task at a time, whatever is asked */
}

static void title(const struct summary *s, struct chart *c)
{
    struct chart_edge e = chart_edge(c, true);
    if (!e.n)
        return;
    const struct chart_point *first = &e.high->at[0];
    unsigned less = e.n > 1 ? e.at_low.cell : first->cell;
    char bytes[QUANTITY];
    quantity_text(bytes, sizeof bytes, AXIS_BYTES, e.at_high.at[0].y);
    snprintf(c->title, sizeof c->title, "With %.0f in flight %s takes %s", e.x, e.high->name, bytes);
    if (less == e.at_high.cell)
        return;
    struct estimate more = cells_ratio(s, s->pss, e.at_high.cell, less);
    text_append(c->title, sizeof c->title, ", ");
    quantity_ratio(c->title, sizeof c->title, &more);
    if (e.n > 1)
        text_append(c->title, sizeof c->title, " as much as %s", e.low->name);
    else
        text_append(c->title, sizeof c->title, " as much as with %.0f", first->x);
}

/* "61.2 KiB under processes": from the line's first point to its last. What may be nothing is no number to quote. */
static void put_each(const struct summary *s, char *buf, size_t n, const struct chart_line *l)
{
    const struct chart_point *first = &l->at[0], *last = &l->at[l->n - 1];
    char bytes[QUANTITY];
    struct estimate e = cells_extra(s, s->pss, last->cell, first->cell, last->x - first->x);
    if (isnan(e.median) || !(e.lower > 0))
        return;
    quantity_text(bytes, sizeof bytes, AXIS_BYTES, fabs(e.median) < 1024 ? round(e.median) : e.median);
    text_append(buf, n, "%s%s under %s", buf[0] ? ", and " : "", bytes, l->name);
}

static void caption(const struct summary *s, struct chart *c)
{
    struct chart_edge e = chart_edge(c, true);
    snprintf(c->caption, sizeof c->caption,
             "Memory of all processes of a trial at its end; what several share is divided among them.");
    if (!e.n || e.high->n < 2 || e.low->n < 2)
        return;
    char each[2 * CHART_NAME] = "";
    put_each(s, each, sizeof each, e.high);
    if (e.low != e.high)
        put_each(s, each, sizeof each, e.low);
    if (each[0])
        text_append(c->caption, sizeof c->caption, " Each further task took %s.", each);
}

static void texts(const struct summary *s, struct chart *c, unsigned point)
{
    (void)point;
    title(s, c);
    caption(s, c);
    snprintf(c->panel[0].label, sizeof c->panel[0].label, "memory (proportional share)");
    c->panel[0].y = (struct axis){.unit = AXIS_BYTES, .logarithmic = true};
}

void figure_memory(const struct figure_source *of, struct charts *out)
{
    static const struct sweep w = {.x = SWEEP_CONCURRENCY, .value = value, .texts = texts};
    sweep_charts(&w, of->summary, out);
}
