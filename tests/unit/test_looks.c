/* SPDX-License-Identifier: MIT */
/* Alpha spending, exactly: the chance of an error over all courses that a run can take, the interval and the p that go
 * with it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "harness/stats/order.h"
#include "harness/stats/rng.h"
#include "tests/unit/looks.h"

/* Under sanitizers fewer: what they look for shows in each. */
enum { SANITIZED = sizeof CONTEND_SANITIZE > 1 };

static double normal(struct stats_rng *r)
{
    double size = sqrt(-2 * log(stats_rng_uniform(r)));
    return size * cos(2 * M_PI * stats_rng_uniform(r));
}

static double coarse(struct stats_rng *r)
{
    return round(0.7 * normal(r));
}

/* All courses that a short run can take, each as likely as any other: the share in which some look excludes 0 at each
 * of the levels that p can take is at most that level, and at 95 % nearly all of it is made use of. */
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

/* The chance that fair coins win at some look what p of at most `alpha` needs, on one side, added up over all courses.
 */
static double chance(const struct stats_looks *l, double alpha)
{
    static double p[4000];
    double sum = 0;
    unsigned n = stats_looks_count(l);
    assert_true(n + 2 <= sizeof p / sizeof *p);
    memset(p, 0, sizeof p);
    p[0] = 1;
    for (unsigned i = 1; i <= n; i++) {
        for (unsigned w = i; w > 0; w--)
            p[w] = (p[w] + p[w - 1]) / 2;
        p[0] /= 2;
        for (unsigned w = stats_looks_least_at(l, i, alpha); w <= i; w++) {
            sum += p[w];
            p[w] = 0;
        }
    }
    return sum;
}

/* However a run is used up, at every level that p can take: the chance of an error is at most that level, what excludes
 * at a level does at those above it, and of a long run's error nearly all is made use of. */
static void test_schedules(void **state)
{
    (void)state;
    enum { SCHEDULES = SANITIZED ? 6 : 30, N = SANITIZED ? 200 : 1000 };
    struct stats_rng r;
    stats_rng_init(&r, 27);
    for (unsigned t = 0; t < SCHEDULES; t++) {
        struct stats_looks *l = stats_looks_new(0.95);
        double used = 0, last = 1, shape = 3 * stats_rng_uniform(&r);
        unsigned n = t ? 20 + stats_rng_below(&r, N) : N;
        for (unsigned i = 1; i <= n; i++) {
            used = t ? used + (1 - used) * pow(stats_rng_uniform(&r), shape) * 3 / n : (double)i / n;
            assert_int_equal(stats_looks_add(l, i == n ? 1 : used), 0);
        }
        for (double alpha = 0.8; alpha > 1e-8; alpha /= 1.5) {
            double c = 2 * chance(l, alpha);
            assert_true(c <= alpha);
            for (unsigned i = 1; i <= n; i++)
                assert_true(stats_looks_least_at(l, i, alpha) >= stats_looks_least_at(l, i, last));
            last = alpha;
        }
        double c = 2 * chance(l, 0.05);
        assert_true(c > 0.03 && (t || c > 0.0485));
        assert_int_equal(stats_looks_least(l, n), stats_looks_least_at(l, n, 0.05));
        stats_looks_free(l);
    }
}

/* At the end all of the error is given out: the last look of so short a run excludes what one look would. */
static void test_end(void **state)
{
    (void)state;
    for (unsigned n = 6; n <= 8; n++) {
        struct stats_looks *l = looks_of(n);
        assert_int_equal(stats_looks_least(l, n), n);
        assert_int_equal(stats_looks_least_at(l, n, 0.8), n - 2);
        stats_looks_free(l);
    }
}

static unsigned beyond(const double *x, unsigned n, double centre, double side)
{
    unsigned k = 0;
    for (unsigned i = 0; i < n; i++)
        k += side * (x[i] - centre) > 0;
    return k;
}

/* The interval is what is not excluded: just outside it is, just inside it is not. Of fewer values than there were
 * looks, and of more, which there is nothing to say of. */
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
            x[k] = 5 + (t % 2 ? coarse(&r) : normal(&r));
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
    for (unsigned n = 20; n <= 64; n += 44) { /* 64: as many as there is room for at first */
        l = looks_of(n);
        for (unsigned k = 0; k <= n; k++)
            x[k] = 1 + k;
        assert_true(stats_sequence_interval(l, x, n, &i));
        assert_false(stats_sequence_interval(l, x, n + 1, &i)); /* there was no such look */
        assert_true(isnan(i.lower) && stats_sequence_p(l, x, n + 1) == 1);
        stats_looks_free(l);
    }
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
    assert_true(last < 1e-8);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_course), cmocka_unit_test(test_schedules), cmocka_unit_test(test_end),
        cmocka_unit_test(test_interval),     cmocka_unit_test(test_p),         cmocka_unit_test(test_used),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
