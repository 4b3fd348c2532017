/* SPDX-License-Identifier: MIT */
/* Change-points: the search against one that skips nothing, how often chance alone makes a change, how often a real one
 * is found; and what a series of segments is called. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <errno.h>
#include <math.h>

#include "harness/stats/changepoint.h"
#include "harness/stats/distribution.h"
#include "harness/stats/rng.h"
#include "harness/stats/variance.h"

enum { MOST = 300 };

static double normal(struct stats_rng *r)
{
    double size = sqrt(-2 * log(stats_rng_uniform(r)));
    return size * cos(2 * M_PI * stats_rng_uniform(r));
}

/* The cost that changepoint.h defines, written anew and slowly. Slices differ. */
static double slow_cost(const double *score, unsigned from, unsigned to)
{
    double n = to - from, mean = 0, variance = 0;
    for (unsigned i = from; i < to; i++)
        mean += score[i] / n;
    for (unsigned i = from; i < to; i++)
        variance += (score[i] - mean) * (score[i] - mean) / n;
    double v = fmax(variance, 0.05);
    return n * (log(v) + variance / v);
}

static void slow_scores(const double *x, unsigned n, double *score)
{
    for (unsigned i = 0; i < n; i++) {
        unsigned rank = 0;
        for (unsigned j = 0; j < n; j++)
            rank += x[j] < x[i];
        score[i] = stats_normal_quantile((rank + 0.5) / n);
    }
}

/* The least penalised cost of all segmentations. */
static double slow_optimum(const double *score, unsigned n, double penalty)
{
    double best[MOST + 1] = {-penalty};
    for (unsigned to = 1; to <= n; to++) {
        best[to] = INFINITY;
        for (unsigned from = 0; from + STATS_LEAST_SEGMENT <= to; from++)
            best[to] = fmin(best[to], best[from] + slow_cost(score, from, to) + penalty);
    }
    return best[n];
}

static void test_optimum(void **state)
{
    (void)state;
    struct stats_rng r;
    unsigned several = 0;
    stats_rng_init(&r, 31);
    for (unsigned t = 0; t < 200; t++) {
        unsigned n = 10 + stats_rng_below(&r, 90), at[MOST];
        double x[MOST], score[MOST], mean = 0, sd = 1, penalty = 1 + 15 * stats_rng_uniform(&r);
        for (unsigned i = 0; i < n; i++) {
            if (!stats_rng_below(&r, 15)) {
                mean = 4 * normal(&r);
                sd = exp(normal(&r));
            }
            x[i] = mean + sd * normal(&r);
        }
        int found = stats_changepoints(x, n, penalty, at);
        assert_true(found >= 0);
        slow_scores(x, n, score);
        double total = penalty * found;
        for (int i = 0; i <= found; i++) {
            unsigned from = i ? at[i - 1] : 0, to = i < found ? at[i] : n;
            assert_true(from + STATS_LEAST_SEGMENT <= to);
            total += slow_cost(score, from, to);
        }
        assert_true(fabs(total - slow_optimum(score, n, penalty)) < 1e-9); /* places can differ: equal costs exist */
        several += found > 2;
    }
    assert_true(several > 40);
}

static double of_normal(struct stats_rng *r)
{
    return normal(r);
}

static double of_heavy_tail(struct stats_rng *r)
{
    return tan(M_PI * (stats_rng_uniform(r) - 0.5));
}

static double of_two_values(struct stats_rng *r)
{
    return stats_rng_uniform(r) < 0.1;
}

static void test_false_changes(void **state)
{
    (void)state;
    enum { RUNS = 1500 };
    static double (*const draws[])(struct stats_rng *) = {of_normal, of_heavy_tail, of_two_values};
    static const char *const names[] = {"normal", "heavy tails", "two values"};
    static const unsigned sizes[] = {STATS_LEAST_SLICES, 50, 100, 200};
    struct stats_rng r;
    stats_rng_init(&r, 32);
    for (size_t d = 0; d < sizeof draws / sizeof *draws; d++)
        for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
            double x[MOST];
            unsigned at[MOST], found = 0, n = sizes[s], runs = RUNS;
            for (unsigned t = 0; t < runs; t++) {
                for (unsigned i = 0; i < n; i++)
                    x[i] = draws[d](&r);
                found += stats_changepoints(x, n, stats_change_penalty(n), at) > 0;
            }
            print_message("%-12s %3u slices: %.2f %% show a change\n", names[d], n, 100.0 * found / runs);
            assert_true(found <= 0.015 * runs); /* about 0.5 %, and what chance adds to it */
        }
}

/* The first tenth slower by so many standard deviations. */
static void test_found(void **state)
{
    (void)state;
    enum { RUNS = 300, N = 100 };
    static const struct {
        double by, least;
    } cases[] = {{2, 0.9}, {3, 0.98}};
    struct stats_rng r;
    stats_rng_init(&r, 33);
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        double x[N];
        unsigned at[N], found = 0;
        for (unsigned t = 0; t < RUNS; t++) {
            for (unsigned i = 0; i < N; i++)
                x[i] = normal(&r) + (i < N / 10 ? cases[c].by : 0);
            int changes = stats_changepoints(x, N, stats_change_penalty(N), at);
            found += changes > 0 && at[changes - 1] >= 6 && at[changes - 1] <= 14;
        }
        print_message("a tenth slower by %.0f sd: found, within 4 slices, in %.1f %%\n", cases[c].by,
                      100.0 * found / RUNS);
        assert_true(found >= cases[c].least * RUNS);
    }
}

