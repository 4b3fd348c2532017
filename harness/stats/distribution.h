/* SPDX-License-Identifier: MIT */
/* The distribution functions that the other files of this layer share; relative error below 1e-10 in the tails too. */
#ifndef CONTEND_STATS_DISTRIBUTION_H
#define CONTEND_STATS_DISTRIBUTION_H

/* P(Z <= z) of the standard normal. */
double stats_normal_cdf(double z);
/* The z with P(Z <= z) = p, by bisection of the function above; p in (0, 1), -INFINITY and INFINITY at its ends. */
double stats_normal_quantile(double p);
/* P(X <= k) for X ~ Binomial(n, p), p in [0, 1]; 0 for k < 0, 1 for k >= n. As the incomplete beta function
 * I(1-p; n-k, k+1) (Abramowitz and Stegun 26.5.24), by its continued fraction, so its cost grows with the root of n. */
double stats_binomial_cdf(unsigned n, long k, double p);
/* ln of the beta function B(a, b), a and b > 0. */
double stats_log_beta(double a, double b);

#endif
