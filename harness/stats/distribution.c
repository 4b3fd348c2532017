/* SPDX-License-Identifier: MIT */
/* Normal, binomial and beta functions; see distribution.h. */
#include "harness/stats/distribution.h"

#include <math.h>

double stats_normal_cdf(double z)
{
    return 0.5 * erfc(-z / M_SQRT2);
}

double stats_normal_quantile(double p)
{
    if (p > 0.5)
        return -stats_normal_quantile(1 - p);
    if (!(p > 0))
        return p == 0 ? -INFINITY : NAN;
    double low = -40, high = 0; /* the smallest positive double is at -38.5 */
    for (;;) {
        double middle = (low + high) / 2;
        if (!(low < middle && middle < high))
            return middle;
        *(stats_normal_cdf(middle) < p ? &low : &high) = middle;
    }
}

double stats_log_beta(double a, double b)
{
    return lgamma(a) + lgamma(b) - lgamma(a + b);
}

/* The continued fraction of Abramowitz and Stegun 26.5.8 by the modified Lentz method (Press et al., Numerical Recipes,
 * 6.4); converges fast for x < (a + 1) / (a + b + 2). */
static double beta_fraction(double a, double b, double x)
{
    const double tiny = 1e-300;
    double c = 1, d = 1 - (a + b) * x / (a + 1);
    d = 1 / (fabs(d) < tiny ? tiny : d);
    double h = d;
    for (int i = 1; i < 100000; i++) {
        double m = i, even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
        double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
        double before = h;
        for (int part = 0; part < 2; part++) {
            double term = part ? odd : even;
            d = 1 + term * d;
            d = 1 / (fabs(d) < tiny ? tiny : d);
            c = 1 + term / c;
            c = fabs(c) < tiny ? tiny : c;
            h *= d * c;
        }
        if (fabs(h - before) <= 1e-15 * fabs(h))
            break;
    }
    return h;
}

/* I(x; a, b), a and b > 0, x in (0, 1); y is 1 - x, given apart so that a tiny one keeps its digits. */
static double incomplete_beta(double a, double b, double x, double y)
{
    double front = exp(a * log(x) + b * log(y) - stats_log_beta(a, b));
    if (x < (a + 1) / (a + b + 2))
        return front * beta_fraction(a, b, x) / a;
    return 1 - front * beta_fraction(b, a, y) / b;
}

double stats_binomial_cdf(unsigned n, long k, double p)
{
    if (k < 0)
        return 0;
    if (k >= (long)n || p <= 0)
        return 1;
    if (p >= 1)
        return 0;
    return incomplete_beta((double)n - (double)k, (double)k + 1, 1 - p, p);
}
