/* SPDX-License-Identifier: MIT */
/*
 * Distribution-free statistics on order statistics: pure functions over arrays, no allocation but a sorted copy made by
 * the caller.
 */
#ifndef CONTEND_STATS_ORDER_H
#define CONTEND_STATS_ORDER_H

#include <stdbool.h>

enum {
    STATS_LEAST_N = 6
}; /* below it no order-statistic interval of the median reaches 95 % (2 * 0.5^6 = 3.1 %, 2 * 0.5^5 = 6.3 %) */

void stats_sort(double *x, unsigned n);
/* Median of a sorted array; NaN for n 0. */
double stats_median(const double *sorted, unsigned n);
/* P(X <= k) for X ~ Binomial(n, 1/2). */
double stats_binomial_half(unsigned n, long k);
/* The exact interval of the median (David and Nagaraja, Order Statistics, 7.1): the largest k with
 * 1 - 2 P(X <= k-1) >= level gives [x(k), x(n-k+1)], places counted from 1. Sets the true coverage. false, when n is
 * too small for the level. */
bool stats_median_interval(const double *sorted, unsigned n, double level, double *lower, double *upper,
                           double *coverage);
/* Two-sided sign test of "the median is 0"; zeros are left out (Conover 3.4). 1 when nothing is left; NaN below
 * STATS_LEAST_N pairs. */
double stats_sign_test(const double *x, unsigned n);
/* Holm's step-down adjustment (Scand. J. Stat. 6, 1979) in place: p[i] becomes its adjusted value, at most 1. NaN stays
 * and does not count as a test. `index` is scratch space for n numbers. */
void stats_holm(double *p, unsigned n, unsigned *index);

#endif
