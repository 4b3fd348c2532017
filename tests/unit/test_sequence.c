/* SPDX-License-Identifier: MIT */
/* Looking after every pair: the confidence sequence keeps its word where an ordinary test doesn't, under what each
 * variant assumes and no more; how many pairs it needs; the verdict and the decision to stop. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "harness/stats/order.h"
#include "harness/stats/ratio.h"
#include "harness/stats/rng.h"
#include "harness/stats/sequence.h"
#include "harness/stats/verdict.h"

/* Sanitizers look for slips of memory, not of statistics: fewer runs do. */
/* Under sanitizers fewer runs: what they look for shows in each. */
enum { SANITIZED = sizeof CONTEND_SANITIZE > 1, RUNS = SANITIZED ? 100 : 1000, PAIRS = 300, MOST = 1000 };

static double normal(struct stats_rng *r)
{
    double size = sqrt(-2 * log(stats_rng_uniform(r)));
    return size * cos(2 * M_PI * stats_rng_uniform(r));
}

static double exponential(struct stats_rng *r)
{
    return -log(stats_rng_uniform(r));
}

/* Log ratios of two cells that are alike, by pair. */
static double of_normal(unsigned i, struct stats_rng *r)
{
    (void)i;
    return normal(r);
}

static double of_skewed_times(unsigned i, struct stats_rng *r)
{
    (void)i;
    return log((1 + exponential(r)) / (1 + exponential(r)));
}

static double of_heavy_tail(unsigned i, struct stats_rng *r)
{
    (void)i;
    return normal(r) / sqrt(exponential(r));
}

/* A neighbour comes and goes: every 30 pairs the noise is 20 times what it was. */
static double of_changing_noise(unsigned i, struct stats_rng *r)
{
    return normal(r) * (i / 30 % 2 ? 20 : 1);
}

static double of_coarse_clock(unsigned i, struct stats_rng *r)
{
    (void)i;
    return round(0.7 * normal(r));
}

/* The median is 0, yet one tail is long: what STATS_SYMMETRIC rules out. */
static double of_one_long_tail(unsigned i, struct stats_rng *r)
{
    (void)i;
    return exp(normal(r)) - 1;
}

/* Share of runs in which some look after 6 pairs or more excludes 1. */
static double alarms(double (*draw)(unsigned, struct stats_rng *), enum stats_assumption a, unsigned runs)
{
    double memory[3 * PAIRS];
    struct stats_rng r;
    unsigned found = 0;
    stats_rng_init(&r, 21);
    for (unsigned t = 0; t < runs; t++) {
        struct stats_sequence s;
        bool alarm = false;
        stats_sequence_init(&s, memory, PAIRS);
        for (unsigned i = 0; i < PAIRS && !alarm; i++) {
            assert_int_equal(stats_sequence_add(&s, draw(i, &r)), 0);
            alarm = stats_sequence_evidence(&s, a, 0) >= log(2 / 0.05);
        }
        found += alarm;
    }
    return (double)found / runs;
}

static void test_false_alarms(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        double (*draw)(unsigned, struct stats_rng *);
    } cases[] = {{"normal", of_normal},
                 {"skewed times", of_skewed_times},
                 {"heavy tails", of_heavy_tail},
                 {"changing noise", of_changing_noise},
                 {"coarse clock", of_coarse_clock}};
    double most = RUNS < 1000 ? 0.05 + 3 * sqrt(0.05 * 0.95 / RUNS) : 0.05; /* so few runs tell no better */
    print_message("A/A, a look after every pair up to %d: share of runs with a false alarm\n", PAIRS);
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        double any = alarms(cases[c].draw, STATS_ANY, RUNS), symmetric = alarms(cases[c].draw, STATS_SYMMETRIC, RUNS);
        print_message("  %-16s any %.1f %%, symmetric %.1f %%\n", cases[c].name, 100 * any, 100 * symmetric);
        assert_true(any <= most && symmetric <= most);
    }
    double any = alarms(of_one_long_tail, STATS_ANY, RUNS), symmetric = alarms(of_one_long_tail, STATS_SYMMETRIC, 200);
    print_message("  %-16s any %.1f %%, symmetric %.1f %% (not symmetric: its assumption does not hold)\n",
                  "one long tail", 100 * any, 100 * symmetric);
    assert_true(any <= most && symmetric > 0.1);
}

