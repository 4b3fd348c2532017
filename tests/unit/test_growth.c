/* SPDX-License-Identifier: MIT */
/* Whether work is done, from CPU times that are made up: sound, removed, small, and noisy ones of each. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "harness/experiment/growth.h"
#include "harness/stats/rng.h"

enum { SANITIZED = sizeof CONTEND_SANITIZE > 1, RUNS = SANITIZED ? 500 : 5000 };

#define MS 1e6

/* Box and Muller. */
static double normal(struct stats_rng *rng)
{
    double u = stats_rng_uniform(rng), v = stats_rng_uniform(rng);
    return sqrt(-2 * log(u)) * cos(2 * 3.14159265358979 * v);
}

/* Pairs until there is an answer. `noise`: the standard deviation of a CPU time's logarithm, 0.3 for a factor of 1.35;
 * now and then all that follows is 1.4 times as long, or no longer so, as where neighbours come and go. */
static enum growth_answer answer_of(double less_ns, double more_ns, double noise, unsigned most, struct stats_rng *rng,
                                    unsigned *pairs)
{
    enum growth_answer a = GROWTH_OPEN;
    struct growth g;
    double regime = 1, side[2] = {less_ns, more_ns};
    assert_int_equal(growth_init(&g, most, most > 2 ? 3 : 1.6), 0);
    while (a == GROWTH_OPEN) {
        double ns[2];
        for (unsigned k = 0; k < 2; k++) {
            unsigned which = growth_more_first(&g) ? 1 - k : k;
            if (noise > 0 && stats_rng_uniform(rng) < 0.1)
                regime = regime > 1 ? 1 : 1.4;
            ns[which] = side[which] * regime * exp(noise * normal(rng));
        }
        assert_int_equal(growth_add(&g, ns[0], ns[1], &a), 0);
    }
    assert_true(g.n <= most);
    *pairs = g.n;
    growth_release(&g);
    return a;
}

static void test_quiet(void **state)
{
    (void)state;
    struct stats_rng rng;
    unsigned pairs;
    stats_rng_init(&rng, 1);
    assert_int_equal(answer_of(20 * MS, 40 * MS, 0, 2, &rng, &pairs), GROWTH_IS_DONE);
    assert_int_equal(pairs, 2);
    assert_int_equal(answer_of(20 * MS, 20 * MS, 0, 2, &rng, &pairs), GROWTH_CANNOT_TELL);   /* two are never enough */
    assert_int_equal(answer_of(0.2 * MS, 0.4 * MS, 0, 2, &rng, &pairs), GROWTH_CANNOT_TELL); /* so small a difference */
    assert_int_equal(answer_of(0.2 * MS, 0.4 * MS, 0, GROWTH_PAIRS, &rng, &pairs), GROWTH_IS_DONE);
    assert_int_equal(answer_of(20 * MS, 20 * MS, 0, GROWTH_PAIRS, &rng, &pairs), GROWTH_IS_NONE);
    assert_true(pairs > 2);
    assert_int_equal(answer_of(20 * MS, 28 * MS, 0, GROWTH_PAIRS, &rng, &pairs), GROWTH_CANNOT_TELL);
    assert_int_equal(pairs, GROWTH_PAIRS);
}

/* One pair that is clear by chance is no evidence. */
static void test_one_clear_pair(void **state)
{
    (void)state;
    enum growth_answer a;
    struct growth g;
    assert_int_equal(growth_init(&g, GROWTH_PAIRS, 3), 0);
    assert_int_equal(growth_add(&g, 20 * MS, 200 * MS, &a), 0);
    assert_int_equal(a, GROWTH_OPEN);
    for (unsigned i = 1; i < GROWTH_PAIRS && a == GROWTH_OPEN; i++)
        assert_int_equal(growth_add(&g, 20 * MS, 20 * MS, &a), 0);
    assert_int_equal(a, GROWTH_IS_NONE);
    growth_release(&g);
}

/* Nor is a disturbance that makes any trials that follow each other five times as long. */
static void test_one_burst(void **state)
{
    (void)state;
    for (unsigned begin = 0; begin < 12; begin++)
        for (unsigned end = begin + 1; end <= 12; end++) {
            enum growth_answer a = GROWTH_OPEN;
            struct growth g;
            assert_int_equal(growth_init(&g, GROWTH_PAIRS, 3), 0);
            for (unsigned trial = 0; a == GROWTH_OPEN; trial += 2) {
                double first = trial >= begin && trial < end ? 100 * MS : 20 * MS;
                double second = trial + 1 >= begin && trial + 1 < end ? 100 * MS : 20 * MS;
                bool more_first = growth_more_first(&g);
                assert_int_equal(growth_add(&g, more_first ? second : first, more_first ? first : second, &a), 0);
            }
            assert_int_equal(a, GROWTH_IS_NONE);
            growth_release(&g);
        }
}

struct counts {
    unsigned by[GROWTH_CANNOT_TELL + 1];
};

static struct counts many(double times, double noise, unsigned most, uint64_t seed)
{
    struct counts c = {{0}};
    struct stats_rng rng;
    unsigned pairs;
    stats_rng_init(&rng, seed);
    for (unsigned i = 0; i < RUNS; i++)
        c.by[answer_of(20 * MS, times * 20 * MS, noise, most, &rng, &pairs)]++;
    print_message("[          ] %.2f times, noise %.2f, %u pairs: done %u, none %u, cannot tell %u\n", times, noise,
                  most, c.by[GROWTH_IS_DONE], c.by[GROWTH_IS_NONE], c.by[GROWTH_CANNOT_TELL]);
    return c;
}

/* At a level of 99.9 %, at most a thousandth or so is wrong; far fewer where the truth lies far from the threshold. */
static void test_noise_accuses_nobody(void **state)
{
    (void)state;
    static const double noises[] = {0.02, 0.1, 0.3, 0.6};
    for (unsigned i = 0; i < sizeof noises / sizeof noises[0]; i++) {
        assert_int_equal(many(8, noises[i], GROWTH_PAIRS, 10 + i).by[GROWTH_IS_NONE], 0);
        assert_int_equal(many(2, noises[i], GROWTH_PAIRS, 20 + i).by[GROWTH_IS_NONE], 0);
        assert_true(many(GROWTH_LEAST, noises[i], GROWTH_PAIRS, 30 + i).by[GROWTH_IS_NONE] <= RUNS / 500);
    }
}

/* Whether removed work passes by chance: through two clear pairs, so nearly never at the noise of CPU times. */
static void test_noise_lets_little_pass(void **state)
{
    (void)state;
    static const struct {
        double noise;
        unsigned most_done;
    } rows[] = {{0.02, 2}, {0.1, 2}, {0.2, RUNS / 100}};
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct counts c = many(1, rows[i].noise, GROWTH_PAIRS, 40 + i);
        assert_true(c.by[GROWTH_IS_DONE] <= rows[i].most_done);
        assert_true(many(1, rows[i].noise, 2, 50 + i).by[GROWTH_IS_DONE] <= rows[i].most_done);
    }
    assert_true(many(1, 0.02, GROWTH_PAIRS, 60).by[GROWTH_IS_NONE] > RUNS * 99 / 100);
    assert_true(many(1, 0.1, GROWTH_PAIRS, 61).by[GROWTH_IS_NONE] > RUNS * 99 / 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_quiet),
        cmocka_unit_test(test_one_clear_pair),
        cmocka_unit_test(test_one_burst),
        cmocka_unit_test(test_noise_accuses_nobody),
        cmocka_unit_test(test_noise_lets_little_pass),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
