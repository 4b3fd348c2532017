/* SPDX-License-Identifier: MIT */
/* What the figures of latencies share: which cells they show, and how they are named. For these figures alone. */
#ifndef CONTEND_FIGURE_LATENCIES_H
#define CONTEND_FIGURE_LATENCIES_H

#include "harness/figure/chart.h"

enum { LATENCIES_LEAST = 1000 }; /* units of a cell, of which a distribution is to be seen */

/* Its latencies, all trials merged; NULL: there are none, or too few, or they are judged by lateness, which has a
 * figure of its own. */
const struct histogram *latencies_of(const struct summary *s, unsigned cell);
/* How the cell is told of in the figure of that point: its model, and its tasks in flight where they are others, as
 * serial has. */
void latencies_name(char *buf, size_t n, const struct summary *s, unsigned point, unsigned cell);
/* May a title compare it with the other cells of that point: it has as many tasks in flight. */
bool latencies_compared(const struct summary *s, unsigned point, unsigned cell);
/* The next point of the plan from `from` on that stands for its work, on its CPUs: the one with the most tasks in
 * flight of those where a model has latencies. p->n_points: there is none. */
unsigned latencies_point(const struct summary *s, unsigned from);
/* File, tag and subtitle of a chart of that point. */
void latencies_texts(struct chart *c, const struct summary *s, unsigned point);

#endif
