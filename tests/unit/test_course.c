/* SPDX-License-Identifier: MIT */
/* The course of trials and the noise floor, on series whose truth is known. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>

#include "harness/base/base.h"
#include "harness/insight/course.h"
#include "harness/insight/floor.h"
#include "harness/stats/distribution.h"
#include "harness/stats/order.h"
#include "harness/stats/ratio.h"
#include "harness/stats/verdict.h"

static double uniform(uint64_t *s)
{
    *s = *s * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return ((double)(*s >> 11) + 0.5) / 9007199254740992.0;
}

static double normal(uint64_t *s)
{
    return stats_normal_quantile(uniform(s));
}

/* n slices of about `mean` units; the first `slow` of them have `by` times as many. */
static struct trial_record trial(uint64_t *seed, unsigned n, double mean, double noise, unsigned slow, double by)
{
    struct trial_record r;
    trial_record_init(&r);
    r.slices_why = NULL;
    slices_init(&r.slices);
    r.n_slices = n;
    for (unsigned i = 0; i < n; i++)
        r.slices.units[i] = (uint64_t)(mean * (i < slow ? by : 1) * (1 + noise * normal(seed)) + 0.5);
    return r;
}

static struct course judged(unsigned trials, unsigned n, double mean, unsigned slow, double by, double between)
{
    uint64_t seed = 5;
    struct course_keeper *k = NULL;
    struct course c;
    for (unsigned i = 0; i < trials; i++) {
        struct trial_record r = trial(&seed, n, mean * (1 + between * normal(&seed)), 0.01, slow, by);
        assert_int_equal(course_add(&k, &r), 0);
    }
    assert_int_equal(course_judge(k, 0.02, &c), 0);
    course_free(k);
    return c;
}

static void test_courses(void **state)
{
    (void)state;
    struct course flat = judged(50, 60, 1000, 0, 1, 0), warm = judged(50, 60, 1000, 15, 0.8, 0),
                  slower = judged(50, 60, 1000, 15, 1.2, 0), late = judged(50, 60, 1000, 50, 0.8, 0),
                  few = judged(10, 60, 1, 0, 1, 0), shorter = judged(10, 15, 1000, 0, 1, 0);
    assert_true(flat.trials[STATS_FLAT] >= 48);
    assert_true(warm.trials[STATS_WARM_UP] >= 48);
    assert_true(slower.trials[STATS_SLOW_DOWN] >= 48);
    assert_true(late.trials[STATS_UNSTEADY] >= 48);
    assert_int_equal(few.unjudged, 10);
    assert_int_equal(shorter.unjudged, 10);
}

static void test_between(void **state)
{
    (void)state;
    struct course none = judged(40, 60, 1000, 0, 1, 0), half = judged(40, 60, 1000, 0, 1, 0.01),
                  most = judged(40, 60, 1000, 0, 1, 0.05), one = judged(1, 60, 1000, 0, 1, 0), empty;
    assert_true(!none.why && none.between < 0.05);
    assert_true(!half.why && half.between > 0.3 && half.between < 0.7);
    assert_true(!most.why && most.between > 0.9);
    assert_true(one.why && isnan(one.between));
    assert_int_equal(course_judge(NULL, 0.02, &empty), 0);
    assert_true(empty.why && isnan(empty.between));
}

/* Trials that differ in width, since one took twice as long, are brought to one width. */
static void test_widths(void **state)
{
    (void)state;
    uint64_t seed = 9;
    struct course_keeper *k = NULL;
    struct course c;
    for (unsigned i = 0; i < 20; i++) {
        struct trial_record r = trial(&seed, 60, i % 2 ? 1000 : 2000, 0.01, 0, 1);
        r.slices.shift += i % 2 ? 0 : 1;
        assert_int_equal(course_add(&k, &r), 0);
    }
    assert_int_equal(course_judge(k, 0.02, &c), 0);
    course_free(k);
    assert_true(!c.why && c.between < 0.1); /* by rate they are alike */
}

