/* SPDX-License-Identifier: MIT */
/*
 * Pairwise comparison of models at a point, paired by block.
 *
 * The ratio is the median of the blocks' throughput ratios with its exact order-statistic interval (at least 95 %), or,
 * where a rule may end the run early, with a confidence sequence, which holds however often it was looked at. A block
 * in which one of the two failed and the other did not is lost by the one that failed, as if it had been slower than
 * any trial that was whole: a trial that was killed at its limit is a very slow one, and to judge a cell by its
 * survivors would be to its favour. A block in which both failed tells nothing of the two. The family of a comparison
 * is all pairs of its point; p is the two-sided sign test on the log ratios, adjusted by Holm over the family, so that
 * the chance of any false "faster" or "slower" at a point is at most 5 %. The verdict: equivalent    the interval lies
 * inside 1/(1+equiv) … 1+equiv faster/slower the interval lies on one side of 1 and the adjusted p is at most 0.05
 *   inconclusive  otherwise; with b blocks the least p is 2^(1-b), so a family of m needs m * 2^(1-b) <= 0.05
 */
#ifndef CONTEND_INSIGHT_COMPARE_H
#define CONTEND_INSIGHT_COMPARE_H

#include "harness/insight/summary.h"

struct summarizer;
#define INTERVAL_LEVEL 0.95 /* of every interval of a summary; 1 - it is what a family of comparisons may get wrong */
/* Numbers that `scratch` holds below: one a block at the most (the values of a cell, the log ratios of two); and one,
 * so that a plan without blocks has some, too. */
#define SCRATCH(blocks) ((size_t)(blocks) + 1)
/* Half the interval's width over the median; NaN when there is none. */
double half_width(const struct estimate *e);
/* Of a run that its rule may end: the looks after each of the first `blocks`, as far as they are not there yet. What of
 * the run is used up is the larger of the shares of its blocks and of its budget; spent_ns[block]: what all its trials
 * took, of a live comparison those of one side or the mean of both. 0 or -ENOMEM. */
int looks_after(struct stats_looks *l, const struct plan *p, const double *spent_ns, unsigned blocks);
/* The confidence sequence of x[0 … n), which it sorts; returns the always valid p of "the centre is 0". */
double sequence_of(const struct stats_looks *l, double *x, unsigned n, struct stats_interval *out);
/* The same of log ratios, as a ratio. */
double sequence_ratio(const struct stats_looks *l, double *log_ratios, unsigned n, struct stats_interval *out);
/* As an estimate, with the reason where there is no interval; `why`: where there is nothing at all (NULL: no trial). */
struct estimate plan_estimate(const struct plan *p, const struct stats_interval *i, unsigned n, const char *why);
/* out[] = the log ratios of the blocks in which both sides have a throughput, and, where one alone failed, a number
 * that lies beyond all of them; how many. In the order of the blocks; *lost: any of the second kind. */
unsigned block_log_ratios(const double *a, const bool *a_failed, const double *b, const bool *b_failed, unsigned blocks,
                          double *out, bool *lost);
/* An end, and a median, that is one of those numbers is none: NaN, with the reason. */
void estimate_without_lost(struct estimate *e);
/* p_adjusted (Holm over the n) and the verdict of each, from its ratio and p. 0 or -ENOMEM. */
int judge_family(struct comparison *c, unsigned n, double equiv);
/* Why a comparison is inconclusive though its interval excludes 1: "inconclusive by Holm's correction over 12
 * comparisons (p 0.02, corrected 0.24)"; "": it is not, or that is not the reason. */
void comparison_holm(const struct comparison *c, char *buf, size_t n);
/* The ratio of two cells' numbers, of a over b, paired by block: of[cell][block] is the summary's throughput, with the
 * lost blocks, or another of its numbers, of which a block counts only where both sides have it. *p against 1: sign
 * test; in a run that is looked at as it goes, a confidence sequence and its always valid p. */
struct estimate summary_ratio(const struct summary *s, const double *of, unsigned a, unsigned b, double *p,
                              double *scratch);
/* Throughput a over b, paired by block with the lost ones, and *p against 1: sign test; in a run that is looked at as
 * it goes, a confidence sequence and its always valid p. */
struct estimate ratio_of(const struct summarizer *s, unsigned a, unsigned b, double *p, double *scratch);
/* Fills out->comparisons, of the cells whose status is ok. 0 or -ENOMEM. */
int compare_points(const struct summarizer *s, struct summary *out, double *scratch);
/* Fills the cells' speedup: against the serial cell of their point, else against that of the same work anywhere in the
 * plan (one of the same libc_threads and placement order before others). 0 or -ENOMEM. */
int compare_with_serial(const struct summarizer *s, struct summary *out, double *scratch);

#endif
