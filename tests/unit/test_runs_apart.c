/* SPDX-License-Identifier: MIT */
/* Two runs at two times: how often identical ones are told apart, what is found, what takes a verdict back or widens an
 * interval, and what cells of one family tell about each other. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants those first */
#include <cmocka.h>

#include "harness/insight/compare.h"
#include "harness/insight/runs.h"
#include "tests/unit/made_two.h"

enum { DRAWS = 2000, BLOCKS = 10, VISITS = 5, LAG_S = 100 };
static const double SPREAD = 0.02; /* between visits; within one it is a fifth of that */

/* Two runs of the same, with a little noise of the canaries. */
static void make_both(struct made *a, struct made *b, unsigned cells, unsigned visits, struct stats_rng *r)
{
    struct made *of[2] = {a, b};
    for (unsigned side = 0; side < 2; side++) {
        made_init(of[side], cells, BLOCKS, visits, 1e6 + side * LAG_S);
        for (unsigned c = 0; c < cells; c++)
            made_noise(of[side], c, SPREAD, SPREAD / 5, r);
        for (unsigned k = 0; k < CANARIES; k++)
            for (unsigned i = 0; i < BLOCKS; i++)
                of[side]->canaries[k][i] *= exp(0.001 * made_normal(r));
    }
}

static struct runs compare(const struct made *a, const struct made *b, const struct kept_floor *floor)
{
    struct runs r;
    struct err e = {0};
    static struct runs_floor f;
    f = (struct runs_floor){.kept = floor, .name = "made", .why = "none"};
    assert_int_equal(runs_compare(&a->s, &b->s, 0.02, &f, &r, &e), 0);
    assert_false(r.paired);
    return r;
}

/* At most 5 % of pairs with any wrong verdict, and room for chance; with noise that is not independent from one visit
 * to the next there is a floor (test_between.c). */
static void test_identical_runs(void **state)
{
    static struct made a, b;
    struct stats_rng rng;
    (void)state;
    for (unsigned cells = 1; cells <= 4; cells += 3) {
        unsigned wrong = 0;
        stats_rng_init(&rng, cells);
        for (unsigned i = 0; i < DRAWS; i++) {
            make_both(&a, &b, cells, VISITS, &rng);
            struct runs r = compare(&a, &b, NULL);
            wrong += r.counts[VERDICT_FASTER] + r.counts[VERDICT_SLOWER] > 0;
            runs_release(&r);
        }
        printf("identical runs told apart in one of %u cells: %u of %d\n", cells, wrong, DRAWS);
        assert_true(wrong > 0 && wrong <= 0.075 * DRAWS); /* that never errs has no power either */
    }
}

/* 3 spreads of a visit, with 5 visits each. */
static void test_shift_is_found(void **state)
{
    static struct made a, b;
    struct stats_rng rng;
    unsigned found[2] = {0};
    (void)state;
    stats_rng_init(&rng, 11);
    for (unsigned i = 0; i < 400; i++) {
        double by = exp(i % 2 ? 3 * SPREAD : -3 * SPREAD);
        make_both(&a, &b, 1, VISITS, &rng);
        made_faster(&b, 0, by);
        struct runs r = compare(&a, &b, NULL);
        const struct comparison *c = &r.matched[0];
        assert_string_equal(c->estimate_from, "visits");
        assert_true(c->spread > 0 && r.visits[0] == VISITS && r.visits[1] == VISITS && r.lag_s == LAG_S);
        assert_true(fabs(runs_not_excluded(c) - fmax(0, 1 - c->ratio.lower)) < 1e-12);
        found[i % 2] += c->verdict == (i % 2 ? VERDICT_FASTER : VERDICT_SLOWER);
        assert_true(c->verdict != (i % 2 ? VERDICT_SLOWER : VERDICT_FASTER));
        runs_release(&r);
    }
    printf("a shift of 3 spreads is found in %u and %u of 200\n", found[0], found[1]);
    assert_true(found[0] > 180 && found[1] > 180);
}

/* A floor gives plain runs a verdict, and runs with visits a better one. */
static void test_floor(void **state)
{
    static struct made a, b;
    struct stats_rng rng;
    (void)state;
    stats_rng_init(&rng, 12);
    struct kept_floor f = made_floor(3600, 1);
    made_white(&f, SPREAD, &rng);
    make_both(&a, &b, 1, 1, &rng);
    made_faster(&b, 0, 0.7);
    struct runs r = compare(&a, &b, &f);
    assert_int_equal(r.matched[0].verdict, VERDICT_SLOWER);
    assert_string_equal(r.matched[0].estimate_from, "floor");
    runs_release(&r);
    make_both(&a, &b, 1, VISITS, &rng);
    r = compare(&a, &b, &f);
    assert_string_equal(r.matched[0].estimate_from, "visits and floor");
    runs_release(&r);
    f.cells[0].workload = "sum"; /* another workload of the same family */
    r = compare(&a, &b, &f);
    assert_string_equal(r.matched[0].estimate_from, "visits and floor");
    runs_release(&r);
    f.cells[0].workload = "sleep";
    f.cells[0].family = "io"; /* that tells nothing of this work */
    r = compare(&a, &b, &f);
    assert_string_equal(r.matched[0].estimate_from, "visits");
    runs_release(&r);
    kept_floor_release(&f);
}