static void test_floor(void **state)
{
    (void)state;
    enum { N = 400 };
    uint64_t seed = 3;
    double x[N], scratch[N];
    for (unsigned i = 0; i < N; i++)
        x[i] = 1e6 * exp(0.02 / M_SQRT2 * normal(&seed));
    double spread = floor_spread(x, N, scratch);
    assert_true(fabs(spread / 0.02 - 1) < 0.15);
    x[7] = NAN;
    assert_true(fabs(floor_spread(x, N, scratch) / spread - 1) < 0.05);
    assert_true(isnan(floor_spread(x, 5, scratch)));
    assert_non_null(floor_of(NAN, 20, 1, 0.02, NULL).why);
    assert_non_null(floor_of(NAN, 20, 1, 0.02, NULL).smallest_why);
}

static void last_look(const struct stats_looks *looks, double *x, unsigned n, struct stats_interval *ratio)
{
    stats_sort(x, n);
    assert_true(stats_sequence_interval(looks, x, n, ratio));
    ratio->estimate = exp(ratio->estimate);
    ratio->lower = exp(ratio->lower);
    ratio->upper = exp(ratio->upper);
}

/* A difference of `smallest` gets the verdict, as it is given, in about 80 % of experiments: with much noise, where the
 * sign test decides, and with little, where the margin does; of one pair and of ten, adjusted for them. */
static void test_smallest(void **state)
{
    (void)state;
    enum { RUNS = 4000, MOST = 60 };
    static const struct {
        double spread, margin;
        unsigned pairs, family, most; /* most: of a run that a rule ended after `pairs` of so many; 0: of a fixed one */
    } cases[] = {{0.02, 0.02, 60, 1, 0},  {0.02, 0, 60, 1, 0},     {0.005, 0.02, 10, 1, 0},  {0.1, 0.02, 12, 1, 0},
                 {0.02, 0.02, 30, 10, 0}, {0.001, 0.02, 60, 1, 0}, {0.005, 0.02, 8, 1, 0},   {0.02, 0.02, 60, 1, 60},
                 {0.02, 0.02, 40, 1, 80}, {0.03, 0, 60, 6, 60},    {0.001, 0.02, 30, 3, 40}, {0.02, 0, 11, 1, 20},
                 {0.02, 0.02, 60, 2, 100}};
    uint64_t seed = 3;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const unsigned n = cases[i].pairs;
        struct stats_looks *looks = cases[i].most ? stats_looks_new(0.95) : NULL;
        for (unsigned k = 0; looks && k < n; k++)
            assert_int_equal(stats_looks_add(looks, (k + 1.0) / cases[i].most), 0);
        struct noise_floor f = floor_of(cases[i].spread, n, cases[i].family, cases[i].margin, looks);
        unsigned found = 0;
        for (unsigned r = 0; r < RUNS; r++) {
            double x[MOST];
            struct stats_interval ratio;
            for (unsigned k = 0; k < n; k++)
                x[k] = log1p(f.smallest) + cases[i].spread * normal(&seed);
            double p = (looks ? stats_sequence_p(looks, x, n) : stats_sign_test(x, n)) * cases[i].family;
            if (looks)
                last_look(looks, x, n, &ratio);
            else
                stats_paired_ratio(x, n, STATS_SIGN, 0.95, &ratio);
            found += stats_family_verdict(&ratio, cases[i].margin, p, 1 - 0.95) == VERDICT_FASTER;
        }
        if (fabs((double)found / RUNS - 0.8) > 0.03)
            print_error("case %zu: %.4f is found in %u of %d\n", i, f.smallest, found, RUNS);
        assert_true(fabs((double)found / RUNS - 0.8) < 0.03);
        stats_looks_free(looks);
    }
    assert_non_null(
        floor_of(0.02, 6, 3, 0.02, NULL).smallest_why); /* 3 * 2 / 64 > 0.05: not even six of six would do */
    assert_null(floor_of(0.02, 6, 3, 0.02, NULL).why);
    double few = floor_of(0.02, 60, 1, 0, NULL).smallest;
    assert_true(floor_of(0.02, 60, 10, 0, NULL).smallest > few &&
                floor_of(0.02, 240, 1, 0, NULL).smallest < 0.55 * few);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_courses), cmocka_unit_test(test_between),
                                       cmocka_unit_test(test_widths), cmocka_unit_test(test_floor),
                                       cmocka_unit_test(test_smallest)};
    return cmocka_run_group_tests_name("course", tests, NULL, NULL);
}
