/* SPDX-License-Identifier: MIT */
/* The caches of the machine in charts whose x is a size. */
#ifndef CONTEND_FIGURE_CACHES_H
#define CONTEND_FIGURE_CACHES_H

#include "harness/figure/chart.h"
#include "harness/insight/summary.h"

/* A rule at the size of each cache for data that the run's facts know and that lies within the chart's sizes, named
 * "L2 2 MiB"; without any the subtitle says so. Once the lines are filled. */
void caches_rule(const struct summary *s, struct chart *c);

#endif