static double width(const struct comparison *c)
{
    return log(c->ratio.upper / c->ratio.lower);
}

/* The mean width of the first cell's interval, alone and with nine more. */
static void widths(bool alike, double *alone, double *together)
{
    static struct made a, b;
    struct stats_rng rng;
    *alone = *together = 0;
    stats_rng_init(&rng, 13);
    for (unsigned i = 0; i < 200; i++) {
        make_both(&a, &b, MADE_CELLS, 3, &rng);
        for (unsigned c = 1; alike && c < MADE_CELLS; c++)
            for (unsigned k = 0; k < BLOCKS; k++) { /* each twice as fast as the one before, with the same noise */
                a.throughput[c * BLOCKS + k] = 2 * a.throughput[(c - 1) * BLOCKS + k];
                b.throughput[c * BLOCKS + k] = 2 * b.throughput[(c - 1) * BLOCKS + k];
            }
        struct runs r = compare(&a, &b, NULL);
        *together += width(&r.matched[0]) / 200;
        runs_release(&r);
        a.plan.n_cells = b.plan.n_cells = 1;
        r = compare(&a, &b, NULL);
        *alone += width(&r.matched[0]) / 200;
        runs_release(&r);
    }
}

/* Cells of a family whose noise is independent tell each other's spread; ten copies of one tell no more than it. */
static void test_family(void **state)
{
    double alone, together;
    (void)state;
    widths(false, &alone, &together);
    printf("intervals of ±%.1f %% alone, ±%.1f %% in a family of 10 independent cells\n", 50 * alone, 50 * together);
    assert_true(together < 0.9 * alone);
    widths(true, &alone, &together);
    printf("intervals of ±%.1f %% alone, ±%.1f %% in a family of 10 copies\n", 50 * alone, 50 * together);
    assert_true(fabs(together / alone - 1) < 0.03);
}

/* Cells of another family tell nothing: of ten cells five are of each, and the first has the same interval as if the
 * other five were not there. */
static void test_other_family(void **state)
{
    static struct made a, b;
    struct stats_rng rng;
    (void)state;
    stats_rng_init(&rng, 14);
    make_both(&a, &b, MADE_CELLS, 3, &rng);
    for (unsigned c = 5; c < MADE_CELLS; c++)
        a.cells[c].workload = b.cells[c].workload = "sleep";
    struct runs r = compare(&a, &b, NULL);
    double with = width(&r.matched[0]);
    runs_release(&r);
    a.plan.n_cells = b.plan.n_cells = 5;
    r = compare(&a, &b, NULL);
    assert_true(fabs(with / width(&r.matched[0]) - 1) < 1e-9);
    runs_release(&r);
}

/* B takes twice as long, and others used so many of the machine's 4 CPUs meanwhile; in B, where `some` says so, in its
 * second visit alone. */
static struct runs under_load(double cpus_a, double cpus_b, unsigned visits, bool some)
{
    static struct made a, b;
    struct stats_rng rng;
    stats_rng_init(&rng, 15);
    make_both(&a, &b, 1, visits, &rng);
    made_faster(&b, 0, 0.5);
    for (unsigned i = 0; i < BLOCKS; i++) {
        a.foreign_ns[i] = 1e9 * cpus_a;
        b.foreign_ns[i] = some && plan_visit_of(&b.plan, i) != 1 ? 0 : 1e9 * cpus_b;
    }
    return compare(&a, &b, NULL);
}