static enum stats_course course_of(const double levels[3], const unsigned lengths[3], double noise, unsigned *steady)
{
    double x[MOST], scratch[MOST];
    unsigned n = 0, at[MOST];
    enum stats_course course;
    struct stats_rng r;
    stats_rng_init(&r, 34);
    for (int part = 0; part < 3; part++)
        for (unsigned i = 0; i < lengths[part]; i++)
            x[n++] = levels[part] * (1 + noise * normal(&r));
    int changes = stats_changepoints(x, n, stats_change_penalty(n), at);
    assert_true(changes >= 0);
    assert_int_equal(stats_course(x, n, at, (unsigned)changes, 0.02, scratch, &course, steady), 0);
    return course;
}

static void test_course(void **state)
{
    (void)state;
    static const struct {
        double levels[3];
        unsigned lengths[3];
        enum stats_course course;
        unsigned from;
    } cases[] = {
        {{1, 1, 1}, {30, 30, 30}, STATS_FLAT, 0},
        {{1.5, 1.2, 1}, {15, 15, 60}, STATS_WARM_UP, 30},
        {{1, 1, 1.3}, {20, 20, 50}, STATS_SLOW_DOWN, 40},
        {{1.5, 0.9, 1}, {20, 20, 50}, STATS_SLOW_DOWN, 40}, /* some earlier segment was quicker */
        {{1, 1.3, 1.6}, {50, 40, 10}, STATS_UNSTEADY, 100},
        {{1.01, 1, 1.005}, {30, 30, 30}, STATS_FLAT, 0},   /* changes, none of which matters */
        {{1.5, 1, 1.01}, {20, 40, 12}, STATS_WARM_UP, 20}, /* the last two are one state */
    };
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        unsigned from = 0;
        enum stats_course course = course_of(cases[c].levels, cases[c].lengths, 0.001, &from);
        assert_string_equal(stats_course_names[course], stats_course_names[cases[c].course]);
        assert_int_equal(from, cases[c].from);
    }
}

static void test_edges(void **state)
{
    (void)state;
    double x[MOST] = {0}, scratch[MOST];
    unsigned at[MOST], from;
    enum stats_course course;
    assert_int_equal(stats_changepoints(x, 0, 5, at), 0);
    assert_int_equal(stats_changepoints(x, 100, 5, at), 0); /* all equal */
    for (unsigned i = 0; i < 9; i++)
        x[i] = i < 4 ? 0.001 * i : 9 + 0.001 * i;
    assert_int_equal(stats_changepoints(x, 9, 0, at), 0); /* no room for two segments */
    assert_int_equal(stats_course(x, STATS_LEAST_SLICES - 1, at, 0, 0.02, scratch, &course, &from), -ENODATA);
    for (unsigned i = 0; i < MOST; i++)
        x[i] = i == 150 ? 1e9 : (double)(i * 7919 % 101); /* one outlier is no state */
    assert_int_equal(stats_changepoints(x, MOST, stats_change_penalty(MOST), at), 0);
}

/* Processes that differ by 2, values inside them by 1: the split says so, and how long a trial should be. */
static void test_variance(void **state)
{
    (void)state;
    enum { TRIALS = 60, VALUES = 5 };
    static double x[TRIALS * VALUES];
    unsigned len[TRIALS];
    struct stats_rng r;
    struct stats_variance v;
    stats_rng_init(&r, 35);
    double sum_between = 0, sum_within = 0;
    for (unsigned t = 0; t < 50; t++) {
        for (unsigned i = 0; i < TRIALS; i++) {
            double own = 10 + 2 * normal(&r);
            len[i] = VALUES;
            for (unsigned j = 0; j < VALUES; j++)
                x[i * VALUES + j] = own + normal(&r);
        }
        assert_true(stats_variance_split(&(struct stats_groups){x, len, TRIALS}, &v));
        sum_between += v.between / 50;
        sum_within += v.within / 50;
        assert_true(v.between_share > 0.6 && fabs(v.between_share + v.within_share - 1) < 1e-12);
    }
    assert_true(fabs(sum_between - 4) < 0.4 && fabs(sum_within - 1) < 0.05); /* both unbiased */
    v.between = 4;
    v.within = 1;
    assert_int_equal(stats_best_len(&v, 100, 1, 50), 5); /* sqrt(100 / 4) */
    assert_int_equal(stats_best_len(&v, 1, 100, 50), 1);
    assert_int_equal(stats_best_len(&v, 1e6, 1, 50), 50);
    v.between = -0.1;
    assert_int_equal(stats_best_len(&v, 100, 1, 50), 50);
    len[0] = 1;
    assert_false(stats_variance_split(&(struct stats_groups){x, len, 1}, &v));
    assert_true(v.mean == x[0] && isnan(v.between));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_optimum), cmocka_unit_test(test_false_changes), cmocka_unit_test(test_found),
        cmocka_unit_test(test_course),  cmocka_unit_test(test_edges),         cmocka_unit_test(test_variance),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
