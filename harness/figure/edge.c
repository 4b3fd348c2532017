/* SPDX-License-Identifier: MIT */
/* Edges of a chart; see edge.h. */
#include "harness/figure/edge.h"

#include <math.h>

const struct chart_point *chart_point_at(const struct chart_line *l, double x)
{
    for (unsigned i = 0; i < l->n; i++)
        if (!(l->at[i].x < x) && !(l->at[i].x > x))
            return &l->at[i];
    return NULL;
}

struct chart_edge chart_edge(const struct chart *c, bool right)
{
    struct chart_edge e = {.x = NAN};
    for (unsigned i = 0; i < c->n_lines; i++)
        if (c->line[i].n) {
            double x = c->line[i].at[right ? c->line[i].n - 1 : 0].x;
            e.x = right ? fmax(e.x, x) : fmin(e.x, x); /* these leave NaN out */
        }
    for (unsigned i = 0; i < c->n_lines; i++) {
        const struct chart_point *p = chart_point_at(&c->line[i], e.x);
        if (!p || isnan(p->at[0].y))
            continue;
        if (!e.n || p->at[0].y < e.at_low.at[0].y) {
            e.low = &c->line[i];
            e.at_low = *p;
        }
        if (!e.n || p->at[0].y > e.at_high.at[0].y) {
            e.high = &c->line[i];
            e.at_high = *p;
        }
        e.n++;
    }
    return e;
}
