/* SPDX-License-Identifier: MIT */
/*
 * A confidence sequence for the ratio of two cells: an interval that may be looked at after every pair, for as long as
 * one likes, and still holds the truth at all looks together with the probability asked for. It is what a run that
 * stops "when it is clear" must use; an ordinary interval looked at that way is wrong in a fifth of A/A runs and more.
 *
 * Test by betting (Ville 1939; Waudby-Smith and Ramdas, JRSS B 86, 2024): against the hypothesis that the centre is t,
 * a capital of 1 is bet on each pair, winning the share b in (0, 1) of itself times h(x - t), h between -1 and 1. If t
 * is the centre the capital's expectation never grows, so that it ever reaches 2 / (1 - level) has at most half the
 * chance 1 - level; once for "above t", once for "below t". The capital is the mean over 32 shares b, even over (0, 1),
 * since the best share depends on the unknown effect. Two choices of h:
 *
 *   STATS_ANY        h = sign. Holds when each log ratio, given the earlier ones, is above the centre with probability
 * at most 1/2 and below it with at most 1/2: the centre is the median; any distribution, ties too. STATS_SYMMETRIC h(d)
 * = d / s, cut at -1 and 1, s the spread (1.4826 times the median absolute deviation) of the earlier log ratios; sign
 * for the first four and where s is 0. Holds when each log ratio, given the earlier ones, is symmetric about the
 * centre: then h is, and the bet is fair (de la Pena, Ann. Prob. 27, 1999, uses the same symmetry). Nothing else is
 * assumed: no moment, no equal spread. Two cells that are alike and in random order within each block have it by
 * construction; it can fail for a ratio other than 1 where one cell's noise has the longer tail on one side.
 *
 * By simulation (test_sequence.c prints both). Runs of identical cells in which any of the looks after each of 300
 * pairs excludes 1: 2.4 to 4.4 % (normal, skewed times, heavy tails, noise that comes and goes; below 5 % is
 * proved); with a sign test at 5 % instead, 31 %. Pairs until 1 is excluded at 95 %, log ratios normal with standard
 * deviation sd:
 *
 *                     STATS_ANY               STATS_SYMMETRIC
 *    ratio   sd    50 %   90 %   95 %        50 %   90 %   95 % of runs need
 *    +1 %   1 %      16     28     37          14     25     30
 *    +1 %   2 %      55    119    138          41     87    107
 *    +1 %   3 %     122    278    354          87    191    215
 *    +2 %   1 %       8     12     12           8     12     12
 *    +2 %   2 %      16     31     37          14     24     28
 *    +2 %   3 %      28     66     78          25     48     60
 *
 * With heavy tails the two come closer (t with 2 degrees, effect a third of its scale: 90 % need 376 and 307).
 * Where the ratio may be far from 1 and one cell's noise skewed, and in doubt, take STATS_ANY.
 */
#ifndef CONTEND_STATS_SEQUENCE_H
#define CONTEND_STATS_SEQUENCE_H

#include <stdbool.h>

#include "harness/stats/interval.h"

enum stats_assumption { STATS_ANY, STATS_SYMMETRIC };

/* The log ratios so far. Read by whom it may concern, written by the functions below alone. */
struct stats_sequence {
    double *x;      /* in the order they came */
    double *sorted; /* ascending */
    double *scale;  /* for each, the spread of those before it; 0: bet on its sign */
    unsigned n, room;
};

/* `memory` holds 3 * room numbers and stays the caller's. */
void stats_sequence_init(struct stats_sequence *s, double *memory, unsigned room);

/* Takes the next log ratio, O(n). -ENOSPC when full; -EDOM, and it is not taken, when it is not finite. */
int stats_sequence_add(struct stats_sequence *s, double log_ratio);

/* The logarithm of the capital against "the centre is `log_ratio`", the larger of the two sides; the centre is excluded
 * at a level once it reaches ln(2 / (1 - level)). An always valid p-value is min(1, 2 exp(-the largest seen)).
 * -INFINITY to n ln 2; O(n). */
double stats_sequence_evidence(const struct stats_sequence *s, enum stats_assumption a, double log_ratio);

/* All centres that are not excluded, as logarithms; the estimate is the median, or Hodges and Lehmann's under
 * STATS_SYMMETRIC. Level in (0, 1). false: no interval yet (below 8 pairs for 95 %). O(n log n) for STATS_ANY, 60 times
 * the cost of the evidence for STATS_SYMMETRIC: about a millisecond for 400 pairs. */
bool stats_sequence_interval(const struct stats_sequence *s, enum stats_assumption a, double level,
                             struct stats_interval *out);

/* Narrows `running` (at first with NaN ends) to what it has in common with `now`, whose estimate it takes: valid, too,
 * since all looks hold together. The result can be empty, lower above upper: the centre moved during the run, or this
 * is one of the 1 - level of runs. No verdict and no precision follow from an empty one. */
void stats_sequence_narrow(struct stats_interval *running, const struct stats_interval *now);

struct stats_stop_rule {
    double precision; /* 0.01: stop once half the interval's width is at most 1 % of the ratio; 0: never for that */
    double margin;    /* 0.02: for the verdict "equivalent"; see verdict.h */
    bool clear;       /* stop once the verdict is not inconclusive */
    double budget;    /* of what `spent` and `next` count; INFINITY: none */
};

enum stats_stop { STATS_GO_ON, STATS_STOP_PRECISION, STATS_STOP_CLEAR, STATS_STOP_BUDGET };
extern const char *const stats_stop_names[4];

/* Is one more pair worth it? `log_ratio` is from a confidence sequence (NaN ends: no interval yet), `spent` what has
 * been used of the budget and `next` what one more pair will. Where several reasons hold, the first in the order above.
 */
enum stats_stop stats_stop(const struct stats_interval *log_ratio, double spent, double next,
                           const struct stats_stop_rule *rule);

#endif
