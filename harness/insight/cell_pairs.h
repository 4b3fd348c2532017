/* SPDX-License-Identifier: MIT */
/*
 * Two cells of a run, of one point or of two, in numbers that each trial has: paired by block, so that what the machine
 * did to a block falls out. For what figures and texts state of cells that no comparison is about.
 */
#ifndef CONTEND_INSIGHT_CELL_PAIRS_H
#define CONTEND_INSIGHT_CELL_PAIRS_H

#include "harness/insight/summary.h"

/* Of a over b: the median of the blocks' ratios with its interval. of: the summary's throughput (where one alone failed
 * the block is lost for it), pss, waited, cpu_each, p99 or latest. With n 0, median NaN and `why`: no block has both,
 * or there is no memory. */
struct estimate cells_ratio(const struct summary *s, const double *of, unsigned a, unsigned b);
/* By how much a has more than b, over `by`, likewise: the bytes of each further task. */
struct estimate cells_extra(const struct summary *s, const double *of, unsigned a, unsigned b, double by);
/* true if the interval lies on one side of 1: a ratio that may be stated as a difference. */
bool ratio_differs(const struct estimate *ratio);

#endif