static void test_naive(void **state)
{
    (void)state;
    double x[PAIRS];
    unsigned found = 0;
    struct stats_rng r;
    stats_rng_init(&r, 22);
    for (unsigned t = 0; t < RUNS; t++)
        for (unsigned n = 1; n <= PAIRS; n++) {
            x[n - 1] = normal(&r);
            if (stats_sign_test(x, n) <= 0.05) { /* NaN for fewer than 6 */
                found++;
                break;
            }
        }
    print_message("the same with a sign test at 5 %%: %.1f %%\n", 100.0 * found / RUNS);
    assert_true(found >= RUNS / 5);
}

static int ascending(const void *a, const void *b)
{
    unsigned x = *(const unsigned *)a, y = *(const unsigned *)b;
    return x < y ? -1 : x > y;
}

/* How many pairs until 1 is excluded, for `runs` runs, ascending; MOST + 1: not within MOST. Returns the share of runs
 * with the wrong sign. */
static double pairs_needed(double effect, double sd, enum stats_assumption a, unsigned *needed, unsigned runs)
{
    static double memory[3 * MOST];
    struct stats_rng r;
    unsigned wrong = 0;
    stats_rng_init(&r, 23);
    for (unsigned t = 0; t < runs; t++) {
        struct stats_sequence s;
        stats_sequence_init(&s, memory, MOST);
        needed[t] = MOST + 1;
        while (s.n < MOST && needed[t] > MOST) {
            stats_sequence_add(&s, log1p(effect) + sd * normal(&r));
            if (stats_sequence_evidence(&s, a, 0) >= log(2 / 0.05))
                needed[t] = s.n;
        }
        wrong += needed[t] <= MOST && stats_median(s.sorted, s.n) < 0;
    }
    qsort(needed, runs, sizeof *needed, ascending);
    return (double)wrong / runs;
}

/* The bars of the method at 25 ms a pair: +2 % in 120 pairs by 95 % of runs, +1 % in 400 by 90 %, wrong sign 1 %. */
static void test_power(void **state)
{
    (void)state;
    enum { EACH = SANITIZED ? 40 : 200 };
    unsigned needed[EACH];
    print_message("pairs until 1 is excluded (50 %%, 90 %%, 95 %% of runs)\n");
    for (int effect = 1; effect <= 2; effect++)
        for (int sd = 1; sd <= 3; sd++)
            for (enum stats_assumption a = STATS_ANY; a <= STATS_SYMMETRIC; a++) {
                double wrong = pairs_needed(effect / 100.0, sd / 100.0, a, needed, EACH);
                print_message("  +%d %%, sd %d %%, %-9s %4u %4u %4u; wrong sign %.1f %%\n", effect, sd,
                              a == STATS_ANY ? "any" : "symmetric", needed[EACH / 2], needed[EACH * 9 / 10],
                              needed[EACH * 19 / 20], 100 * wrong);
                assert_true(effect == 1 ? needed[EACH * 9 / 10] <= 400 : needed[EACH * 19 / 20] <= 120);
                assert_true(wrong <= 0.01);
            }
}

