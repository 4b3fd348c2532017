/* SPDX-License-Identifier: MIT */
/*
 * Pairwise comparison of models at a point, paired by block.
 *
 * The ratio is the median of the blocks' throughput ratios with its exact order-statistic interval (at least 95 %), or,
 * where a rule may end the run early, with a confidence sequence, which holds however often it was looked at. The
 * family of a comparison is all pairs of its point; p is the two-sided sign test on the log ratios, adjusted by Holm
 * over the family, so that the chance of any false "faster" or "slower" at a point is at most 5 %. The verdict:
 *   equivalent    the interval lies inside 1/(1+equiv) … 1+equiv
 *   faster/slower the interval lies on one side of 1 and the adjusted p is below 0.05
 *   inconclusive  otherwise; with b blocks the least p is 2^(1-b), so a family of m needs m * 2^(1-b) < 0.05
 */
#ifndef CONTEND_INSIGHT_COMPARE_H
#define CONTEND_INSIGHT_COMPARE_H

#include "harness/insight/summary.h"

struct summarizer;
#define INTERVAL_LEVEL 0.95 /* of every interval of a summary; 1 - it is what a family of comparisons may get wrong */
#define SCRATCH(blocks) (4 * (size_t)(blocks) + 1) /* numbers that `scratch` holds below */
/* Half the interval's width over the median; NaN when there is none. */
double half_width(const struct estimate *e);
/* The confidence sequence (STATS_ANY) of x[0 … n), in the order in which they came, with room for 3 * most more numbers
 * behind x[most]; returns the always valid p of "the centre is 0". */
double sequence_of(double *x, unsigned n, unsigned most, struct stats_interval *out);
/* The same of log ratios, as a ratio. */
double sequence_ratio(double *log_ratios, unsigned n, unsigned most, struct stats_interval *out);
/* p_adjusted (Holm over the n) and the verdict of each, from its ratio and p. 0 or -ENOMEM. */
int judge_family(struct comparison *c, unsigned n, double equiv);
/* Throughput a over b, paired by block, and *p against 1: sign test; in a run that is looked at as it goes, a confidence
 * sequence and its always valid p. */
struct estimate ratio_of(const struct summarizer *s, unsigned a, unsigned b, double *p, double *scratch);
/* Fills out->comparisons, of the cells whose status is ok. 0 or -ENOMEM. */
int compare_points(const struct summarizer *s, struct summary *out, double *scratch);
/* Fills the cells' speedup: against the serial cell of their point, else against that of the same work anywhere in the plan
 * (one of the same libc_threads and placement order before others). 0 or -ENOMEM. */
int compare_with_serial(const struct summarizer *s, struct summary *out, double *scratch);

#endif
