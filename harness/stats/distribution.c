/* SPDX-License-Identifier: MIT */
/* Normal, binomial, t, F, beta and gamma functions; see distribution.h. */
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

/* Beyond it t and F are the normal and the chi-square distribution to 1e-9. */
static const double LARGE_DF = 1e9;

double stats_t_cdf(double t, double df)
{
    if (df > LARGE_DF)
        return stats_normal_cdf(t);
    if (!(t < 0))
        return t > 0 ? 1 - stats_t_cdf(-t, df) : t == 0 ? 0.5 : NAN;
    double square = t * t;
    return isinf(square) ? 0 : incomplete_beta(df / 2, 0.5, df / (df + square), square / (df + square)) / 2;
}

double stats_t_quantile(double p, double df)
{
    if (df > LARGE_DF)
        return stats_normal_quantile(p);
    if (p > 0.5)
        return -stats_t_quantile(1 - p, df);
    if (!(p > 0))
        return p == 0 ? -INFINITY : NAN;
    double low = -1, high = 0;
    while (stats_t_cdf(low, df) > p)
        low *= 2;
    for (;;) {
        double middle = (low + high) / 2;
        if (!(low < middle && middle < high))
            return middle;
        *(stats_t_cdf(middle, df) < p ? &low : &high) = middle;
    }
}

double stats_f_cdf(double x, double df1, double df2)
{
    double d2 = df2 > LARGE_DF ? LARGE_DF : df2, whole = df1 * x + d2;
    return x > 0 ? incomplete_beta(df1 / 2, d2 / 2, df1 * x / whole, d2 / whole) : 0;
}

enum { SERIES_FROM = 10 };

double stats_digamma(double x)
{
    double sum = 0;
    for (; x < SERIES_FROM; x++)
        sum -= 1 / x;
    double i = 1 / (x * x);
    return sum + log(x) - 0.5 / x - i * (1. / 12 - i * (1. / 120 - i * (1. / 252 - i * (1. / 240 - i / 132))));
}

double stats_trigamma(double x)
{
    double sum = 0;
    for (; x < SERIES_FROM; x++)
        sum += 1 / (x * x);
    double i = 1 / (x * x);
    return sum + 1 / x + i / 2 + i / x * (1. / 6 - i * (1. / 30 - i * (1. / 42 - i * (1. / 30 - i * 5 / 66))));
}
