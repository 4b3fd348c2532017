/* SPDX-License-Identifier: MIT */
/* Two runs against each other, on throughputs whose truth is known: how cells are matched, which design is taken, how
 * often identical runs are told apart. And the words of a command. */
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
#include "harness/base/words.h"
#include "harness/insight/runs.h"
#include "harness/report/compare.h"

enum { BLOCKS = 60, CELLS = 3 };

/* A run of up to CELLS cells that differ in their model, with what a comparison reads of it. */
struct made {
    struct plan plan;
    struct cell cells[CELLS];
    struct cell_summary sums[CELLS];
    double throughput[CELLS * BLOCKS], canary_ns[BLOCKS], spent_ns[BLOCKS];
    struct summary s;
};

static const char *const names[CELLS] = {"serial", "threads", "async"};

static void make(struct made *m, unsigned blocks, double speed, uint64_t seed)
{
    memset(m, 0, sizeof *m);
    m->plan = (struct plan){.name = "made", .blocks = blocks, .equiv = 0.02, .n_cells = CELLS, .cells = m->cells};
    for (unsigned c = 0; c < CELLS; c++) {
        m->cells[c] = (struct cell){.workload = "null",
                                    .model = names[c],
                                    .order = "compact",
                                    .workers = 1,
                                    .offered = 1,
                                    .concurrency = 1,
                                    .units = 8};
        m->sums[c] = (struct cell_summary){.status = TRIAL_OK, .trials = blocks, .units = 8};
        for (unsigned b = 0; b < blocks; b++)
            m->throughput[c * blocks + b] = speed * (1 + 0.05 * (double)(mix64(seed * 1000003 + c * BLOCKS + b) >> 11) /
                                                             (double)(UINT64_C(1) << 53));
    }
    for (unsigned b = 0; b < blocks; b++)
        m->canary_ns[b] = m->spent_ns[b] = 1000;
    m->s = (struct summary){.plan = &m->plan,
                            .cells = m->sums,
                            .throughput = m->throughput,
                            .canary_ns = m->canary_ns,
                            .spent_ns = m->spent_ns};
    m->s.look.blocks = blocks;
}

/* The two sides of one live comparison, or, if it is not that, two runs by themselves. */
static void make_both(struct made *a, struct made *b, unsigned blocks, double speed_b, bool live)
{
    make(a, blocks, 100, 1);
    make(b, blocks, speed_b, 2);
    a->plan.pair.id = b->plan.pair.id = live;
    b->plan.pair.side = 1;
}

static unsigned wrong(unsigned blocks, bool paired, unsigned runs)
{
    static struct made a, b;
    unsigned n = 0;
    for (uint64_t i = 0; i < runs; i++) {
        struct runs r;
        struct err e = {0};
        make(&a, blocks, 100, 2 * i + 1);
        make(&b, blocks, 100, 2 * i + 2);
        a.plan.pair.id = b.plan.pair.id = paired;
        b.plan.pair.side = 1;
        assert_int_equal(runs_compare(&a.s, &b.s, 0.0001, &r, &e), 0);
        assert_true(r.paired == paired);
        n += r.counts[VERDICT_FASTER] + r.counts[VERDICT_SLOWER] > 0;
        runs_release(&r);
    }
    return n;
}

/* The bars are those of 5 %, with four standard deviations of room for 400 draws. */
static void test_identical_runs(void **state)
{
    (void)state;
    unsigned unpaired = wrong(12, false, 400), paired = wrong(BLOCKS, true, 400);
    printf("identical runs told apart in one of %d cells: unpaired %u, paired %u of 400\n", CELLS, unpaired, paired);
    assert_true(unpaired <= 38 && paired <= 38);
    assert_true(unpaired > 0); /* a test that never errs has no power either */
}

