/* SPDX-License-Identifier: MIT */
/* Variances of few values with what is known besides; see spread.h. */
#include "harness/stats/spread.h"

#include <math.h>

#include "harness/stats/distribution.h"
#include "harness/stats/moments.h"

struct stats_two stats_two_groups(const double *a, unsigned n_a, const double *b, unsigned n_b)
{
    if (!n_a || !n_b)
        return (struct stats_two){.shift = NAN, .scale = NAN};
    double mean_a = stats_mean(a, n_a), mean_b = stats_mean(b, n_b), df = n_a + n_b - 2.;
    struct stats_two t = {.shift = mean_a - mean_b, .scale = 1. / n_a + 1. / n_b};
    if (df > 0)
        t.own = (struct stats_spread){
            (stats_squares_around(a, n_a, mean_a) + stats_squares_around(b, n_b, mean_b)) / df, df};
    return t;
}

/* The x with trigamma(x) = y, y > 0: trigamma falls. */
static double trigamma_inverse(double y)
{
    double low = 1e-6, high = 1e9;
    for (int i = 0; i < 200; i++) {
        double middle = sqrt(low * high);
        *(stats_trigamma(middle) > y ? &low : &high) = middle;
    }
    return sqrt(low * high);
}

struct stats_spread stats_spread_prior(const double *s2, unsigned n, double df)
{
    double sum = 0, sum2 = 0;
    unsigned m = 0;
    for (unsigned i = 0; i < n; i++)
        if (s2[i] > 0) {
            double e = log(s2[i]) - stats_digamma(df / 2) + log(df / 2);
            m++;
            double delta = e - sum;
            sum += delta / m; /* the mean so far (Welford) */
            sum2 += delta * (e - sum);
        }
    if (m < 2 || !(df > 0))
        return (struct stats_spread){NAN, 0};
    double excess = sum2 / (m - 1) - stats_trigamma(df / 2);
    if (excess <= 1e-9)
        return (struct stats_spread){exp(sum), INFINITY};
    double half = trigamma_inverse(excess);
    return (struct stats_spread){exp(sum + stats_digamma(half) - log(half)), 2 * half};
}

struct stats_spread stats_spread_posterior(struct stats_spread prior, struct stats_spread own)
{
    if (!(prior.df > 0))
        return own;
    if (isinf(prior.df) || !(own.df > 0))
        return prior;
    double df = prior.df + own.df;
    return (struct stats_spread){(prior.df * prior.s2 + own.df * own.s2) / df, df};
}

double stats_spread_excess(struct stats_spread prior, struct stats_spread own)
{
    if (!(prior.df > 0) || !(own.df > 0) || !(prior.s2 > 0))
        return 1;
    return 1 - stats_f_cdf(own.s2 / prior.s2, own.df, prior.df);
}
