/* SPDX-License-Identifier: MIT */
/*
 * A sign test, and an interval for the median, that may be looked at after every pair of a run and still hold the truth
 * at all looks together with the probability asked for. It is what a run that stops "when it is clear" must use; an
 * ordinary interval looked at that way is wrong in a fifth of A/A runs and more.
 *
 * Alpha spending (Lan and DeMets, Biometrika 70, 1983): of the error that the whole run may make, 1 - level, a share is
 * given out up to each look that depends on nothing but how much of the run is used up by then. Under the hypothesis
 * each pair is a fair coin, so the chance that a run has come to a look with w pairs won, and none of the looks before
 * it excluded anything, is a sum over the look before (Armitage, McPherson and Rowe, J. R. Stat. Soc. A 132, 1969), and
 * the least number of wins that excludes is the least whose chance, both sides together, is within what has been given
 * out. At each look the interval is all centres that are not excluded (Jennison and Turnbull's repeated confidence
 * intervals, J. R. Stat. Soc. B 51, 1989): order statistics of the values so far. Any distribution will do, so long as
 * each value, given the earlier ones, is above the centre with probability at most 1/2 and below it with at most 1/2;
 * ties count for neither side.
 *
 * The share up to the n-th pair, the part u of the run used up (0 … 1):
 *
 *     1/5 n / (n + 10) + 4/5 u^2, and all of it at the end of the run, u = 1.
 *
 * The second part (Kim and DeMets, Biometrika 74, 1987, with exponent 2) keeps nearly all of it for the end, where the
 * test is then nearly as strong as one that looks only once; the first lets a large difference end a long run early. u
 * must not depend on who wins: the larger of the shares of the pairs and of the budget that are used up.
 *
 * By simulation (test_sequence.c prints it). A/A runs of 300 pairs of which any look excludes 1: 4.7 to 5.3 % of 1000
 * (at most 5 % is proved); with a sign test at 5 % after each pair instead, 31 %. Log ratios normal with standard
 * deviation sd; share of runs that find a difference here, and by a sign test after the last pair alone; pairs until it
 * is found, at the median of the runs:
 *
 *      ratio   sd    pairs     here    once   median
 *      +2 %   2 %      120    100 %   100 %       21
 *      +2 %   4 %      120     99 %    99 %       49
 *      +2 %   5 %      120     91 %    92 %       67
 *      +1 %   3 %      400    100 %   100 %      133
 *      +1 %   4 %      400     95 %    97 %      191
 *     +10 %   2 %      400    100 %   100 %        9
 */
#ifndef CONTEND_STATS_SEQUENCE_H
#define CONTEND_STATS_SEQUENCE_H

#include <stdbool.h>

#include "harness/stats/interval.h"

/* The looks so far. */
struct stats_looks;

/* `level` of all looks together: 0.95; in [0.5, 1). NULL: out of memory. */
struct stats_looks *stats_looks_new(double level);
void stats_looks_free(struct stats_looks *l);
/* One more pair, after which `used` of the run is used up: in (0, 1], and taken for what it was before where it is less
 * than that. O(sqrt n) for each of 72 levels. 0 or -ENOMEM. */
int stats_looks_add(struct stats_looks *l, double used);
unsigned stats_looks_count(const struct stats_looks *l);
/* Of the first n pairs, 1 to the count, the least that must be won to exclude a centre at `level`; n + 1: none does. */
unsigned stats_looks_least(const struct stats_looks *l, unsigned n);
/* The same for a p of at most `alpha`. */
unsigned stats_looks_least_at(const struct stats_looks *l, unsigned n, double alpha);

/*
 * For a run in which some values are missing, n may be less than the count: what is said then is on the safe side. For
 * n of 0 or above the count there is nothing to say.
 *
 * The interval of x[0 … n), ascending; NaN ends, and false, when there are too few for one.
 */
bool stats_sequence_interval(const struct stats_looks *l, const double *sorted, unsigned n, struct stats_interval *out);
/* An always valid p of "the centre is 0", x in any order: the least level at which this look excludes it, rounded up to
 * a power of 1.3 times 1 - level; so it is at most 1 - level if and only if the interval leaves 0 out. At least 7e-9;
 * 1 when no level does. */
double stats_sequence_p(const struct stats_looks *l, const double *x, unsigned n);

struct stats_stop_rule {
    double precision; /* 0.01: stop once half the interval's width is at most 1 % of the ratio; 0: never for that */
    double margin;    /* 0.02: for the verdict "equivalent"; see verdict.h */
    bool clear;       /* stop once the verdict is not inconclusive */
    double budget;    /* of what `spent` and `next` count; INFINITY: none */
};

/* STATS_STOP_TIME is a run's own, of a plan that keeps a time. */
enum stats_stop { STATS_GO_ON, STATS_STOP_PRECISION, STATS_STOP_CLEAR, STATS_STOP_BUDGET, STATS_STOP_TIME };
extern const char *const stats_stop_names[5];

/* Is one more pair worth it? `log_ratio` is from a confidence sequence (NaN ends: no interval yet), `spent` what has
 * been used of the budget and `next` what one more pair will. Where several reasons hold, the first in the order above.
 */
enum stats_stop stats_stop(const struct stats_interval *log_ratio, double spent, double next,
                           const struct stats_stop_rule *rule);

#endif
