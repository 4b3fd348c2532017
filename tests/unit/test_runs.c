/* SPDX-License-Identifier: MIT */
/* Two runs against each other, on throughputs whose truth is known: how cells are matched, which design is taken, and
 * the two sides of a live comparison. Runs at two times: test_runs_apart.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants those first */
#include <cmocka.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/workload.h"
#include "harness/base/base.h"
#include "harness/insight/runs.h"
#include "harness/report/compare.h"
#include "tests/unit/made_two.h"

enum { BLOCKS = 60, CELLS = 3 };

/* A run of CELLS cells that differ in their model, each throughput up to 5 % faster than `speed`. */
static void make(struct made *m, unsigned blocks, double speed, uint64_t seed)
{
    static const char *const names[CELLS] = {"serial", "threads", "async"};
    made_init(m, CELLS, blocks, 1, 100 * (double)seed);
    for (unsigned c = 0; c < CELLS; c++) {
        m->cells[c].model = names[c];
        m->cells[c].workers = 1;
        for (unsigned b = 0; b < blocks; b++)
            m->throughput[c * blocks + b] = speed * (1 + 0.05 * (double)(mix64(seed * 1000003 + c * BLOCKS + b) >> 11) /
                                                             (double)(UINT64_C(1) << 53));
    }
}

/* The two sides of one live comparison, or, if it is not that, two runs by themselves. */
static void make_both(struct made *a, struct made *b, unsigned blocks, double speed_b, bool live)
{
    make(a, blocks, 100, 1);
    make(b, blocks, speed_b, 2);
    a->plan.pair.id = b->plan.pair.id = live;
    b->plan.pair.side = 1;
}

/* The bar is that of 5 %, with four standard deviations of room for 400 draws. */
static void test_identical_sides(void **state)
{
    static struct made a, b;
    unsigned wrong = 0;
    (void)state;
    for (uint64_t i = 0; i < 400; i++) {
        struct runs r;
        struct err e = {0};
        make(&a, BLOCKS, 100, 2 * i + 1);
        make(&b, BLOCKS, 100, 2 * i + 2);
        a.plan.pair.id = b.plan.pair.id = 1;
        b.plan.pair.side = 1;
        assert_int_equal(runs_compare(&a.s, &b.s, 0.0001, NULL, &r, &e), 0);
        assert_true(r.paired);
        wrong += r.counts[VERDICT_FASTER] + r.counts[VERDICT_SLOWER] > 0;
        runs_release(&r);
    }
    printf("identical sides told apart in one of %d cells: %u of 400\n", CELLS, wrong);
    assert_true(wrong <= 38);
}

/* 10 % slower: side by side that is seen. Two plain runs at two times give the same ratio, but nothing tells how far
 * identical ones lie apart, so there is no interval, no verdict, and no slow-down that is excluded. */
static void test_known_ratio(void **state)
{
    static struct made a, b;
    struct runs r;
    struct err e = {0};
    (void)state;
    for (int paired = 0; paired < 2; paired++) {
        make_both(&a, &b, 40, 90, paired);
        assert_int_equal(runs_compare(&a.s, &b.s, 0.02, NULL, &r, &e), 0);
        assert_int_equal(r.counts[paired ? VERDICT_SLOWER : VERDICT_INCONCLUSIVE], CELLS);
        for (unsigned i = 0; i < CELLS; i++) {
            const struct comparison *c = &r.matched[i];
            assert_true(c->ratio.median > 0.88 && c->ratio.median < 0.92 && c->ratio.n && !c->withheld);
            assert_string_equal(c->estimate_from, paired ? "pairs" : "none");
            assert_true(!isnan(c->ratio.lower) == !!paired && !isnan(runs_not_excluded(c)) == !!paired);
            if (paired) {
                assert_true(c->ratio.lower < 0.91 && c->ratio.upper > 0.89);
                assert_true(fabs(runs_not_excluded(c) - (1 - c->ratio.lower)) < 1e-12);
            } else {
                assert_string_equal(c->ratio.why,
                                    "one visit each and no floor: use --visits 5, compare --live, or verify --long");
            }
            assert_true(runs_regressed(&r, c, 0.05) == (paired == 1) && !runs_regressed(&r, c, 0.2));
        }
        assert_true(r.speed[CANARY_CHAIN].median == 1 && !r.too_few);
        runs_release(&r);
    }
}