static void test_other_load(void **state)
{
    struct runs r = under_load(0.05, 0.1, VISITS, false), still = under_load(0, 0, VISITS, false);
    const struct estimate was = still.matched[0].ratio;
    (void)state;
    assert_true(!r.other_load && r.matched[0].verdict == VERDICT_SLOWER); /* 0.05 of 4 CPUs: no matter */
    assert_true(!r.matched[0].widened && !r.matched[0].withheld && r.matched[0].ratio.upper == was.upper);
    assert_true(fabs(r.foreign[RUN_A] - 0.05) < 1e-9 && fabs(r.foreign[RUN_B] - 0.1) < 1e-9);
    runs_release(&r);
    for (int busy_a = 0; busy_a < 2; busy_a++) { /* A CPU and a half, wanted by a cell that computes all the time */
        r = under_load(busy_a ? 1.5 : 0, busy_a ? 0 : 1.5, VISITS, false);
        const struct comparison *c = &r.matched[0];
        char note[NOTE_MOST];
        assert_true(r.other_load && c->widened && !c->withheld && isnan(c->p) && isnan(c->p_adjusted));
        assert_non_null(strstr(c->widened, busy_a ? "1.50 CPUs during A's trials and 0.00 during B's"
                                                  : "0.00 CPUs during A's trials and 1.50 during B's"));
        /* Only on the side that it explains: that B is as slow, when it was B that had to share. */
        assert_int_equal(c->verdict, busy_a ? VERDICT_SLOWER : VERDICT_INCONCLUSIVE);
        assert_true(fabs(c->ratio.upper / was.upper - (busy_a ? 1 : 2.5)) < 1e-9);
        assert_true(fabs(c->ratio.lower * (busy_a ? 2.5 : 1) / was.lower - 1) < 1e-9);
        assert_true(c->ratio.median == was.median && runs_regressed(&r, c, 0) == busy_a);
        assert_true(fabs(runs_not_excluded(c) - (1 - c->ratio.lower)) < 1e-12);
        runs_note(&r, c, note, sizeof note);
        assert_true(strstr(note, "widened: other processes used") == note);
        assert_int_equal(r.counts[c->verdict], 1);
        runs_release(&r);
    }
    r = under_load(0, 1.5, VISITS, true); /* in one visit of five: still 0.3 CPUs more */
    assert_true(r.other_load && fabs(r.matched[0].ratio.upper / was.upper - 1.3) < 1e-9);
    runs_release(&r);
    runs_release(&still);
}

/* A canary of that kind took 1 / `speed` as long in B as in A, and the work ran at `work` of its speed. */
static struct runs with_canary(enum canary kind, double speed, double work)
{
    static struct made a, b;
    struct stats_rng rng;
    stats_rng_init(&rng, 16);
    make_both(&a, &b, 1, VISITS, &rng);
    made_faster(&b, 0, work);
    for (unsigned i = 0; i < BLOCKS; i++)
        b.canaries[kind][i] /= speed;
    return compare(&a, &b, NULL);
}

/* The work is of the family "cpu", which a chain resembles, and a page fault does not. */
static void test_canaries(void **state)
{
    struct runs still = with_canary(CANARY_CHAIN, 1, 0.8), r = with_canary(CANARY_CHAIN, 0.8, 0.8);
    const struct comparison *was = &still.matched[0], *c = &r.matched[0];
    (void)state;
    assert_true(was->verdict == VERDICT_SLOWER && !was->widened && !was->withheld);
    assert_int_equal(still.moved[CANARY_CHAIN], VERDICT_EQUIVALENT);
    assert_int_equal(r.moved[CANARY_CHAIN], VERDICT_SLOWER); /* as slow as the work: that may be all */
    assert_true(fabs(r.speed[CANARY_CHAIN].median - 0.8) < 0.01);
    assert_true(c->verdict == VERDICT_INCONCLUSIVE && !c->withheld && isnan(c->p) && isnan(c->p_adjusted));
    assert_non_null(strstr(c->widened, "by the canary \"chain\" the machine itself ran at 0.8"));
    assert_true(c->ratio.median == was->ratio.median); /* it never corrects a ratio */
    assert_true(c->ratio.lower == was->ratio.lower && c->ratio.upper > 1);
    assert_true(fabs(runs_not_excluded(c) - (1 - c->ratio.lower)) < 1e-12);
    runs_release(&r);
    r = with_canary(CANARY_CHAIN, 0.8, 0.3); /* slower than that explains: the verdict stands, with a wider interval */
    c = &r.matched[0];
    char note[NOTE_MOST];
    runs_note(&r, c, note, sizeof note);
    assert_true(c->verdict == VERDICT_SLOWER && !c->withheld && c->ratio.upper > 0.3 / 0.8 && c->ratio.upper < 0.6);
    assert_true(strstr(note, "widened: by the canary \"chain\"") == note);
    runs_release(&r);
    r = with_canary(CANARY_PAGE_FAULT, 0.5, 0.8);
    c = &r.matched[0];
    assert_int_equal(r.moved[CANARY_PAGE_FAULT], VERDICT_SLOWER);
    assert_true(c->verdict == VERDICT_SLOWER && !c->withheld && !c->widened);
    assert_true(c->ratio.lower == was->ratio.lower && c->ratio.upper == was->ratio.upper);
    runs_release(&r);
    r = with_canary(CANARY_CHAIN, NAN, 0.8); /* there is none: that tells nothing, for or against */
    assert_true(!r.speed[CANARY_CHAIN].n && r.speed[CANARY_CHAIN].why && r.matched[0].verdict == VERDICT_SLOWER);
    runs_release(&r);
    runs_release(&still);
}