/* The interval is what the evidence doesn't exclude: just outside it does, just inside it doesn't. */
static void test_interval(void **state)
{
    (void)state;
    double memory[3 * 100];
    struct stats_rng r;
    struct stats_sequence s;
    stats_rng_init(&r, 24);
    for (unsigned t = 0; t < 40; t++)
        for (enum stats_assumption a = STATS_ANY; a <= STATS_SYMMETRIC; a++) {
            struct stats_interval i;
            stats_sequence_init(&s, memory, 100);
            while (s.n < 10 + 2 * t)
                stats_sequence_add(&s, 5 + (t % 2 ? of_coarse_clock(0, &r) : normal(&r)));
            assert_true(stats_sequence_interval(&s, a, 0.95, &i));
            assert_true(i.lower <= i.estimate && i.estimate <= i.upper && i.level == 0.95);
            double out = 1e-9, in = i.upper - i.lower > 1e-6 ? 1e-9 : 0, needed = log(2 / 0.05);
            assert_true(stats_sequence_evidence(&s, a, i.lower - out) >= needed);
            assert_true(stats_sequence_evidence(&s, a, i.upper + out) >= needed);
            assert_true(stats_sequence_evidence(&s, a, i.lower + in) < needed || a == STATS_SYMMETRIC);
            assert_true(stats_sequence_evidence(&s, a, i.upper - in) < needed || a == STATS_SYMMETRIC);
            if (a == STATS_SYMMETRIC && in > 0) {
                assert_true(stats_sequence_evidence(&s, a, i.lower + 1e-6) < needed);
                assert_true(stats_sequence_evidence(&s, a, i.upper - 1e-6) < needed);
            }
        }
    struct stats_interval i;
    stats_sequence_init(&s, memory, 3);
    assert_false(stats_sequence_interval(&s, STATS_ANY, 0.95, &i));
    assert_true(isnan(i.estimate) && isnan(i.lower));
    assert_int_equal(stats_sequence_add(&s, NAN), -EDOM);
    assert_int_equal(stats_sequence_add(&s, INFINITY), -EDOM);
    for (int k = 0; k < 3; k++)
        assert_int_equal(stats_sequence_add(&s, k), 0);
    assert_int_equal(stats_sequence_add(&s, 1), -ENOSPC);
    assert_false(stats_sequence_interval(&s, STATS_SYMMETRIC, 0.95, &i));
    assert_true(i.estimate == 1 && isnan(i.lower) && isnan(i.upper));
}

/* The bet on a pair must not know that pair: its spread is that of those before. */
static void test_spread_of_the_past(void **state)
{
    (void)state;
    static const double past[] = {3, 10, 0, 2, 1}; /* median 2, absolute deviations 0 1 1 2 8 */
    for (int next = -1; next <= 1; next++) {
        double memory[3 * 8];
        struct stats_sequence s;
        stats_sequence_init(&s, memory, 8);
        for (unsigned i = 0; i < 5; i++)
            stats_sequence_add(&s, past[i]);
        stats_sequence_add(&s, 1000.0 * next);
        for (unsigned i = 0; i < 4; i++)
            assert_true(s.scale[i] == 0);
        assert_true(fabs(s.scale[4] - 1.5 * 1.4826) < 1e-12); /* of 0 2 3 10: median 2.5, deviations 0.5 0.5 2.5 7.5 */
        assert_true(fabs(s.scale[5] - 1.4826) < 1e-12);
    }
}

/* All looks of a run hold together, also narrowed to what they have in common. */
static void test_coverage_of_all_looks(void **state)
{
    (void)state;
    enum { SETS = SANITIZED ? 60 : 300, LOOKS = 12 };
    double memory[3 * 120], truth = log(1.03);
    struct stats_rng r;
    stats_rng_init(&r, 25);
    for (enum stats_assumption a = STATS_ANY; a <= STATS_SYMMETRIC; a++) {
        unsigned held = 0;
        for (unsigned t = 0; t < SETS; t++) {
            struct stats_sequence s;
            struct stats_interval all = {NAN, NAN, NAN, NAN}, now;
            stats_sequence_init(&s, memory, 120);
            for (unsigned look = 0; look < LOOKS; look++) {
                for (unsigned k = 0; k < 10; k++)
                    stats_sequence_add(&s, truth + 0.02 * of_heavy_tail(0, &r));
                assert_true(stats_sequence_interval(&s, a, 0.95, &now));
                stats_sequence_narrow(&all, &now);
                assert_true(all.lower >= now.lower && all.upper <= now.upper && all.level == 0.95);
            }
            held += all.lower <= truth && truth <= all.upper;
        }
        print_message("%s: all of %d looks hold the ratio in %.1f %% of runs\n", a ? "symmetric" : "any", LOOKS,
                      100.0 * held / SETS);
        assert_true(held >= 0.95 * SETS);
    }
}