/* What is said of the two in time, and what would give a verdict where there was none. */
static void test_caution(void **state)
{
    static struct made a, b;
    struct runs r;
    struct err e = {0};
    char text[CAUTION_MOST], what[CAUTION_MOST];
    (void)state;
    for (unsigned visits = 1; visits <= 5; visits += 4)
        for (int live = 0; live < 2; live++) {
            make_both(&a, &b, 40, 90, live);
            a.plan.visits = b.plan.visits = live ? 1 : visits;
            assert_int_equal(runs_compare(&a.s, &b.s, 0.02, NULL, &r, &e), 0);
            compare_caution(text, sizeof text, &r);
            assert_true(!live == !strstr(text, "side by side"));
            assert_true(!live == !!strstr(text, visits > 1 ? "100 s apart, in 5 visits each." : "100 s apart. "));
            assert_true(!live == !!strstr(text, "no floor: no floor was asked for"));
            assert_true((!live && visits == 1) == compare_what_to_do(what, sizeof what, &r));
            if (!live && visits == 1)
                assert_true(strstr(what, "No verdict on 3 cells") && strstr(what, "--live") &&
                            strstr(what, "--visits 5") && strstr(what, "verify --long"));
            runs_release(&r);
        }
}

/* The largest slow-down that an interval leaves, in words that a person reads. */
static void test_not_excluded(void **state)
{
    static const struct {
        double lower;
        const char *text;
    } cases[] = {{1.1, "none"},    {1, "none"},         {0.9999, "≤ 0.01 %"}, {0.904, "≤ 9.6 %"}, {0.5, "≤ 50 %"},
                 {0.02, "≤ 98 %"}, {0.004, "≤ 99.6 %"}, {0.00001, "≤ 100 %"}, {NAN, "any"}};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char text[32];
        const struct comparison c = {.ratio = {.n = 3, .lower = cases[i].lower, .upper = 2}};
        compare_not_excluded(text, sizeof text, &c);
        assert_string_equal(text, cases[i].text);
    }
    const struct comparison withheld = {.ratio = {.n = 3, .lower = 0.9, .upper = 2}, .withheld = "a reason"};
    assert_true(isnan(runs_not_excluded(&withheld)));
}

/* The two sides of a live comparison, equal but for these; the verdict of their first cell. */
static enum verdict verdict_of(double speed_b, double canary_b, unsigned failed_b, const char **withheld,
                               bool *regressed)
{
    static struct made a, b;
    struct runs r;
    struct err e = {0};
    make_both(&a, &b, 40, speed_b, true);
    for (unsigned k = 0; k < CANARIES; k++)
        for (unsigned i = 0; i < 40; i++)
            b.canaries[k][i] = canary_b;
    b.sums[0].failed = failed_b;
    for (unsigned i = 0; i < failed_b; i++)
        b.throughput[3 * i] = NAN;
    assert_int_equal(runs_compare(&a.s, &b.s, 0.02, NULL, &r, &e), 0);
    enum verdict v = r.matched[0].verdict;
    *withheld = r.matched[0].withheld;
    *regressed = runs_regressed(&r, &r.matched[0], 0);
    char note[NOTE_MOST];
    runs_note(&r, &r.matched[0], note, sizeof note);
    assert_true(!failed_b == !strstr(note, "10 of 40 trials failed in B"));
    runs_release(&r);
    return v;
}

