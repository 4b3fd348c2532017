/* SPDX-License-Identifier: MIT */
/* What lies between two runs, on floors whose truth is known: do intervals hold as often as they say, and where nothing
 * is known, is nothing told? */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants those first */
#include <cmocka.h>

#include "harness/insight/between.h"
#include "tests/unit/made_two.h"

enum { PAIRS = 2000, FLOOR_S = 3600 };
static const double LEVEL = 0.95;

/* Two runs of 10 blocks in so many visits, the second `lag_s` after the first; and all that is asked of them. */
struct pair {
    struct made a, b;
    struct between between;
    double scratch[4 * MADE_BLOCKS + 4];
};

static void pair_init(struct pair *p, unsigned visits, double lag_s)
{
    made_init(&p->a, 1, 10, visits, 1e6);
    made_init(&p->b, 1, 10, visits, 1e6 + lag_s);
    assert_int_equal(between_init(&p->between, &p->a.s, &p->b.s), 0);
}

static struct between_known ask(const struct kept_floor *f, const struct pair *p)
{
    struct between_known k;
    assert_int_equal(between_ask(f, &f->cells[0], &p->between, &k), 0);
    return k;
}

static const struct stats_spread none = {NAN, 0};

/* What shares of pairs that lie anywhere on the recording `f` have an interval with the truth in it. */
static double coverage(const struct kept_floor *f, struct pair *p, double lag_s, const struct between_known *known,
                       struct stats_rng *r)
{
    unsigned n = 0, inside = 0;
    for (unsigned tries = 0; n < PAIRS && tries < 10 * PAIRS; tries++) {
        struct stats_two two;
        struct stats_interval i;
        double start_s = stats_rng_uniform(r) * f->at_s[f->n - 1];
        if (!between_place(f, &f->cells[0], &p->between, start_s, lag_s, p->scratch, &two))
            continue;
        struct between_spread s = between_judge(&p->between, &two, none, known, known ? known->inside : NAN);
        between_ratio(&two, &s, LEVEL, &i);
        assert_true(s.how != BETWEEN_NOTHING && i.lower <= i.estimate && i.estimate <= i.upper);
        inside += i.lower <= 1 && 1 <= i.upper;
        n++;
    }
    assert_int_equal(n, PAIRS);
    return 100. * inside / n;
}

/* The pairs are of another recording of the same noise: 20 hours, so that they share little time. */
static void test_white_noise(void **state)
{
    static struct pair p;
    struct stats_rng r;
    (void)state;
    stats_rng_init(&r, 1);
    struct kept_floor f = made_floor(FLOOR_S, 1), other = made_floor(20 * FLOOR_S, 1);
    made_white(&f, 0.01, &r);
    made_white(&other, 0.01, &r);
    for (unsigned visits = 1; visits <= 5; visits += 4) {
        double lag_s = visits == 1 ? 30 : 100;
        pair_init(&p, visits, lag_s);
        struct between_known k = ask(&f, &p);
        double by_floor = coverage(&other, &p, lag_s, &k, &r);
        printf("white noise, %u visits: stretch %.3f, %.1f %% of intervals hold\n", visits, k.stretch, by_floor);
        assert_true(k.stretch >= 1 && k.stretch < 1.25 && by_floor >= 92 && by_floor <= 98);
        assert_true(!k.why && k.places >= 10 && k.prior.df > 0 && k.prior.df <= k.places);
        if (visits > 1) { /* a visit is the middle of 2 blocks */
            double by_visits = coverage(&other, &p, lag_s, NULL, &r);
            printf("  by the visits alone %.1f %%\n", by_visits);
            assert_true(by_visits >= 92 && by_visits < 99.5);
            assert_true(k.prior.s2 > 0.6 * 0.00005 && k.prior.s2 < 1.5 * 0.00005);
        }
        between_release(&p.between);
    }
    kept_floor_release(&f);
    kept_floor_release(&other);
}