static void test_known_ratio(void **state)
{
    static struct made a, b;
    struct runs r;
    struct err e = {0};
    (void)state;
    for (unsigned paired = 0; paired < 2; paired++) {
        make_both(&a, &b, 40, 90, paired);
        assert_int_equal(runs_compare(&a.s, &b.s, 0.02, &r, &e), 0);
        assert_int_equal(r.counts[VERDICT_SLOWER], CELLS);
        for (unsigned i = 0; i < CELLS; i++) {
            assert_true(r.matched[i].ratio.lower < 0.91 && r.matched[i].ratio.upper > 0.89);
            assert_true(runs_regressed(&r, &r.matched[i], 0.05) && !runs_regressed(&r, &r.matched[i], 0.2));
        }
        assert_true(r.canary.median == 1 && !r.too_few);
        runs_release(&r);
    }
}

/* A test of a fixed number of trials is told to be none where a rule ended a run. */
static void test_caution(void **state)
{
    static struct made a, b;
    struct runs r;
    struct err e = {0};
    (void)state;
    for (int sequential = 0; sequential < 2; sequential++) {
        make(&a, 40, 100, 1);
        make(&b, 40, 90, 2);
        b.plan.stop.precision = sequential ? 0.01 : 0;
        assert_int_equal(runs_compare(&a.s, &b.s, 0.02, &r, &e), 0);
        assert_true(!sequential == !strstr(compare_caution(&r), "a rule that looked at its results"));
        runs_release(&r);
    }
}

/* Both runs equal but for these; the verdict of their first cell. */
static enum verdict verdict_of(double speed_b, double canary_b, unsigned failed_b, bool paired, const char **withheld,
                               bool *regressed)
{
    static struct made a, b;
    struct runs r;
    struct err e = {0};
    make_both(&a, &b, 40, speed_b, paired);
    for (unsigned i = 0; i < 40; i++)
        b.canary_ns[i] = canary_b;
    b.sums[0].failed = failed_b;
    for (unsigned i = 0; i < failed_b; i++)
        b.throughput[3 * i] = NAN;
    assert_int_equal(runs_compare(&a.s, &b.s, 0.02, &r, &e), 0);
    enum verdict v = r.matched[0].verdict;
    *withheld = r.matched[0].withheld;
    *regressed = runs_regressed(&r, &r.matched[0], 0);
    char note[NOTE_MOST];
    runs_note(&r, &r.matched[0], note, sizeof note);
    assert_true(!failed_b == !strstr(note, "10 of 40 trials failed in B"));
    runs_release(&r);
    return v;
}

/* A verdict stands only if it does with the machine's own speed taken out, and not for the side that failed more often.
 */
