/* SPDX-License-Identifier: MIT */
/* Looking after every pair, by simulation: the confidence sequence keeps its word where an ordinary test doesn't; what
 * it finds, and what one look at the end would. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>

#include "harness/stats/order.h"
#include "harness/stats/rng.h"
#include "tests/unit/looks.h"

/* Under sanitizers fewer runs: what they look for shows in each. */
enum { SANITIZED = sizeof CONTEND_SANITIZE > 1, RUNS = SANITIZED ? 100 : 1000, PAIRS = 300, MOST = 400 };

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

/* The median is 0, yet one tail is long. */
static double of_one_long_tail(unsigned i, struct stats_rng *r)
{
    (void)i;
    return exp(normal(r)) - 1;
}

/* Share of runs in which some look excludes 1. */
static double alarms(double (*draw)(unsigned, struct stats_rng *))
{
    double x[PAIRS];
    struct stats_rng r;
    struct stats_looks *l = looks_of(PAIRS);
    unsigned found = 0;
    int way;
    stats_rng_init(&r, 21);
    for (unsigned t = 0; t < RUNS; t++) {
        for (unsigned i = 0; i < PAIRS; i++)
            x[i] = draw(i, &r);
        found += excludes(l, x, &way) > 0;
    }
    stats_looks_free(l);
    return (double)found / RUNS;
}

/* So few runs tell no better. */
static double at_most(double share, unsigned runs)
{
    return share + 3 * sqrt(share * (1 - share) / runs);
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
                 {"coarse clock", of_coarse_clock},
                 {"one long tail", of_one_long_tail}};
    print_message("A/A, a look after every pair up to %d: share of runs with a false alarm\n", PAIRS);
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        double share = alarms(cases[c].draw);
        print_message("  %-16s %.1f %%\n", cases[c].name, 100 * share);
        assert_true(share <= at_most(0.05, RUNS));
    }
}

/* A run by a budget of time, of two cells of which one is now and then five times as slow: when it is, the budget goes
 * faster, so what is used up is not quite independent of who wins. */
static void test_budget(void **state)
{
    (void)state;
    struct stats_rng r;
    unsigned found = 0;
    stats_rng_init(&r, 26);
    for (unsigned t = 0; t < RUNS; t++) {
        struct stats_looks *l = stats_looks_new(0.95);
        double x[PAIRS], spent = 0, budget = 2.4 * 100;
        unsigned n = 0;
        int way;
        while (n < PAIRS && spent < budget) {
            x[n] = normal(&r);
            double pair = x[n] > 0 && stats_rng_uniform(&r) < 0.2 ? 6 : 2;
            spent += pair;
            n++;
            assert_int_equal(stats_looks_add(l, fmax(n / (double)PAIRS, spent + pair > budget ? 1 : spent / budget)),
                             0);
        }
        found += excludes(l, x, &way) > 0;
        stats_looks_free(l);
    }
    print_message("by a budget that goes faster when one side loses: %.1f %%\n", 100.0 * found / RUNS);
    assert_true(found <= RUNS * at_most(0.05, RUNS));
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

/* Runs of up to MOST pairs with a difference: which share finds it, here and by one sign test after the last pair;
 * after how many pairs at the median. */
static void power(double effect, double sd, unsigned pairs, double *here, double *once)
{
    enum { EACH = SANITIZED ? 60 : 600 };
    static double x[MOST];
    unsigned needed[EACH], found = 0, fixed = 0, wrong = 0;
    struct stats_rng r;
    struct stats_looks *l = looks_of(pairs);
    stats_rng_init(&r, 23);
    for (unsigned t = 0; t < EACH; t++) {
        int way;
        for (unsigned i = 0; i < pairs; i++)
            x[i] = log1p(effect) + sd * normal(&r);
        needed[t] = excludes(l, x, &way);
        found += way > 0;
        wrong += way < 0;
        fixed += stats_sign_test(x, pairs) <= 0.05;
        needed[t] = needed[t] ? needed[t] : pairs;
    }
    stats_looks_free(l);
    qsort(needed, EACH, sizeof *needed, ascending);
    *here = (double)found / EACH;
    *once = (double)fixed / EACH;
    print_message("  +%.0f %%  sd %.0f %%  %4u pairs   %5.1f %% (once %5.1f %%)  median %4u; wrong sign %.1f %%\n",
                  100 * effect, 100 * sd, pairs, 100 * *here, 100 * *once, needed[EACH / 2], 100.0 * wrong / EACH);
    assert_true(wrong <= EACH / 100);
}

/* At 25 ms a pair 120 pairs are 3 s, 400 are 10 s. */
static void test_power(void **state)
{
    (void)state;
    print_message("a difference found within so many pairs\n");
    for (int sd = 1; sd <= 6; sd++) {
        double here, once;
        power(0.02, sd / 100.0, 120, &here, &once);
        assert_true(here >= once - 0.06);
        assert_true(sd > 4 || here >= 0.95);
        power(0.01, sd / 100.0, 400, &here, &once);
        assert_true(here >= once - 0.06);
        assert_true(sd > 4 || here >= 0.9);
    }
    double here, once;
    power(0.1, 0.02, 400, &here, &once); /* a large difference ends a long run early */
    power(0.5, 0.05, 10, &here, &once);
    assert_true(here == 1);
}

/* All looks of a run hold together. */
static void test_coverage_of_all_looks(void **state)
{
    (void)state;
    enum { SETS = SANITIZED ? 60 : 1000, N = 120 };
    double x[N], truth = log(1.03);
    struct stats_rng r;
    struct stats_looks *l = looks_of(N);
    unsigned held = 0;
    stats_rng_init(&r, 25);
    for (unsigned t = 0; t < SETS; t++) {
        bool all = true;
        for (unsigned n = 0; n < N; n++) {
            struct stats_interval now;
            stats_insert(x, n, truth + 0.02 * of_heavy_tail(0, &r));
            if (stats_sequence_interval(l, x, n + 1, &now))
                all &= now.lower <= truth && truth <= now.upper;
        }
        held += all;
    }
    stats_looks_free(l);
    print_message("all of %d looks hold the ratio in %.1f %% of runs\n", N, 100.0 * held / SETS);
    assert_true(1 - (double)held / SETS <= at_most(0.05, SETS));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_false_alarms),
        cmocka_unit_test(test_budget),
        cmocka_unit_test(test_naive),
        cmocka_unit_test(test_power),
        cmocka_unit_test(test_coverage_of_all_looks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