/* The machine is at one of two speeds, for longer than a run takes: within a run there is nothing to be seen of it. */
static void test_regimes(void **state)
{
    static struct pair p;
    struct stats_rng r;
    (void)state;
    stats_rng_init(&r, 2);
    struct kept_floor f = made_floor(4 * FLOOR_S, 1), other = made_floor(40 * FLOOR_S, 1);
    made_white(&f, 0.002, &r);
    made_regimes(&f, 0.05, 200, &r);
    made_white(&other, 0.002, &r);
    made_regimes(&other, 0.05, 200, &r);
    for (unsigned visits = 1; visits <= 5; visits += 4) {
        double lag_s = visits == 1 ? 40 : 100;
        pair_init(&p, visits, lag_s);
        struct between_known k = ask(&f, &p);
        double by_floor = coverage(&other, &p, lag_s, &k, &r);
        printf("regimes, %u visits: stretch %.3f, %.1f %% of intervals hold\n", visits, k.stretch, by_floor);
        assert_true(k.stretch > 1.2 && by_floor >= 90 && by_floor <= 99.5);
        if (visits > 1) { /* which see too little of it, and a floor that tells so */
            double by_visits = coverage(&other, &p, lag_s, NULL, &r);
            printf("  by the visits alone %.1f %%\n", by_visits);
            assert_true(by_visits < by_floor);
        }
        between_release(&p.between);
    }
    kept_floor_release(&f);
    kept_floor_release(&other);
}

/* On a floor that gets faster all the time, what was measured later is faster, whichever of the two that is. */
static void test_b_before_a(void **state)
{
    static struct pair p;
    struct stats_two two;
    (void)state;
    struct kept_floor f = made_floor(1000, 1);
    for (unsigned i = 0; i < f.n; i++)
        f.cells[0].log[i] = 0.001 * i;
    for (double lag_s = -100; lag_s <= 100; lag_s += 200) {
        pair_init(&p, 5, lag_s);
        assert_true(p.between.lag_s == 100 && p.between.side[1].at_s[0] == lag_s);
        assert_true(between_place(&f, &f.cells[0], &p.between, 50, lag_s, p.scratch, &two));
        assert_true(fabs(two.shift - 0.001 * lag_s) < 1e-9 && two.own.df == 8);
        assert_true(fabs(p.between.span_s - 2 * 48) < 1e-9 && fabs(p.between.longest_s - 149) < 1e-9);
        struct between_known k = ask(&f, &p);
        assert_true(k.prior.df > 0 && k.stretch > 1); /* by a drift that the visits' spread does not allow for */
        between_release(&p.between);
    }
    kept_floor_release(&f);
}

/* A recording whose first block is not at 0 (the second half of one, say) tells the same. */
static void test_shifted_floor(void **state)
{
    static struct pair p;
    struct stats_rng r;
    (void)state;
    stats_rng_init(&r, 3);
    struct kept_floor f = made_floor(1200, 1);
    made_white(&f, 0.01, &r);
    pair_init(&p, 5, 100);
    struct between_known k = ask(&f, &p);
    for (unsigned i = 0; i < f.n; i++)
        f.at_s[i] += 1200;
    struct between_known later = ask(&f, &p);
    assert_true(k.places == later.places && k.reach_s == later.reach_s && k.prior.df == later.prior.df);
    assert_true(fabs(k.prior.s2 / later.prior.s2 - 1) < 1e-6 && fabs(k.stretch / later.stretch - 1) < 1e-6);
    between_release(&p.between);
    kept_floor_release(&f);
}

static struct between_spread judge(struct pair *p, double shift, double s2, const struct between_known *k,
                                   struct stats_interval *i)
{
    struct stats_two two = {shift, 0.4, {s2, p->between.side[0].visits > 1 ? 8 : 0}};
    struct between_spread s = between_judge(&p->between, &two, none, k, k ? k->inside : NAN);
    double prob = between_ratio(&two, &s, LEVEL, i);
    assert_true(!isnan(prob) == !isnan(i->lower) && !isnan(i->lower) == !isnan(i->upper));
    assert_true(fabs(i->estimate / exp(shift) - 1) < 1e-12);
    return s;
}

/* Nothing is told beyond ten times the time that was watched; within that the interval widens. */
static void test_reach(void **state)
{
    static struct pair p;
    struct stats_rng r;
    struct stats_interval i;
    double before = 0;
    (void)state;
    stats_rng_init(&r, 4);
    struct kept_floor f = made_floor(600, 1);
    made_white(&f, 0.01, &r);
    for (double lag_s = 100; lag_s < 1e5; lag_s *= 3) { /* by the floor of ten minutes */
        pair_init(&p, 1, lag_s);
        struct between_known k = ask(&f, &p);
        struct between_spread s = judge(&p, 0.01, NAN, &k, &i);
        assert_true((s.how == BETWEEN_FLOOR) == (lag_s <= k.reach_s));
        assert_true(k.reach_s > 1900 && k.reach_s < 6000);
        if (s.how == BETWEEN_NOTHING)
            assert_true(isnan(i.lower) && strstr(s.why, "began") && strstr(s.why, "this floor tells for"));
        else
            assert_true(s.stretch / k.stretch >= before && i.lower < i.upper);
        before = s.how == BETWEEN_NOTHING ? before : s.stretch / k.stretch;
        between_release(&p.between);
    }
    assert_true(before > 1.2); /* the last that it told of is more than what it watched away */
    before = BETWEEN_STRETCH;
    for (double lag_s = 50; lag_s < 1e5; lag_s *= 3) { /* by the visits, which span 96 s together */
        pair_init(&p, 5, lag_s);
        struct between_spread s = judge(&p, 0.01, 1e-4, NULL, &i);
        assert_true((s.how == BETWEEN_VISITS) == (lag_s <= BETWEEN_VISITS_REACH * 96));
        if (s.how == BETWEEN_NOTHING)
            assert_true(isnan(i.lower) && strstr(s.why, "their visits tell for 3.2 min at most"));
        else
            assert_true(s.stretch >= before);
        before = s.how == BETWEEN_NOTHING ? before : s.stretch;
        between_release(&p.between);
    }
    assert_true(before > 1.05 * BETWEEN_STRETCH);
    kept_floor_release(&f);
}

