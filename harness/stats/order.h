/* SPDX-License-Identifier: MIT */
/*
 * What needs nothing but order and sign: sorting, the median (its interval is stats_quantile_interval at 1/2), the sign
 * test, and Holm's adjustment of any tests. Nothing is allocated.
 */
#ifndef CONTEND_STATS_ORDER_H
#define CONTEND_STATS_ORDER_H

enum {
    STATS_LEAST_N = 6
}; /* below it no order-statistic interval of the median reaches 95 % (2 * 0.5^6 = 3.1 %, 2 * 0.5^5 = 6.3 %) */

void stats_sort(double *x, unsigned n);
/* Puts x into its place among sorted[0 … n), which has room for one more. */
void stats_insert(double *sorted, unsigned n, double x);
/* Median of a sorted array; NaN for n 0. */
double stats_median(const double *sorted, unsigned n);
/* Two-sided sign test of "the median is 0"; zeros are left out (Conover 3.4). 1 when nothing is left; NaN below
 * STATS_LEAST_N pairs. */
double stats_sign_test(const double *x, unsigned n);
/* Holm's step-down adjustment (Scand. J. Stat. 6, 1979) in place: p[i] becomes its adjusted value, at most 1. NaN stays
 * and does not count as a test. `index` is scratch space for n numbers. */
void stats_holm(double *p, unsigned n, unsigned *index);

#endif
