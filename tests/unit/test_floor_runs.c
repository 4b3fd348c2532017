/* SPDX-License-Identifier: MIT */
/* Plain runs judged by a floor alone that is not quite theirs: noisier than it, long next to it, or of faster blocks;
 * floors that tell nothing; what a floor tells of one run alone, and other cells of one cell. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants those first */
#include <cmocka.h>

#include "harness/insight/again.h"
#include "harness/insight/between.h"
#include "harness/insight/compare.h"
#include "harness/insight/runs.h"
#include "tests/unit/made_two.h"

enum { BLOCKS = 10, SEEDS = 20, DRAWS = 20 };
static const double NOISE = 0.01;
static const struct stats_spread none = {NAN, 0};

static struct runs compare(const struct made *a, const struct made *b, const struct kept_floor *floor)
{
    struct runs r;
    struct err e = {0};
    static struct runs_floor f;
    f = (struct runs_floor){.kept = floor, .name = "made", .why = "none"};
    assert_int_equal(runs_compare(&a->s, &b->s, 0.02, &f, &r, &e), 0);
    return r;
}

/* A run of one visit whose blocks begin so far apart. */
static void make(struct made *m, double start_s, double block_s)
{
    made_init(m, 1, BLOCKS, 1, start_s);
    for (unsigned i = 0; i < BLOCKS; i++)
        m->at_s[i] = start_s + i * block_s;
}

/* What of B was measured before A is the same, the other way round. */
static void check_mirrored(const struct made *a, const struct made *b, const struct kept_floor *f,
                           const struct estimate *was)
{
    struct runs r = compare(b, a, f);
    const struct estimate *now = &r.matched[0].ratio;
    assert_true(fabs(was->lower * now->upper - 1) < 1e-9 && fabs(was->upper * now->lower - 1) < 1e-9);
    runs_release(&r);
}

/* The share of identical pairs that are told apart by floors of so many blocks, in %. */
static double wrong_share(unsigned blocks, double step_s, double block_s, double gap_s, double noise_a, double noise_b)
{
    static struct made a, b;
    struct stats_rng rng;
    unsigned wrong = 0;
    stats_rng_init(&rng, blocks);
    for (unsigned seed = 0; seed < SEEDS; seed++) {
        struct kept_floor f = made_floor(blocks, step_s);
        made_white(&f, NOISE, &rng);
        for (unsigned i = 0; i < DRAWS; i++) {
            make(&a, 1e6, block_s);
            make(&b, 1e6 + BLOCKS * block_s + gap_s, block_s);
            made_noise(&a, 0, 0, noise_a, &rng);
            made_noise(&b, 0, 0, noise_b, &rng);
            struct runs r = compare(&a, &b, &f);
            const struct estimate x = r.matched[0].ratio;
            assert_string_equal(r.matched[0].estimate_from, "floor");
            runs_release(&r);
            wrong += x.lower > 1 || x.upper < 1;
            if (!i)
                check_mirrored(&a, &b, &f, &x);
        }
        kept_floor_release(&f);
    }
    return 100. * wrong / (SEEDS * DRAWS);
}

static void test_noisier(void **state)
{
    (void)state;
    for (int both = 0; both < 2; both++) {
        double share = wrong_share(1800, 1, 1, 30, both ? 5 * NOISE : NOISE, 5 * NOISE);
        printf("%s 5 times as noisy as the floor: %.1f %% told apart\n", both ? "both" : "B", share);
        assert_true(share <= 10);
    }
}

/* Ten blocks of the run in the time of one of the floor, which lies between the two as well. */
static void test_faster_blocks(void **state)
{
    static struct made a, b;
    struct between pair;
    struct stats_two two;
    double scratch[4 * BLOCKS];
    (void)state;
    struct kept_floor f = made_floor(100, 0.5);
    for (unsigned i = 0; i < f.n; i++)
        f.cells[0].log[i] = i;
    make(&a, 1e6, 0.05);
    make(&b, 1e6 + 0.6, 0.05);
    assert_int_equal(between_init(&pair, &a.s, &b.s), 0);
    for (double at_s = 0; at_s < 30; at_s += 0.7) { /* no block counts in both, nor twice in one */
        assert_true(between_place(&f, &f.cells[0], &pair, at_s, pair.lag_s, scratch, &two));
        assert_true(fabs(two.shift - BLOCKS) < 1e-9);
    }
    assert_false(between_place(&f, &f.cells[0], &pair, 45, pair.lag_s, scratch, &two));
    between_release(&pair);
    kept_floor_release(&f);
    for (unsigned blocks = 240; blocks <= 3600; blocks *= 15) {
        double share = wrong_share(blocks, 0.5, 0.05, 0.1, NOISE, NOISE);
        printf("blocks ten times as fast as those of a floor of %u: %.1f %% told apart\n", blocks, share);
        assert_true(share <= 9);
    }
}