static void test_verdict(void **state)
{
    (void)state;
    static const struct {
        double lower, upper;
        enum verdict v, with_p; /* alone; in a family with an adjusted p of 0.2 */
    } cases[] = {
        {1.01, 1.05, VERDICT_FASTER, VERDICT_INCONCLUSIVE},
        {0.90, 0.99, VERDICT_SLOWER, VERDICT_INCONCLUSIVE},
        {0.99, 1.01, VERDICT_EQUIVALENT, VERDICT_EQUIVALENT},
        {1.001, 1.019, VERDICT_EQUIVALENT, VERDICT_EQUIVALENT},
        {0.9802, 1.01, VERDICT_INCONCLUSIVE, VERDICT_INCONCLUSIVE}, /* 1 / 1.02 is 0.9804 */
        {0.95, 1.05, VERDICT_INCONCLUSIVE, VERDICT_INCONCLUSIVE},
        {1.0, 1.05, VERDICT_INCONCLUSIVE, VERDICT_INCONCLUSIVE},
        {1.01, 1.005, VERDICT_INCONCLUSIVE, VERDICT_INCONCLUSIVE}, /* empty */
        {NAN, NAN, VERDICT_INCONCLUSIVE, VERDICT_INCONCLUSIVE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct stats_interval ratio = {1, cases[i].lower, cases[i].upper, 0.95};
        assert_int_equal(stats_verdict(&ratio, 0.02), cases[i].v);
        assert_int_equal(stats_family_verdict(&ratio, 0.02, 0.04, 0.05), cases[i].v);
        assert_int_equal(stats_family_verdict(&ratio, 0.02, 0.2, 0.05), cases[i].with_p);
        assert_int_equal(stats_family_verdict(&ratio, 0.02, NAN, 0.05), cases[i].with_p);
        assert_int_equal(stats_equivalent(&ratio, 0.02), cases[i].v == VERDICT_EQUIVALENT);
    }
}

static void test_stop(void **state)
{
    (void)state;
    const struct stats_stop_rule rule = {.precision = 0.01, .margin = 0.02, .clear = true, .budget = 10};
    const struct stats_stop_rule no_more = {.margin = 0.02, .budget = INFINITY};
    const struct stats_interval none = {0, NAN, NAN, NAN}, empty = {0, 0.2, 0.1, 0.95}, wide = {0, -0.5, 0.5, 0.95},
                                narrow = {0.3, 0.2951, 0.3049, 0.95}, faster = {0.3, 0.1, 0.5, 0.95},
                                same = {0, -0.019, 0.019, 0.95};
    assert_int_equal(stats_stop(&narrow, 1, 1, &rule), STATS_STOP_PRECISION);
    assert_int_equal(stats_stop(&faster, 1, 1, &rule), STATS_STOP_CLEAR);
    assert_int_equal(stats_stop(&same, 1, 1, &rule), STATS_STOP_CLEAR);
    assert_int_equal(stats_stop(&wide, 9, 1, &rule), STATS_GO_ON);
    assert_int_equal(stats_stop(&wide, 9, 1.1, &rule), STATS_STOP_BUDGET);
    assert_int_equal(stats_stop(&faster, 9, 1.1, &rule), STATS_STOP_CLEAR);
    assert_int_equal(stats_stop(&none, 1, 1, &rule), STATS_GO_ON);
    assert_int_equal(stats_stop(&empty, 1, 1, &rule), STATS_GO_ON);
    assert_int_equal(stats_stop(&empty, 10, 1, &rule), STATS_STOP_BUDGET);
    const struct stats_interval *all[] = {&none, &empty, &wide, &narrow, &faster, &same};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        assert_int_equal(stats_stop(all[i], 1e9, 1, &no_more), STATS_GO_ON);
}

static void test_log_ratios(void **state)
{
    (void)state;
    const double a[] = {2, NAN, 3, 0, 1, INFINITY}, b[] = {1, 1, NAN, 1, -1, 1};
    double d[6];
    assert_int_equal(stats_log_ratios(a, b, 6, d), 1);
    assert_true(fabs(d[0] - M_LN2) < 1e-15);
    struct stats_interval i;
    assert_false(stats_paired_ratio(d, 1, STATS_SIGN, 0.95, &i));
    assert_true(fabs(i.estimate - 2) < 1e-15 && isnan(i.lower) && isnan(i.level));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_verdict),
        cmocka_unit_test(test_stop),
        cmocka_unit_test(test_log_ratios),
        cmocka_unit_test(test_interval),
        cmocka_unit_test(test_spread_of_the_past),
        cmocka_unit_test(test_false_alarms),
        cmocka_unit_test(test_naive),
        cmocka_unit_test(test_power),
        cmocka_unit_test(test_coverage_of_all_looks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