static void test_withheld(void **state)
{
    const char *why;
    bool regressed;
    (void)state;
    assert_int_equal(verdict_of(90, 1000 / 0.9, 0, false, &why, &regressed), VERDICT_INCONCLUSIVE);
    assert_true(why && strstr(why, "canary") && !regressed);
    assert_int_equal(verdict_of(100, 1000 / 1.1, 0, false, &why, &regressed), VERDICT_INCONCLUSIVE); /* 10 % hidden */
    assert_true(why && strstr(why, "canary"));
    assert_int_equal(verdict_of(50, 1000 / 0.9, 0, false, &why, &regressed), VERDICT_SLOWER);
    assert_true(!why && regressed);
    assert_int_equal(verdict_of(90, 1000 / 0.9, 0, true, &why, &regressed),
                     VERDICT_SLOWER); /* side by side: no matter */
    assert_true(!why && regressed);
    assert_int_equal(verdict_of(90, NAN, 0, true, &why, &regressed), VERDICT_SLOWER);
    assert_true(!why && regressed);
    for (double speed = 50; speed <= 200; speed *= 2) { /* slower, equivalent, faster by far, were the canary steady */
        assert_int_equal(verdict_of(speed, NAN, 0, false, &why, &regressed), VERDICT_INCONCLUSIVE);
        assert_true(why && strstr(why, "canary unknown") && !regressed);
    }
    assert_int_equal(verdict_of(200, 1000, 0, false, &why, &regressed), VERDICT_FASTER);
    assert_true(!why && !regressed);
    assert_int_equal(verdict_of(200, 1000, 10, false, &why, &regressed), VERDICT_INCONCLUSIVE);
    assert_true(why && strstr(why, "failed") && regressed); /* it fails in B alone */
    assert_int_equal(verdict_of(100, 1000, 10, false, &why, &regressed), VERDICT_INCONCLUSIVE);
    assert_true(why && regressed);
    assert_int_equal(verdict_of(50, 1000, 10, false, &why, &regressed), VERDICT_SLOWER);
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
    assert_int_equal(runs_compare(&a.s, &b.s, 0.02, &r, &e), 0);
    assert_int_equal(r.n_matched, 2);
    assert_true(r.matched[0].b == 0 && r.matched[0].a == 1 && r.matched[1].b == 1 && r.matched[1].a == 0);
    assert_true(r.n_only[RUN_A] == 1 && r.only[RUN_A][0] == 2 && r.n_only[RUN_B] == 1);
    runs_release(&r);
    a.plan.skips = &skip;
    a.plan.n_skips = 1;
    assert_int_equal(runs_compare(&a.s, &b.s, 0.02, &r, &e), 0);
    assert_int_equal(r.n_only[RUN_A], 0);
    runs_release(&r);
    b.sums[1].checksum = 5; /* the same amount of the same work, by two programs */
    assert_int_equal(runs_compare(&a.s, &b.s, 0.02, &r, &e), -EBADMSG);
    runs_release(&r);
    for (unsigned i = 0; i < CELLS; i++)
        b.cells[i].offered = 3;
    assert_int_equal(runs_compare(&a.s, &b.s, 0.02, &r, &e), -ENOENT);
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
    for (int live = 0; live < 2; live++) {
        struct runs r = {0};
        struct look look;
        struct stats_looks *looks = live ? stats_looks_new(0.95) : NULL;
        if (live) {
            for (unsigned blocks = 1; blocks <= 40; blocks++)
                assert_int_equal(runs_look(&a.s, &b.s, blocks, looks, &look, &e), 0);
        } else {
            assert_int_equal(runs_compare(&a.s, &b.s, 0.02, &r, &e), 0);
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
    assert_int_equal(runs_compare(&a.s, &b.s, 0.02, &r, &e), 0);
    assert_int_equal(stats_looks_count(r.looks), 20);
    assert_true(r.counts[VERDICT_SLOWER] == CELLS && !r.too_few);
    for (unsigned c = 0; c < CELLS; c++)
        assert_int_equal(r.matched[c].ratio.n, 20);
    runs_release(&r);
    b.spent_ns[20] = 1000; /* and after both: one pair more */
    b.throughput[20] = 90;
    b.sums[0].trials = 21;
    assert_int_equal(runs_compare(&a.s, &b.s, 0.02, &r, &e), 0);
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

static void test_words(void **state)
{
    static const struct {
        const char *text;
        int n;
        const char *words[3];
    } cases[] = {
        {"", 0, {0}},
        {" \t", 0, {0}},
        {"a", 1, {"a"}},
        {"  a  b\tc ", 3, {"a", "b", "c"}},
        {"'a b' \"c d\"", 2, {"a b", "c d"}},
        {"a\\ b", 1, {"a b"}},
        {"it\\'s", 1, {"it's"}},
        {"'it'\\''s'", 1, {"it's"}},
        {"\"a\\\"b\\$c\\d\"", 1, {"a\"b$c\\d"}},
        {"'a\\b'", 1, {"a\\b"}},
        {"'' x", 2, {"", "x"}},
        {"a\"b\"'c'", 1, {"abc"}},
        {"a b c d", -E2BIG, {0}},
        {"'a", -EINVAL, {0}},
        {"\"a", -EINVAL, {0}},
        {"a\\", -EINVAL, {0}},
        {"\"a\\", -EINVAL, {0}},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char text[64], *words[3];
        snprintf(text, sizeof text, "%s", cases[i].text);
        assert_int_equal(words_split(text, words, 3), cases[i].n);
        for (int k = 0; k < cases[i].n; k++)
            assert_string_equal(words[k], cases[i].words[k]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_identical_runs),
        cmocka_unit_test(test_known_ratio),
        cmocka_unit_test(test_withheld),
        cmocka_unit_test(test_caution),
        cmocka_unit_test(test_matching),
        cmocka_unit_test(test_looks),
        cmocka_unit_test(test_interrupted_pair),
        cmocka_unit_test(test_rule_of_a_live_comparison),
        cmocka_unit_test(test_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