/* Many a shift near what is just seen, among many cells: Holm's correction is told exactly where it decides. */
static void test_holm(void **state)
{
    static struct made a, b;
    struct stats_rng rng;
    unsigned told = 0, other = 0;
    (void)state;
    stats_rng_init(&rng, 17);
    for (unsigned i = 0; i < 100; i++) {
        make_both(&a, &b, MADE_CELLS, VISITS, &rng);
        for (unsigned c = 0; c < MADE_CELLS; c += 2)
            made_faster(&b, c, exp(-2 * SPREAD));
        struct runs r = compare(&a, &b, NULL);
        for (unsigned k = 0; k < r.n_matched; k++) {
            const struct comparison *c = &r.matched[k];
            char text[120], note[NOTE_MOST];
            bool by_holm = (c->ratio.lower > 1 || c->ratio.upper < 1) && c->verdict == VERDICT_INCONCLUSIVE;
            comparison_holm(c, text, sizeof text);
            runs_note(&r, c, note, sizeof note);
            assert_true(by_holm == !!strstr(text, "inconclusive by Holm's correction over 10 comparisons"));
            assert_true(by_holm ? !strcmp(text, note) && c->p <= 0.05 && c->p_adjusted > 0.05 : !text[0]);
            assert_int_equal(c->family, MADE_CELLS);
            told += by_holm;
            other += c->verdict == VERDICT_SLOWER;
        }
        runs_release(&r);
    }
    printf("%u verdicts, %u more but for Holm's correction\n", other, told);
    assert_true(told > 10 && other > 10);
}

/* Plain runs, and one that has no good trial of the cell. */
static void test_no_interval(void **state)
{
    static struct made a, b;
    struct stats_rng rng;
    (void)state;
    stats_rng_init(&rng, 18);
    make_both(&a, &b, 1, 1, &rng);
    struct runs r = compare(&a, &b, NULL);
    assert_true(r.matched[0].ratio.n == 1 && isnan(r.matched[0].ratio.lower) && isnan(r.matched[0].p));
    assert_true(isnan(r.matched[0].spread) && r.counts[VERDICT_INCONCLUSIVE] == 1);
    runs_release(&r);
    make_both(&a, &b, 1, VISITS, &rng);
    for (unsigned i = 0; i < BLOCKS; i++)
        b.throughput[i] = NAN;
    b.sums[0].status = TRIAL_FAILED;
    b.sums[0].failed = BLOCKS;
    r = compare(&a, &b, NULL);
    assert_true(!r.matched[0].ratio.n && r.broken == 1 && runs_regressed(&r, &r.matched[0], 0.5));
    assert_string_equal(r.matched[0].ratio.why, "every trial failed in B");
    runs_release(&r);
}

/* The side of which more trials failed may have lost its slowest ones: nothing in its favour stands, and where it is B,
 * no slow-down is excluded. */
static void test_failed(void **state)
{
    static const struct {
        double by, spread;
        bool of_b;
        enum verdict verdict;
        bool withheld;
    } cases[] = {
        {2, 0, true, VERDICT_INCONCLUSIVE, true},     {0.5, 0, true, VERDICT_SLOWER, false},
        {1, 0, true, VERDICT_INCONCLUSIVE, true},     {1, 0.5, true, VERDICT_INCONCLUSIVE, true},
        {2, 0, false, VERDICT_FASTER, false},         {0.5, 0, false, VERDICT_INCONCLUSIVE, true},
        {1, 0.5, false, VERDICT_INCONCLUSIVE, false},
    };
    static struct made a, b;
    struct stats_rng rng;
    (void)state;
    stats_rng_init(&rng, 19);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct made *failed = cases[i].of_b ? &b : &a;
        make_both(&a, &b, 1, VISITS, &rng);
        made_noise(&b, 0, cases[i].spread, 0, &rng);
        made_faster(&b, 0, cases[i].by);
        failed->throughput[3] = NAN;
        failed->sums[0].failed = 1;
        struct runs r = compare(&a, &b, NULL);
        const struct comparison *c = &r.matched[0];
        assert_int_equal(c->verdict, cases[i].verdict);
        assert_true(!c->withheld == !cases[i].withheld && !isnan(runs_not_excluded(c)) == !cases[i].withheld);
        assert_true(runs_regressed(&r, c, 0.9) == cases[i].of_b); /* it broke */
        runs_release(&r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_identical_runs), cmocka_unit_test(test_shift_is_found),
        cmocka_unit_test(test_floor),          cmocka_unit_test(test_family),
        cmocka_unit_test(test_other_family),   cmocka_unit_test(test_other_load),
        cmocka_unit_test(test_canaries),       cmocka_unit_test(test_holm),
        cmocka_unit_test(test_no_interval),    cmocka_unit_test(test_failed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