/* What drifts, and comes back in about that time. */
static void make_drift(struct kept_floor *f, double in_s, struct stats_rng *r)
{
    double x = 0;
    const double keep = exp(-1. / in_s);
    made_white(f, NOISE / 10, r);
    for (unsigned i = 0; i < f->n; i++) {
        f->cells[0].log[i] += x;
        x = keep * x + sqrt(1 - keep * keep) * NOISE * made_normal(r);
    }
}

/* ln of how far two runs of so long lie apart in 95 %, by the floor; NaN: it can't be told, *why. */
static double apart_by(const struct kept_floor *f, double run_s, double *again, const char **why)
{
    static struct made a, b;
    struct between pair;
    struct between_known k;
    struct stats_interval i;
    const struct stats_two two = {0, 2, none};
    const struct runs_floor floor = {.kept = f, .name = "made"};
    make(&a, 1e6, run_s / (BLOCKS - 1));
    make(&b, 1e6 + run_s + 30, run_s / (BLOCKS - 1));
    assert_int_equal(between_init(&pair, &a.s, &b.s), 0);
    assert_int_equal(between_ask_cell(f, "null", &pair, &k), 0);
    struct between_spread s = between_judge(&pair, &two, none, &k, k.inside);
    between_ratio(&two, &s, INTERVAL_LEVEL, &i);
    between_release(&pair);
    assert_int_equal(again_find(&a.s, &floor), 0);
    assert_int_equal(a.s.again.unknown, isnan(a.s.again.most) ? 1 : 0);
    *again = log1p(a.s.again.most);
    *why = s.why;
    return log(i.upper);
}

static void test_long_runs(void **state)
{
    enum { FLOORS = 20, FLOOR_S = 3600 };
    static const double parts[] = {1. / 60, 1. / 30, 1. / 15, 1. / 7, 1. / 4};
    struct stats_rng rng;
    double mean[5] = {0}, mean_again[5] = {0}, again;
    const char *why;
    (void)state;
    stats_rng_init(&rng, 3);
    for (unsigned n = 0; n < FLOORS; n++) {
        struct kept_floor f = made_floor(FLOOR_S, 1);
        make_drift(&f, 3000, &rng); /* the further runs lie apart, the more they differ */
        for (unsigned i = 0; i < ARRAY_LEN(parts); i++) {
            mean[i] += apart_by(&f, FLOOR_S * parts[i], &again, &why) / FLOORS;
            mean_again[i] += again / FLOORS;
        }
        assert_string_equal(why, "the floor is too short for runs this long: record a longer one (verify --long)");
        kept_floor_release(&f);
    }
    for (unsigned i = 0; i < 4; i++) {
        printf("runs of 1/%.0f of the floor: within %.2f %%, the same again within %.2f %%\n", 1 / parts[i],
               100 * mean[i], 100 * mean_again[i]);
        assert_true(!i || (mean[i] > mean[i - 1] && mean_again[i] > mean_again[i - 1]));
    }
    assert_true(isnan(mean[4]) && isnan(mean_again[4])); /* they do not fit three times */
}

/* Visits that are alike for a while: few floors are long next to two such runs, and still 95 % of intervals hold. */
static void test_few_places(void **state)
{
    enum { FLOORS = 15, LONG_S = 36000 };
    static struct made a, b;
    struct between pair;
    struct between_known k;
    struct stats_rng rng;
    struct stats_interval i;
    double scratch[8 * BLOCKS];
    unsigned n = 0, held = 0;
    (void)state;
    stats_rng_init(&rng, 6);
    made_init(&a, 1, BLOCKS, 5, 1e6);
    made_init(&b, 1, BLOCKS, 5, 1e6 + 100);
    assert_int_equal(between_init(&pair, &a.s, &b.s), 0);
    for (unsigned seed = 0; seed < FLOORS; seed++) {
        struct kept_floor f = made_floor(3600, 1), other = made_floor(LONG_S, 1);
        make_drift(&f, 50, &rng);
        make_drift(&other, 50, &rng);
        assert_int_equal(between_ask(&f, &f.cells[0], &pair, &k), 0);
        for (double at_s = 0; at_s < LONG_S - 200; at_s += 60) {
            struct stats_two two;
            assert_true(between_place(&other, &other.cells[0], &pair, at_s, 100, scratch, &two));
            struct between_spread s = between_judge(&pair, &two, none, &k, k.inside);
            between_ratio(&two, &s, INTERVAL_LEVEL, &i);
            held += i.lower <= 1 && 1 <= i.upper;
            n++;
        }
        kept_floor_release(&f);
        kept_floor_release(&other);
    }
    between_release(&pair);
    printf("visits and floor, of noise that lasts: %.1f %% of intervals hold\n", 100. * held / n);
    assert_true(held >= 0.93 * n && held <= 0.98 * n);
}

