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
/* P(T <= t) of Student's t with `df` degrees of freedom, df > 0, not whole ones too; INFINITY: the standard normal. As
 * the incomplete beta function I(df / (df + t^2); df / 2, 1 / 2) (Abramowitz and Stegun 26.7.1). */
double stats_t_cdf(double t, double df);
/* The t with P(T <= t) = p, by bisection of the function above; p in (0, 1). */
double stats_t_quantile(double p, double df);
/* P(F <= x) of Fisher's F with df1 and df2 > 0 degrees of freedom, x >= 0; df2 may be INFINITY (Abramowitz and Stegun
 * 26.6.2). */
double stats_f_cdf(double x, double df1, double df2);
/* The logarithmic derivative of the gamma function and its derivative, x > 0: recurrence to 10, then the asymptotic
 * series (Abramowitz and Stegun 6.3.18 and 6.4.12). */
double stats_digamma(double x);
double stats_trigamma(double x);
/* ln of the beta function B(a, b), a and b > 0. */
double stats_log_beta(double a, double b);

#endif