/* A floor that is alike everywhere but has a hole: what lies over it is no place. */
static void test_holes(void **state)
{
    static struct pair p;
    struct stats_rng r;
    struct stats_two two;
    (void)state;
    stats_rng_init(&r, 5);
    struct kept_floor f = made_floor(3000, 0.1);
    made_white(&f, 0.01, &r);
    pair_init(&p, 1, 30);
    f.at_s[2999] = 1000; /* 300 s without a hole, then 700 s of nothing */
    assert_true(between_place(&f, &f.cells[0], &p.between, 200, 30, p.scratch, &two));
    assert_false(between_place(&f, &f.cells[0], &p.between, 290, 30, p.scratch, &two));
    assert_false(between_place(&f, &f.cells[0], &p.between, 500, 30, p.scratch, &two));
    assert_false(between_place(&f, &f.cells[0], &p.between, -5, 30, p.scratch, &two));
    struct between_known k = ask(&f, &p);
    assert_true(!k.why && k.prior.df > 0 && k.stretch < 1.5);
    f.at_s[2999] = 5000;
    k = ask(&f, &p);
    assert_string_equal(k.why, "the floor has too many holes");
    assert_true(k.prior.df == 0);
    between_release(&p.between);
    kept_floor_release(&f);
}

/* One of these runs alone takes more than a third of it. */
static void test_too_short(void **state)
{
    static struct pair p;
    struct stats_rng r;
    struct stats_interval i;
    (void)state;
    stats_rng_init(&r, 6);
    struct kept_floor f = made_floor(140, 1);
    made_white(&f, 0.01, &r);
    pair_init(&p, 5, 100);
    struct between_known k = ask(&f, &p);
    assert_true(k.prior.df == 0 && k.why && strstr(k.why, "too short"));
    assert_int_equal(judge(&p, 0.01, 1e-4, &k, &i).how, BETWEEN_VISITS);
    between_release(&p.between);
    pair_init(&p, 1, 100); /* that are shorter fit, laid nearer to each other than they are */
    k = ask(&f, &p);
    assert_true(k.prior.df > 0 && !k.why);
    between_release(&p.between);
    f.n = 15;
    pair_init(&p, 1, 20);
    k = ask(&f, &p);
    assert_true(k.prior.df == 0 && strstr(k.why, "too short"));
    struct between_spread s = judge(&p, 0.01, NAN, &k, &i);
    assert_true(s.how == BETWEEN_NOTHING && s.why == k.why && isnan(i.upper));
    between_release(&p.between);
    kept_floor_release(&f);
}

/* Whatever the time between two runs, a floor that they can be laid on nearer to each other holds them three times. */
static void test_far_apart(void **state)
{
    static struct pair p;
    struct stats_rng r;
    (void)state;
    stats_rng_init(&r, 8);
    for (unsigned seed = 0; seed < 200; seed++) {
        struct kept_floor f = made_floor(400 + stats_rng_below(&r, 1000), 0.5 + stats_rng_uniform(&r));
        pair_init(&p, 1, 1000 + 100000 * stats_rng_uniform(&r));
        made_white(&f, 0.01, &r);
        struct between_known k = ask(&f, &p);
        assert_true(!k.why && k.places == 3);
        between_release(&p.between);
        kept_floor_release(&f);
    }
}

