/* SPDX-License-Identifier: MIT */
/* Two groups of a few values, and what others tell about their spread: on values whose true spread is known. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants those first */
#include <cmocka.h>
#include <math.h>
#include <stdio.h>

#include "harness/base/base.h"
#include "harness/stats/distribution.h"
#include "harness/stats/rng.h"
#include "harness/stats/spread.h"

static double normal(struct stats_rng *r)
{
    return stats_normal_quantile(stats_rng_uniform(r));
}

/* Chi-square of a whole number of degrees of freedom over it: a variance whose truth is 1. */
static double mean_square(struct stats_rng *r, unsigned df)
{
    double sum = 0;
    for (unsigned i = 0; i < df; i++) {
        double z = normal(r);
        sum += z * z;
    }
    return sum / df;
}

static void test_two_groups(void **state)
{
    static const double a[] = {1, 2, 3, 6}, b[] = {4, 8};
    (void)state;
    struct stats_two t = stats_two_groups(a, 4, b, 2); /* means 3 and 6; squares 14 and 8 */
    assert_true(fabs(t.shift + 3) < 1e-12 && fabs(t.scale - 0.75) < 1e-12);
    assert_true(fabs(t.own.s2 - 22. / 4) < 1e-12 && t.own.df == 4);
    t = stats_two_groups(a, 1, b, 1); /* one value each: a shift, and nothing of the spread */
    assert_true(t.shift == -3 && t.scale == 2 && t.own.df == 0);
    t = stats_two_groups(a, 3, b, 1);
    assert_true(t.own.df == 2 && fabs(t.own.s2 - 1) < 1e-12);
    for (unsigned n = 0; n < 2; n++) {
        t = stats_two_groups(a, n, b, 1 - n);
        assert_true(isnan(t.shift) && isnan(t.scale) && t.own.df == 0);
    }
}

/* Variances of 4 degrees of freedom about true ones, which themselves are scaled inverse chi-square with 8 about 0.09.
 */
static void test_prior_is_recovered(void **state)
{
    enum { N = 4000, TRUE_DF = 8, DF = 4 };
    static double s2[N];
    (void)state;
    for (uint64_t seed = 1; seed <= 5; seed++) {
        struct stats_rng r;
        stats_rng_init(&r, seed);
        for (unsigned i = 0; i < N; i++)
            s2[i] = 0.09 / mean_square(&r, TRUE_DF) * mean_square(&r, DF);
        struct stats_spread p = stats_spread_prior(s2, N, DF);
        printf("seed %u: %.2f degrees of freedom of %d, variance %.4f of 0.09\n", (unsigned)seed, p.df, TRUE_DF, p.s2);
        assert_true(p.df > 0.75 * TRUE_DF && p.df < 1.35 * TRUE_DF && p.s2 > 0.08 && p.s2 < 0.1);
    }
}

/* One true variance for all: they differ by chance alone, in about half of the draws by less than it makes most. */
static void test_all_alike(void **state)
{
    enum { N = 40, DRAWS = 200 };
    static double s2[N];
    unsigned without_end = 0;
    struct stats_rng r;
    (void)state;
    stats_rng_init(&r, 3);
    for (unsigned d = 0; d < DRAWS; d++) {
        for (unsigned i = 0; i < N; i++)
            s2[i] = 4 * mean_square(&r, 4);
        struct stats_spread p = stats_spread_prior(s2, N, 4);
        without_end += isinf(p.df) ? 1 : 0;
        assert_true(p.df > 2 && p.s2 > 2 && p.s2 < 8);
    }
    printf("exactly alike in %u of %d draws\n", without_end, DRAWS);
    assert_true(without_end > DRAWS / 4 && without_end < DRAWS);
    for (unsigned i = 0; i < N; i++)
        s2[i] = 0.5;
    assert_true(isinf(stats_spread_prior(s2, N, 4).df));
}

static void test_no_prior(void **state)
{
    static const double s2[] = {0, NAN, 3, 0, 2};
    (void)state;
    assert_true(stats_spread_prior(s2, 0, 4).df == 0);
    assert_true(stats_spread_prior(s2, 4, 4).df == 0); /* one that is none of 0 and NaN */
    assert_true(stats_spread_prior(s2, 5, 4).df > 0);
    assert_true(stats_spread_prior(s2, 5, 0).df == 0);
}

static void test_posterior(void **state)
{
    const struct stats_spread none = {NAN, 0}, few = {4, 2}, more = {1, 6}, exact = {9, INFINITY};
    struct stats_spread p = stats_spread_posterior(more, few);
    (void)state;
    assert_true(p.df == 8 && fabs(p.s2 - (6 * 1 + 2 * 4) / 8.) < 1e-12);
    p = stats_spread_posterior(none, few);
    assert_true(p.df == 2 && p.s2 == 4);
    p = stats_spread_posterior(more, none);
    assert_true(p.df == 6 && p.s2 == 1);
    p = stats_spread_posterior(exact, few);
    assert_true(isinf(p.df) && p.s2 == 9);
    assert_true(stats_spread_posterior(none, none).df == 0);
}

/* Where the prior fits, the excess is uniform; one that is many times as large is not by chance. */
static void test_excess(void **state)
{
    enum { DRAWS = 2000 };
    const struct stats_spread none = {NAN, 0}, prior = {0.01, 12};
    struct stats_rng r;
    unsigned below = 0;
    (void)state;
    stats_rng_init(&r, 4);
    for (unsigned d = 0; d < DRAWS; d++) {
        double truth = prior.s2 / mean_square(&r, 12);
        below += stats_spread_excess(prior, (struct stats_spread){truth * mean_square(&r, 4), 4}) < 0.1;
    }
    printf("an excess below 0.1 in %u of %d draws\n", below, DRAWS);
    assert_true(below > DRAWS / 10 * 0.7 && below < DRAWS / 10 * 1.3);
    assert_true(stats_spread_excess(prior, (struct stats_spread){1, 4}) < 1e-4);
    assert_true(stats_spread_excess(prior, (struct stats_spread){1e-6, 4}) > 0.99);
    assert_true(stats_spread_excess((struct stats_spread){0.01, INFINITY}, (struct stats_spread){1, 4}) < 1e-6);
    assert_true(stats_spread_excess(none, prior) == 1 && stats_spread_excess(prior, none) == 1);
    assert_true(stats_spread_excess((struct stats_spread){0, 5}, prior) == 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_two_groups), cmocka_unit_test(test_prior_is_recovered), cmocka_unit_test(test_all_alike),
        cmocka_unit_test(test_no_prior),   cmocka_unit_test(test_posterior),          cmocka_unit_test(test_excess),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
