/* SPDX-License-Identifier: MIT */
/* Looking after every pair: the confidence sequence keeps its word where an ordinary test doesn't; what it finds, and
 * what one look at the end would. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>

#include "harness/stats/order.h"
#include "harness/stats/rng.h"
#include "harness/stats/sequence.h"

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

/* The looks of a run of so many pairs. */
static struct stats_looks *looks_of(unsigned pairs)
{
    struct stats_looks *l = stats_looks_new(0.95);
    assert_non_null(l);
    for (unsigned i = 0; i < pairs; i++)
        assert_int_equal(stats_looks_add(l, (i + 1.0) / pairs), 0);
    return l;
}

/* After which pair a look excludes 0, and which way; 0: none does. */
static unsigned excludes(const struct stats_looks *l, const double *x, int *way)
{
    unsigned above = 0, below = 0;
    for (unsigned n = 1; n <= stats_looks_count(l); n++) {
        above += x[n - 1] > 0;
        below += x[n - 1] < 0;
        *way = above >= stats_looks_least(l, n) ? 1 : below >= stats_looks_least(l, n) ? -1 : 0;
        if (*way)
            return n;
    }
    return 0;
}

/* All courses that a short run can take, each as likely as any other: the share in which some look excludes 0 at each of
 * the levels that p can take is at most that level, and at 95 % nearly all of it is made use of. */