/* Side by side what a canary saw does not matter; no verdict is for the side that failed more often. */
static void test_withheld(void **state)
{
    const char *why;
    bool regressed;
    (void)state;
    assert_int_equal(verdict_of(90, 1000 / 0.9, 0, &why, &regressed), VERDICT_SLOWER);
    assert_true(!why && regressed);
    assert_int_equal(verdict_of(90, NAN, 0, &why, &regressed), VERDICT_SLOWER);
    assert_true(!why && regressed);
    assert_int_equal(verdict_of(200, 1000, 0, &why, &regressed), VERDICT_FASTER);
    assert_true(!why && !regressed);
    assert_int_equal(verdict_of(200, 1000, 10, &why, &regressed), VERDICT_INCONCLUSIVE);
    assert_true(why && strstr(why, "failed") && regressed); /* it fails in B alone */
    assert_int_equal(verdict_of(50, 1000, 10, &why, &regressed), VERDICT_SLOWER);
    assert_true(!why && regressed);
}

/* Matched whatever their place and amount of work; what is in one alone, and a skip, stand aside. */
static void test_matching(void **state)
{
    static struct made a, b;
    static struct plan_skip skip = {2, "can't"};
    struct runs r;
    struct err e = {0};
    (void)state;
    make(&a, 10, 100, 1);
    make(&b, 10, 100, 2);
    struct cell first = b.cells[0];
    b.cells[0] = b.cells[1];
    b.cells[1] = first;
    b.cells[0].units = 9;
    b.cells[2].workers = 7;
    assert_int_equal(runs_compare(&a.s, &b.s, 0.02, NULL, &r, &e), 0);
    assert_int_equal(r.n_matched, 2);
    assert_true(r.matched[0].b == 0 && r.matched[0].a == 1 && r.matched[1].b == 1 && r.matched[1].a == 0);
    assert_true(r.n_only[RUN_A] == 1 && r.only[RUN_A][0] == 2 && r.n_only[RUN_B] == 1);
    runs_release(&r);
    a.plan.skips = &skip;
    a.plan.n_skips = 1;
    assert_int_equal(runs_compare(&a.s, &b.s, 0.02, NULL, &r, &e), 0);
    assert_int_equal(r.n_only[RUN_A], 0);
    runs_release(&r);
    b.sums[1].checksum = 5; /* the same amount of the same work, by two programs */
    assert_int_equal(runs_compare(&a.s, &b.s, 0.02, NULL, &r, &e), -EBADMSG);
    runs_release(&r);
    for (unsigned i = 0; i < CELLS; i++)
        b.cells[i].offered = 3;
    assert_int_equal(runs_compare(&a.s, &b.s, 0.02, NULL, &r, &e), -ENOENT);
    runs_release(&r);
}

/* Where it stands after all 40 blocks, which took 1000 ns a side each. */
static struct look standing(const struct made *a, const struct made *b)
{
    struct look look;
    struct err e = {0};
    struct stats_looks *looks = stats_looks_new(0.95);
    assert_int_equal(runs_look(&a->s, &b->s, 40, looks, &look, &e), 0);
    assert_int_equal(stats_looks_count(looks), 40);
    assert_true(look.spent_ns == 80000);
    stats_looks_free(looks);
    return look;
}

/* What is used up is the larger share, of the blocks or of the budget, both sides together; the looks made from the
 * journals are those of the run. */
static void test_looks(void **state)
{
    static struct made a, b;
    struct stats_looks *by_budget = stats_looks_new(0.95), *by_blocks = stats_looks_new(0.95);
    struct err e = {0};
    (void)state;
    make_both(&a, &b, 40, 90, true);
    for (unsigned i = 0; i < 40; i++) {
        a.spent_ns[i] = 100 + 10 * i;
        b.spent_ns[i] = 300 - 2 * i;
    }
    a.plan.stop.budget_ns = b.plan.stop.budget_ns = 15000;
    for (unsigned i = 0, spent = 0; i < 40; i++) {
        spent += 400 + 8 * i;
        double share = (i + 1) / 40.0;
        assert_int_equal(stats_looks_add(by_blocks, share), 0);
        assert_int_equal(stats_looks_add(by_budget, spent / 15000.0 > share ? spent / 15000.0 : share), 0);
    }
    unsigned differ = 0;
    for (int live = 0; live < 3; live++) { /* 2: resumed after 23 blocks, of which no look is there */
        struct runs r = {0};
        struct look look;
        struct stats_looks *looks = live ? stats_looks_new(0.95) : NULL;
        if (live) {
            for (unsigned blocks = live == 2 ? 23 : 1; blocks <= 40; blocks++)
                assert_int_equal(runs_look(&a.s, &b.s, blocks, looks, &look, &e), 0);
        } else {
            assert_int_equal(runs_compare(&a.s, &b.s, 0.02, NULL, &r, &e), 0);
            looks = r.looks;
        }
        assert_int_equal(stats_looks_count(looks), 40);
        for (unsigned n = 1; n <= 40; n++)
            for (double alpha = 0.5; alpha > 1e-6; alpha /= 2) {
                unsigned least = stats_looks_least_at(looks, n, alpha);
                assert_int_equal(least, stats_looks_least_at(by_budget, n, alpha));
                differ += least != stats_looks_least_at(by_blocks, n, alpha);
            }
        if (live)
            stats_looks_free(looks);
        runs_release(&r);
    }
    assert_true(differ > 0);
    stats_looks_free(by_budget);
    stats_looks_free(by_blocks);
}

