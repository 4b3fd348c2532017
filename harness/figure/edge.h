/* SPDX-License-Identifier: MIT */
/* The left or right edge of a chart of lines: which of them stand there, and which is lowest and highest. */
#ifndef CONTEND_FIGURE_EDGE_H
#define CONTEND_FIGURE_EDGE_H

#include "harness/figure/chart.h"

struct chart_edge {
    double x;
    unsigned n; /* lines with a value there; 0: the chart has none */
    const struct chart_line *low, *high;
    struct chart_point at_low, at_high;
};
/* By the values of the lower panel; before chart_fit, which moves points. */
struct chart_edge chart_edge(const struct chart *c, bool right);
/* The line's point at x; NULL: it has none there. */
const struct chart_point *chart_point_at(const struct chart_line *l, double x);

#endif