static void test_every_course(void **state)
{
    (void)state;
    static const double budget[] = {0.01, 0.02, 0.3, 0.31, 0.31, 0.5, 0.6, 0.6, 0.7, 0.8, 0.9, 0.95, 0.97, 1, 1, 1};
    enum { N = sizeof budget / sizeof *budget };
    for (int even = 0; even < 2; even++) {
        struct stats_looks *l = even ? looks_of(N) : stats_looks_new(0.95);
        unsigned wrong = 0, n_p = 0, counts[1 << 8] = {0};
        double p_of[1 << 8];
        for (unsigned i = 0; !even && i < N; i++)
            assert_int_equal(stats_looks_add(l, budget[i]), 0);
        for (unsigned course = 0; course < 1 << N; course++) {
            double x[N], least = 1;
            int way;
            for (unsigned i = 0; i < N; i++) {
                x[i] = course >> i & 1 ? 1 : -1;
                least = fmin(least, stats_sequence_p(l, x, i + 1));
            }
            bool out = excludes(l, x, &way) > 0;
            assert_int_equal(out, least <= 1 - 0.95);
            wrong += out;
            unsigned k = 0;
            while (k < n_p && p_of[k] != least)
                k++;
            assert_true(k < sizeof counts / sizeof *counts);
            p_of[k] = least;
            counts[k]++;
            n_p += k == n_p;
        }
        print_message("every course of %d pairs, %s: %.2f %% exclude 0 at some look\n", N,
                      even ? "evenly used up" : "by a budget", 100.0 * wrong / (1 << N));
        assert_true(wrong <= 0.05 * (1 << N) && wrong > 0.03 * (1 << N));
        for (unsigned k = 0; k < n_p; k++) {
            unsigned as_small = 0;
            for (unsigned i = 0; i < n_p; i++)
                as_small += p_of[i] <= p_of[k] ? counts[i] : 0;
            assert_true(as_small <= p_of[k] * (1 << N));
        }
        stats_looks_free(l);
    }
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
            assert_int_equal(stats_looks_add(l, fmax(n / (double)PAIRS, spent + pair > budget ? 1 : spent / budget)), 0);
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

/* Runs of up to MOST pairs with a difference: which share finds it, here and by one sign test after the last pair; after
 * how many pairs at the median. */
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

static unsigned beyond(const double *x, unsigned n, double centre, double side)
{
    unsigned k = 0;
    for (unsigned i = 0; i < n; i++)
        k += side * (x[i] - centre) > 0;
    return k;
}

/* The interval is what is not excluded: just outside it is, just inside it is not. With values missing, too. */
static void test_interval(void **state)
{
    (void)state;
    double x[100];
    struct stats_rng r;
    struct stats_interval i;
    struct stats_looks *l = looks_of(100);
    stats_rng_init(&r, 24);
    for (unsigned t = 0; t < 80; t++) {
        unsigned n = 10 + t, least = stats_looks_least(l, n);
        for (unsigned k = 0; k < n; k++)
            x[k] = 5 + (t % 2 ? of_coarse_clock(0, &r) : normal(&r));
        stats_sort(x, n);
        assert_true(stats_sequence_interval(l, x, n, &i));
        assert_true(i.lower <= i.estimate && i.estimate <= i.upper && fabs(i.level - 0.95) < 1e-12);
        assert_true(beyond(x, n, i.lower - 1e-9, 1) >= least && beyond(x, n, i.upper + 1e-9, -1) >= least);
        assert_true(beyond(x, n, i.lower, 1) < least && beyond(x, n, i.upper, -1) < least);
    }
    assert_false(stats_sequence_interval(l, x, 0, &i));
    assert_true(isnan(i.estimate) && isnan(i.lower));
    assert_true(stats_sequence_p(l, x, 0) == 1);
    for (unsigned k = 0; k < 3; k++)
        x[k] = k;
    assert_false(stats_sequence_interval(l, x, 3, &i));
    assert_true(i.estimate == 1 && isnan(i.lower) && isnan(i.upper));
    stats_looks_free(l);
    l = looks_of(20);
    assert_false(stats_sequence_interval(l, x, 21, &i)); /* there was no such look */
    assert_true(isnan(i.lower) && stats_sequence_p(l, x, 21) == 1);
    stats_looks_free(l);
}

/* p: small for what is one-sided, 1 for what is not, the same for both sides; and ties count for neither. */
static void test_p(void **state)
{
    (void)state;
    double up[40], down[40], ties[40], mixed[40];
    struct stats_looks *l = looks_of(40);
    for (unsigned i = 0; i < 40; i++) {
        up[i] = i + 1;
        down[i] = -1 - (double)i;
        ties[i] = 0;
        mixed[i] = i % 2 ? 1 : -1;
    }
    double last = 1;
    for (unsigned n = 1; n <= 40; n++) {
        double p = stats_sequence_p(l, up, n), once = pow(0.5, n - 1.0);
        assert_true(p == stats_sequence_p(l, down, n));
        assert_true(p <= last && p >= once && (n < 5 || p < 1));
        assert_true(stats_sequence_p(l, ties, n) == 1 && stats_sequence_p(l, mixed, n & ~1u) == 1);
        last = p;
    }
    assert_true(last < 1e-9);
    stats_looks_free(l);
}

/* What is used up only grows: a look that claims less is taken for no less than the one before, and gives nothing out
 * that was given out before. */
static void test_used(void **state)
{
    (void)state;
    struct stats_looks *all = stats_looks_new(0.95), *back = stats_looks_new(0.95);
    for (unsigned i = 1; i <= 60; i++) {
        assert_int_equal(stats_looks_add(all, i < 30 ? 0.5 : i / 60.0), 0);
        assert_int_equal(stats_looks_add(back, i == 1 ? 0.5 : i < 30 ? 0.1 : i / 60.0), 0);
        assert_int_equal(stats_looks_least(all, i), stats_looks_least(back, i));
        assert_true(i == 1 || stats_looks_least(all, i) >= stats_looks_least(all, i - 1));
    }
    assert_int_equal(stats_looks_count(all), 60);
    stats_looks_free(all);
    stats_looks_free(back);
    stats_looks_free(NULL);
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
        cmocka_unit_test(test_interval),
        cmocka_unit_test(test_p),
        cmocka_unit_test(test_used),
        cmocka_unit_test(test_every_course),
        cmocka_unit_test(test_false_alarms),
        cmocka_unit_test(test_budget),
        cmocka_unit_test(test_naive),
        cmocka_unit_test(test_power),
        cmocka_unit_test(test_coverage_of_all_looks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
