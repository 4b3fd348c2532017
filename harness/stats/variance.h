/* SPDX-License-Identifier: MIT */
/*
 * Where the variance comes from: processes that differ, or the repetitions inside each. It says whether more trials or
 * longer ones narrow an interval. After Kalibera and Jones, "Rigorous benchmarking in reasonable time" (ISMM 2013), in
 * the form for trials of unequal length (analysis of variance estimators: Searle, Casella and McCulloch, Variance
 * Components, 3.6).
 */
#ifndef CONTEND_STATS_VARIANCE_H
#define CONTEND_STATS_VARIANCE_H

#include <stdbool.h>

#include "harness/stats/groups.h"

struct stats_variance {
    double mean;                        /* of the trials' means */
    double within;                      /* variance of one value inside a trial, T1^2 of Kalibera and Jones */
    double between;                     /* variance that a fresh process adds, T2^2; unbiased, so it can be below 0 */
    double within_share, between_share; /* of the variance of one value, in [0, 1], a negative estimate taken as 0 */
    double mean_share;                  /* how much of the variance of a trial's mean comes from between, in [0, 1] */
    double typical_len;                 /* values a trial; equal to len when all are, else the estimators' n0 */
};

/* false, with NaN in what is not known: fewer than 2 trials, or none with 2 values. The shares are NaN when all values
 * are equal. */
bool stats_variance_split(const struct stats_groups *g, struct stats_variance *out);

/* How many values a trial should hold so that a given total time makes the narrowest interval of the mean:
 * sqrt(start_cost / value_cost * within / between), rounded up, at least 1 (Kalibera and Jones, section 6). Costs in
 * any one unit, > 0. `most` when between is not above 0, or when the answer is above it. */
unsigned stats_best_len(const struct stats_variance *v, double start_cost, double value_cost, unsigned most);

#endif