/* An interrupt between the two trials of a pair: the block counts in so far as both began it, and what is told of the
 * others stays. */
static void test_interrupted_pair(void **state)
{
    static struct made a, b;
    struct runs r;
    struct err e = {0};
    (void)state;
    make_both(&a, &b, 40, 90, true);
    a.s.look.blocks = b.s.look.blocks = 20;
    for (unsigned i = 20; i < 40; i++) {
        a.spent_ns[i] = i == 20 ? 1000 : 0;
        b.spent_ns[i] = 0;
        for (unsigned c = 0; c < CELLS; c++) {
            a.throughput[c * 40 + i] = i == 20 && !c ? 100 : (double)NAN;
            b.throughput[c * 40 + i] = NAN;
        }
    }
    for (unsigned c = 0; c < CELLS; c++) {
        a.sums[c].trials = 20 + !c;
        b.sums[c].trials = 20;
    }
    assert_int_equal(runs_compare(&a.s, &b.s, 0.02, NULL, &r, &e), 0);
    assert_int_equal(stats_looks_count(r.looks), 20);
    assert_true(r.counts[VERDICT_SLOWER] == CELLS && !r.too_few);
    for (unsigned c = 0; c < CELLS; c++)
        assert_int_equal(r.matched[c].ratio.n, 20);
    runs_release(&r);
    b.spent_ns[20] = 1000; /* and after both: one pair more */
    b.throughput[20] = 90;
    b.sums[0].trials = 21;
    assert_int_equal(runs_compare(&a.s, &b.s, 0.02, NULL, &r, &e), 0);
    assert_true(stats_looks_count(r.looks) == 21 && r.matched[0].ratio.n == 21 && r.matched[1].ratio.n == 20);
    assert_int_equal(r.counts[VERDICT_SLOWER], CELLS);
    runs_release(&r);
}

static void test_rule_of_a_live_comparison(void **state)
{
    static struct made a, b;
    (void)state;
    make_both(&a, &b, 40, 90, true);
    struct look look = standing(&a, &b);
    assert_true(look.stop == STATS_GO_ON && look.comparisons == CELLS && look.unclear == 0);
    a.plan.stop.budget_ns = 80001;
    assert_int_equal(standing(&a, &b).stop, STATS_GO_ON);
    a.plan.stop.budget_ns = 80000;
    assert_int_equal(standing(&a, &b).stop, STATS_STOP_BUDGET);
    a.plan.stop.clear = true;
    assert_int_equal(standing(&a, &b).stop, STATS_STOP_CLEAR);
    a.plan.stop.precision = 0.5;
    assert_int_equal(standing(&a, &b).stop, STATS_STOP_PRECISION);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_identical_sides),
        cmocka_unit_test(test_known_ratio),
        cmocka_unit_test(test_withheld),
        cmocka_unit_test(test_caution),
        cmocka_unit_test(test_not_excluded),
        cmocka_unit_test(test_matching),
        cmocka_unit_test(test_looks),
        cmocka_unit_test(test_interrupted_pair),
        cmocka_unit_test(test_rule_of_a_live_comparison),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
