/* SPDX-License-Identifier: MIT */
/* The noise floor of a run; see floor.h. */
#include "harness/insight/floor.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "harness/base/base.h"
#include "harness/insight/summary.h"
#include "harness/stats/distribution.h"
#include "harness/stats/order.h"

static const double alpha = 0.05;

double floor_spread_of_sizes(double *sizes, unsigned m)
{
    if (m + 1 < FLOOR_LEAST_BLOCKS)
        return NAN;
    stats_sort(sizes, m);
    return 1.4826 * stats_median(sizes, m);
}

double floor_spread(const double *x, unsigned n, double *scratch)
{
    unsigned m = 0;
    for (unsigned i = 0; i + 1 < n; i++)
        if (x[i] > 0 && x[i + 1] > 0)
            scratch[m++] = fabs(log(x[i + 1] / x[i]));
    return floor_spread_of_sizes(scratch, m);
}

double floor_spread_of_logs(const double *log_x, unsigned n, double *scratch)
{
    unsigned m = 0;
    for (unsigned i = 0; i + 1 < n; i++)
        if (isfinite(log_x[i]) && isfinite(log_x[i + 1]))
            scratch[m++] = fabs(log_x[i + 1] - log_x[i]);
    return floor_spread_of_sizes(scratch, m);
}

/* The most signs against it with which the sign test still finds a difference; -1: it never does. */
static long most_against(unsigned pairs, unsigned family, const struct stats_looks *looks)
{
    long c = -1;
    if (looks)
        return (long)pairs - (long)stats_looks_least_at(looks, pairs, alpha / family);
    while (2 * (c + 1) < (long)pairs && 2 * family * stats_binomial_cdf(pairs, c + 1, 0.5) < alpha)
        c++;
    return c;
}

/* How many values the interval of the median at 95 % leaves out above its upper end, with that end: at least one, as
 * there are enough pairs for a verdict. */
static long from_top(unsigned pairs, const struct stats_looks *looks)
{
    long l = 0;
    if (looks)
        return (long)pairs - (long)stats_looks_least(looks, pairs) + 1;
    while (stats_binomial_cdf(pairs, l, 0.5) <= alpha / 2)
        l++;
    return l;
}

static double binomial_log_pmf(unsigned n, unsigned k, double p)
{
    return (k ? k * log(p) : 0) + (n - k) * log1p(-p) - log(n + 1.0) - stats_log_beta(n - k + 1.0, k + 1.0);
}

/* The chance of the verdict: of `pairs` normal log ratios about `shift` at most `against` are below 0, and at least
 * `beyond` above the margin. */
static double power(double shift, double spread, unsigned pairs, long against, long beyond, double log_margin)
{
    double below = stats_normal_cdf(-shift / spread), above = stats_normal_cdf((shift - log_margin) / spread), sum = 0;
    double share = above / (1 - below); /* of those not below 0 */
    for (unsigned k = 0; (long)k <= against; k++)
        sum += exp(binomial_log_pmf(pairs, k, below)) *
               (1 - stats_binomial_cdf(pairs - k, beyond - 1, share < 1 ? share : 1));
    return sum;
}

struct noise_floor floor_of(double spread, unsigned pairs, unsigned family, double margin,
                            const struct stats_looks *looks)
{
    if (isnan(spread) || !pairs)
        return (struct noise_floor){NAN, NAN, NAN, "fewer than 6 blocks", "fewer than 6 blocks"};
    struct noise_floor f = {spread, exp(1.96 * spread) - 1, NAN, NULL, NULL};
    long against = most_against(pairs, family ? family : 1, looks);
    f.smallest_why = against < 0   ? "too few blocks for a verdict among so many models"
                     : spread <= 0 ? "no two neighbouring trials differed"
                                   : NULL;
    if (f.smallest_why)
        return f;
    const double log_margin = log1p(margin);
    const long beyond = from_top(pairs, looks);
    double low = 0, high = log_margin + 8 * spread;
    for (int i = 0; i < 60; i++) {
        double shift = (low + high) / 2;
        *(power(shift, spread, pairs, against, beyond, log_margin) < 0.8 ? &low : &high) = shift;
    }
    f.smallest = exp(high) - 1;
    return f;
}

int floors_find(struct summary *s)
{
    const struct plan *p = s->plan;
    CLEANUP_FREE double *spread = malloc((p->n_cells + 1) * sizeof *spread),
                        *scratch = malloc((p->blocks + 1) * sizeof *scratch);
    s->floors = calloc(p->n_points + 1, sizeof *s->floors);
    if (!s->floors || !spread || !scratch)
        return -ENOMEM;
    for (unsigned i = 0; i < p->n_points; i++) {
        const struct plan_point *t = &p->points[i];
        unsigned n = 0;
        for (unsigned k = 0; k < t->n_cells; k++) {
            double v = floor_spread(s->throughput + (size_t)t->cells[k] * p->blocks, p->blocks, scratch);
            if (!isnan(v))
                spread[n++] = v;
        }
        stats_sort(spread, n);
        s->floors[i] =
            floor_of(stats_median(spread, n), s->look.blocks, t->n_cells * (t->n_cells - 1) / 2, p->equiv, s->looks);
    }
    return 0;
}