/* Nothing is told that is not known, least of all that nothing differs. */
static void test_nothing_known(void **state)
{
    static struct made m;
    struct runs_floor floor = {.name = "made", .why = "none is kept here"};
    struct between pair;
    struct between_known k;
    (void)state;
    struct kept_floor f = made_floor(3600, 1);
    made_init(&m, 2, BLOCKS, 1, 1e6);
    assert_int_equal(again_find(&m.s, &floor), 0);
    assert_true(isnan(m.s.again.most) && strstr(m.s.again.why, "none is kept here"));
    floor.kept = &f; /* whose values are all the same */
    assert_int_equal(again_find(&m.s, &floor), 0);
    assert_true(m.s.again.unknown == 2 && isnan(m.s.again.most) && isnan(m.s.again.least));
    assert_int_equal(between_init_again(&pair, &m.s, AGAIN_AFTER_S), 0);
    assert_int_equal(between_ask_cell(&f, "null", &pair, &k), 0);
    assert_string_equal(k.why, "the floor's values do not vary, or not as rates do");
    assert_true(k.prior.df == 0);
    for (unsigned i = 0; i < f.n; i++) /* of which it has none */
        f.cells[0].log[i] = NAN;
    assert_int_equal(between_ask_cell(&f, "null", &pair, &k), 0);
    assert_true(k.why && k.prior.df == 0);
    between_release(&pair);
    struct stats_rng rng;
    stats_rng_init(&rng, 4);
    for (unsigned i = 0; i < f.n; i++)
        f.cells[0].log[i] = NOISE * made_normal(&rng);
    f.cells[0].workload = "sleep";
    f.cells[0].family = "io";
    assert_int_equal(again_find(&m.s, &floor), 0);
    assert_true(m.s.again.unknown == 2 && isnan(m.s.again.most) && strstr(m.s.again.why, "knows nothing"));
    m.cells[1].workload = "sleep"; /* one of the two is known */
    assert_int_equal(again_find(&m.s, &floor), 0);
    assert_true(m.s.again.unknown == 1 && m.s.again.most > 0.001 && m.s.again.least == m.s.again.most);
    assert_true(m.s.again.most_cell == 1 && m.s.again.least_cell == 1);
    kept_floor_release(&f);
}

/* Others come and go on the floor, too: a load as large as it has seen between two such runs is in its spread. */
static void test_load_of_floor(void **state)
{
    static struct made a, b;
    struct stats_rng rng;
    (void)state;
    stats_rng_init(&rng, 5);
    struct kept_floor f = made_floor(3600, 1);
    made_white(&f, NOISE, &rng);
    for (int seen = 0; seen < 3; seen++) {
        for (unsigned i = 0; i < f.n; i++)
            f.foreign[i] = seen == 2 ? (double)NAN : seen && i / 40 % 2 ? 2 : 0;
        make(&a, 1e6, 1);
        make(&b, 1e6 + 40, 1);
        for (unsigned i = 0; i < BLOCKS; i++)
            b.foreign_ns[i] = 1.5e9;
        struct runs r = compare(&a, &b, &f);
        assert_true(r.other_load == (seen != 1) && !r.matched[0].widened == !r.other_load);
        runs_release(&r);
    }
    kept_floor_release(&f);
}

/* What other cells of the family tell is heeded where this one may be as they are, and not where it is far noisier, or
 * far quieter. */
static void test_other_cells(void **state)
{
    static struct made a, b;
    struct between pair;
    const struct stats_spread family = {1e-4, 8};
    (void)state;
    made_init(&a, 1, BLOCKS, 5, 1e6);
    made_init(&b, 1, BLOCKS, 5, 1e6 + 100);
    assert_int_equal(between_init(&pair, &a.s, &b.s), 0);
    for (double s2 = 1e-7; s2 < 0.1; s2 *= 10) {
        const struct stats_two two = {0, 0.4, {s2, 8}};
        struct between_spread s = between_judge(&pair, &two, family, NULL, NAN);
        bool alike = s2 > 0.9e-4 && s2 < 1.1e-4;
        assert_true(s.how == BETWEEN_VISITS && s.of.df == (alike ? 16 : 8) && fabs(s.of.s2 / s2 - 1) < 1e-9);
    }
    between_release(&pair);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_noisier),     cmocka_unit_test(test_faster_blocks), cmocka_unit_test(test_long_runs),
        cmocka_unit_test(test_few_places),  cmocka_unit_test(test_nothing_known), cmocka_unit_test(test_load_of_floor),
        cmocka_unit_test(test_other_cells),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
