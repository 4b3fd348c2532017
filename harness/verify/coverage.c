/* SPDX-License-Identifier: MIT */
/*
 * coverage: do the intervals hold the truth as often as they say? By simulation of values whose truth is known, heavy
 * tails included. An order-statistic interval can reach only some levels, and takes the first at or above 95 %; so each
 * is tried at the number of values, in a range, at which that level is nearest to 95 %: what is off then is the code.
 */
#include <math.h>
#include <stdio.h>

#include "harness/base/base.h"
#include "harness/stats/distribution.h"
#include "harness/stats/order.h"
#include "harness/stats/quantile.h"
#include "harness/stats/ratio.h"
#include "harness/stats/rng.h"
#include "harness/verify/verify.h"

enum { RUNS = 20000, RUNS_QUICK = 4000, MOST = 1500 };
static const double level = 0.95;

enum noise { NORMAL, STUDENT2, LOGNORMAL, SPIKES, NOISES };
static const char *const noise_names = "normal, t with 2 degrees, log-normal, normal with a tenth 10 times as wide";

static double normal(struct stats_rng *r)
{
    double size = sqrt(-2 * log(stats_rng_uniform(r)));
    return size * cos(2 * M_PI * stats_rng_uniform(r));
}

/* All but the log-normal are symmetric about 0. */
static double draw(enum noise kind, struct stats_rng *r)
{
    switch (kind) {
    case STUDENT2: /* normal over the root of a chi-squared with 2 degrees, which is -2 ln U, over 2 */
        return normal(r) / sqrt(-log(stats_rng_uniform(r)));
    case LOGNORMAL:
        return exp(normal(r));
    case SPIKES:
        return normal(r) * (stats_rng_uniform(r) < 0.1 ? 10 : 1);
    default:
        return normal(r);
    }
}

/* P(X <= x) of a value. */
static double below(enum noise kind, double x)
{
    switch (kind) {
    case STUDENT2:
        return 0.5 + x / (2 * sqrt(2 + x * x));
    case LOGNORMAL:
        return x > 0 ? stats_normal_cdf(log(x)) : 0;
    case SPIKES:
        return 0.9 * stats_normal_cdf(x) + 0.1 * stats_normal_cdf(x / 10);
    default:
        return stats_normal_cdf(x);
    }
}

static double truth(enum noise kind, double q)
{
    double low = -1e6, high = 1e6;
    for (int i = 0; i < 200; i++) {
        double middle = (low + high) / 2;
        *(below(kind, middle) < q ? &low : &high) = middle;
    }
    return (low + high) / 2;
}

/* What an interval says of itself depends on n and q alone. */
static double level_at(unsigned n, double q)
{
    static double x[MOST];
    struct stats_interval i;
    return stats_quantile_interval(x, n, q, level, &i) ? i.level : 1;
}

static unsigned best_n(unsigned from, unsigned to, double q)
{
    unsigned best = from;
    for (unsigned n = from; n <= to; n++)
        if (level_at(n, q) < level_at(best, q))
            best = n;
    return best;
}

static bool holds(const struct stats_interval *i, double truth_is)
{
    return i->lower <= truth_is && truth_is <= i->upper;
}

static bool quantile_holds(enum noise kind, unsigned n, double q, double truth_is, struct stats_rng *r)
{
    double x[MOST];
    struct stats_interval i;
    for (unsigned k = 0; k < n; k++)
        x[k] = draw(kind, r);
    stats_sort(x, n);
    stats_quantile_interval(x, n, q, level, &i);
    return holds(&i, truth_is);
}

/* Pairs of times, each with noise of its own beside one that a pair shares, as a disturbed block does; the first side
 * is slower by 3 %. */
static bool ratio_holds(enum noise kind, unsigned n, enum stats_ratio_method method, struct stats_rng *r)
{
    double x[MOST];
    struct stats_interval i;
    for (unsigned k = 0; k < n; k++) {
        double both = exp(fabs(normal(r)));
        double a = both * 1.03 * exp(0.02 * draw(kind, r)), b = both * exp(0.02 * draw(kind, r));
        x[k] = log(a / b);
    }
    stats_paired_ratio(x, n, method, level, &i);
    return holds(&i, 1.03);
}

static void tell(struct verify *v, const char *name, unsigned k, unsigned runs, unsigned n, double says)
{
    struct bar_row r = {.bar = "coverage", .least = 93, .most = 97};
    snprintf(r.name, sizeof r.name, "coverage %s", name);
    row_share(&r, k, runs);
    snprintf(r.how, sizeof r.how, "%u simulated samples of %u: %s", runs, n, noise_names);
    if (says < 1)
        snprintf(r.note, sizeof r.note,
                 "at this size the interval's own level is %.2f %%; at others it is up to 99.2 %% (n = 8)", 100 * says);
    verify_row(v, &r);
}

static void quantile(struct verify *v, const char *name, double q, unsigned from, unsigned to, struct stats_rng *r)
{
    unsigned n = best_n(from, to, q), runs = (unsigned)(v->quick ? RUNS_QUICK : RUNS) / NOISES, held = 0;
    for (enum noise kind = 0; kind < NOISES; kind++) {
        double truth_is = truth(kind, q);
        for (unsigned i = 0; i < runs; i++)
            held += quantile_holds(kind, n, q, truth_is, r);
    }
    tell(v, name, held, runs * (unsigned)NOISES, n, level_at(n, q));
}

static void ratio(struct verify *v, const char *name, enum stats_ratio_method method, struct stats_rng *r)
{
    unsigned n = best_n(50, 100, 0.5), runs = (unsigned)(v->quick ? RUNS_QUICK : RUNS) / NOISES, held = 0;
    for (enum noise kind = 0; kind < NOISES; kind++)
        for (unsigned i = 0; i < runs; i++)
            held += ratio_holds(kind, n, method, r);
    tell(v, name, held, runs * (unsigned)NOISES, n, method == STATS_SIGN ? level_at(n, 0.5) : 1);
}

static int run(struct verify *v, struct err *e)
{
    struct stats_rng r;
    (void)e;
    stats_rng_init(&r, v->seed);
    quantile(v, "median", 0.5, 50, 100, &r);
    quantile(v, "p99", 0.99, 600, MOST, &r);
    ratio(v, "ratio by signs", STATS_SIGN, &r);
    ratio(v, "ratio by Hodges-Lehmann", STATS_HODGES_LEHMANN, &r);
    return 0;
}

const struct bar bar_coverage = {
    .name = "coverage",
    .summary = "95 % intervals of median, p99 and ratio, simulated: how often they hold the truth",
    .run = run,
};