/* Visits that spread far more than the floor's: it is of another state of the machine, and not asked. */
static void test_floor_does_not_fit(void **state)
{
    static struct pair p;
    struct stats_rng r;
    struct stats_interval wide, narrow;
    (void)state;
    stats_rng_init(&r, 7);
    struct kept_floor f = made_floor(FLOOR_S, 1);
    made_white(&f, 0.01, &r);
    pair_init(&p, 5, 100);
    struct between_known k = ask(&f, &p);
    assert_int_equal(judge(&p, 0.01, 0.00005, &k, &narrow).how, BETWEEN_BOTH);
    struct between_spread s = judge(&p, 0.01, 0.005, &k, &wide);
    assert_true(s.how == BETWEEN_VISITS && s.of.s2 == 0.005 && wide.lower < 0.9 && narrow.lower > 0.98);
    between_release(&p.between);
    pair_init(&p, 1, 30); /* one visit each: by how noisy the trials are within the run */
    k = ask(&f, &p);
    const struct stats_two two = {0.01, 2, none};
    s = between_judge(&p.between, &two, none, &k, 3 * k.inside);
    assert_true(s.how == BETWEEN_FLOOR && fabs(s.of.s2 / k.prior.s2 - 9) < 1e-6);
    s = between_judge(&p.between, &two, none, &k, k.inside / 3); /* it is not made narrower by that */
    assert_true(s.of.s2 == k.prior.s2);
    between_release(&p.between);
    kept_floor_release(&f);
}

static void test_nothing(void **state)
{
    static struct pair p;
    struct stats_interval i;
    (void)state;
    struct kept_floor f = made_floor(FLOOR_S, 1);
    pair_init(&p, 1, 30);
    struct between_spread s = judge(&p, 0.01, NAN, NULL, &i);
    assert_true(s.how == BETWEEN_NOTHING && isnan(i.lower));
    assert_string_equal(s.why, "one visit each and no floor: use --visits 5, compare --live, or verify --long");
    assert_string_equal(between_how_names[s.how], "none");
    between_release(&p.between);
    for (unsigned side = 0; side < 2; side++) { /* a run without a trial */
        made_init(&p.a, 1, 10, 5, 0);
        made_init(&p.b, 1, 10, 5, 100);
        for (unsigned b = 0; b < 10; b++)
            (side ? p.b.at_s : p.a.at_s)[b] = NAN;
        assert_int_equal(between_init(&p.between, &p.a.s, &p.b.s), 0);
        assert_true(p.between.side[side].n == 0 && p.between.side[side].visits == 0);
        assert_true(p.between.side[1 - side].visits == 5 && p.between.lag_s == 0);
        struct between_known k = ask(&f, &p);
        assert_string_equal(k.why, "a run has no trial");
        struct stats_two two = stats_two_groups(NULL, 0, p.scratch, 5);
        s = between_judge(&p.between, &two, none, &k, NAN);
        assert_true(s.how == BETWEEN_NOTHING && s.why == k.why && isnan(between_ratio(&two, &s, LEVEL, &i)));
        between_release(&p.between);
    }
    kept_floor_release(&f);
}

/* A visit's value is the middle of its blocks; blocks that were not begun, or have no good trial, are left out. */
static void test_values(void **state)
{
    static struct pair p;
    double x[10] = {3, 9, NAN, 4, 5, 6, NAN, NAN, 7, 1}, out[5], want[4] = {6, 4, 5.5, 4};
    (void)state;
    made_init(&p.a, 1, 10, 5, 50);
    made_init(&p.b, 1, 10, 1, 80);
    p.a.at_s[4] = NAN;
    p.a.at_s[0] = NAN;
    assert_int_equal(between_init(&p.between, &p.a.s, &p.b.s), 0);
    assert_true(p.between.side[0].n == 8 && p.between.side[0].visits == 5);
    want[0] = 9;
    want[2] = 6;
    assert_int_equal(between_values(&p.between.side[0], x, out, p.scratch), 4); /* the fourth has none */
    for (unsigned i = 0; i < 4; i++)
        assert_true(out[i] == want[i]);
    between_release(&p.between);
    assert_int_equal(between_init_again(&p.between, &p.a.s, 25), 0);
    assert_true(p.between.side[0].visits == 5 && p.between.side[1].visits == 5);
    assert_true(p.between.lag_s == 48 + 25 && p.between.longest_s == 48 + 25 + 48); /* from block 1 to block 9: 48 s */
    between_release(&p.between);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_white_noise),
        cmocka_unit_test(test_regimes),
        cmocka_unit_test(test_b_before_a),
        cmocka_unit_test(test_shifted_floor),
        cmocka_unit_test(test_reach),
        cmocka_unit_test(test_holes),
        cmocka_unit_test(test_too_short),
        cmocka_unit_test(test_far_apart),
        cmocka_unit_test(test_floor_does_not_fit),
        cmocka_unit_test(test_nothing),
        cmocka_unit_test(test_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
