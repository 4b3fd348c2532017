/* SPDX-License-Identifier: MIT */
/* Do the intervals hold the truth as often as they say? By simulation of independent values, heavy tails included, with
 * fixed seeds: the bar of 93 to 97 % at a nominal 95 %, and the level that each interval states for itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <math.h>

#include "harness/stats/distribution.h"
#include "harness/stats/order.h"
#include "harness/stats/quantile.h"
#include "harness/stats/ratio.h"
#include "harness/stats/rng.h"

/* Under sanitizers fewer runs, which tell no better: what they look for shows in each. */
enum { SANITIZED = sizeof CONTEND_SANITIZE > 1 };
enum { RUNS = SANITIZED ? 500 : 4000, MOST = 2000 };

enum noise { NORMAL, STUDENT2, CAUCHY, LOGNORMAL, SPIKES, NOISES };
static const char *const noise_names[NOISES] = {"normal", "t with 2 degrees", "Cauchy", "log-normal",
                                                "normal with a tenth 10 times as wide"};

static double normal(struct stats_rng *r)
{
    double size = sqrt(-2 * log(stats_rng_uniform(r)));
    return size * cos(2 * M_PI * stats_rng_uniform(r));
}

/* All but the log-normal are symmetric about 0; its median is 1. */
static double draw(enum noise kind, struct stats_rng *r)
{
    switch (kind) {
    case STUDENT2:
        return normal(r) / sqrt(-log(stats_rng_uniform(r)));
    case CAUCHY:
        return tan(M_PI * (stats_rng_uniform(r) - 0.5));
    case LOGNORMAL:
        return exp(normal(r));
    case SPIKES:
        return normal(r) * (stats_rng_uniform(r) < 0.1 ? 10 : 1);
    default:
        return normal(r);
    }
}

static double true_quantile(enum noise kind, double q)
{
    double z = stats_normal_quantile(q), a = 2 * q - 1;
    switch (kind) {
    case STUDENT2:
        return a * sqrt(2 / (1 - a * a));
    case CAUCHY:
        return tan(M_PI * (q - 0.5));
    case LOGNORMAL:
        return exp(z);
    default:
        return z;
    }
}

static void expect(const char *what, const char *noise, unsigned n, unsigned held, unsigned runs, double stated)
{
    double share = (double)held / runs, sd = sqrt(stated * (1 - stated) / runs);
    print_message("%-40s %-38s n %4u: %.1f %% (stated %.1f %%)\n", what, noise, n, 100 * share, 100 * stated);
    assert_true(SANITIZED || (share >= 0.93 && share <= 0.97));
    assert_true(fabs(share - stated) <= 4 * sd + 0.01); /* 0.01: for those that are approximate */
}

static void test_quantiles(void **state)
{
    (void)state;
    static const struct {
        double q;
        unsigned n;
    } cases[] = {{0.5, 12}, {0.5, 25}, {0.5, 100}, {0.9, 200}, {0.99, 600}, {0.99, 2000}};
    struct stats_rng r;
    double x[MOST];
    stats_rng_init(&r, 11);
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++)
        for (enum noise kind = NORMAL; kind < SPIKES; kind++) {
            unsigned held = 0, n = cases[c].n, runs = n > 500 ? RUNS / 4 : RUNS;
            double truth = true_quantile(kind, cases[c].q);
            struct stats_interval i;
            for (unsigned t = 0; t < runs; t++) {
                for (unsigned k = 0; k < n; k++)
                    x[k] = draw(kind, &r);
                stats_sort(x, n);
                assert_true(stats_quantile_interval(x, n, cases[c].q, 0.95, &i));
                held += i.lower <= truth && truth <= i.upper;
            }
            expect(cases[c].q == 0.5   ? "median"
                   : cases[c].q == 0.9 ? "p90"
                                       : "p99",
                   noise_names[kind], n, held, runs, i.level);
        }
}

/* b takes 3 % longer than a; each block is slower or faster as a whole, which pairs must take out. */
static void test_paired_ratio(void **state)
{
    (void)state;
    static const unsigned sizes[] = {12, 25, 61};
    struct stats_rng r;
    double a[MOST], b[MOST], d[MOST];
    stats_rng_init(&r, 12);
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
        for (enum noise kind = NORMAL; kind < NOISES; kind++) {
            unsigned held[2] = {0}, n = sizes[s];
            struct stats_interval i[2];
            for (unsigned t = 0; t < RUNS; t++) {
                for (unsigned k = 0; k < n; k++) {
                    double block = exp(0.2 * normal(&r));
                    a[k] = block * exp(1e-4 * draw(kind, &r));
                    b[k] = block * exp(1e-4 * draw(kind, &r)) / 1.03;
                }
                for (enum stats_ratio_method m = STATS_SIGN; m <= STATS_HODGES_LEHMANN; m++) {
                    assert_int_equal(stats_log_ratios(a, b, n, d), n);
                    assert_true(stats_paired_ratio(d, n, m, 0.95, &i[m]));
                    held[m] += i[m].lower <= 1.03 && 1.03 <= i[m].upper;
                }
            }
            expect("ratio of pairs, sign", noise_names[kind], n, held[0], RUNS, i[0].level);
            expect("ratio of pairs, Hodges-Lehmann", noise_names[kind], n, held[1], RUNS, i[1].level);
        }
}

enum { VALUES = 5, TRIALS = 20 };

/* Trials that differ by a tenth (log-normal, so skewed), and values inside each by a twentieth; mean 1 * scale. */
static void trials(double *x, unsigned n, double scale, struct stats_rng *r)
{
    for (unsigned i = 0; i < n; i++) {
        double own = scale * exp(0.1 * normal(r) - 0.005);
        for (unsigned j = 0; j < VALUES; j++)
            x[i * VALUES + j] = own * exp(0.05 * normal(r) - 0.00125);
    }
}

/* An ordinary interval over all values, as if they were trials of their own, would miss far too often: why a trial
 * counts as one value. */
static void test_pooled_is_wrong(void **state)
{
    (void)state;
    enum { SETS = SANITIZED ? 120 : 1000 };
    double x[TRIALS * VALUES];
    unsigned held = 0;
    struct stats_rng r;
    stats_rng_init(&r, 15);
    for (unsigned t = 0; t < SETS; t++) {
        struct stats_interval i;
        trials(x, TRIALS, 1, &r);
        stats_sort(x, TRIALS * VALUES);
        assert_true(stats_quantile_interval(x, TRIALS * VALUES, 0.5, 0.95, &i));
        double median = exp(-0.005 - 0.00125);
        held += i.lower <= median && median <= i.upper;
    }
    print_message("median of pooled values of trials: %.1f %%\n", 100.0 * held / SETS);
    assert_true(held < 0.85 * SETS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_quantiles), cmocka_unit_test(test_paired_ratio),

                                       cmocka_unit_test(test_pooled_is_wrong)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
