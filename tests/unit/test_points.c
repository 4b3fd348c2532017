/* SPDX-License-Identifier: MIT */
/* Comparisons at the points of a plan: each pair once, Holm over a point's family, speedups against serial, and the
 * looks of a run that its rule may end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <time.h>

#include "tests/unit/made_run.h"

static const char *const three[] = {"threads", "processes", "async"};

/* Two cells that stand at two points, once either way round, are compared once. */
static void test_each_pair_once(void **state)
{
    (void)state;
    struct plan p = made_plan(8, 3, 3);
    for (unsigned i = 0; i < 3; i++)
        made_cell(&p, "null", three[i], 1, 4);
    static const unsigned at[3][2] = {{0, 1}, {1, 0}, {1, 2}};
    for (unsigned i = 0; i < 3; i++) {
        struct plan_point *t = made_point(&p, 1, 4);
        made_stand(t, at[i][0]);
        made_stand(t, at[i][1]);
    }
    struct summary s = made_summary(&p, (const double[]){1000, 2000, 3000});
    assert_int_equal(s.n_comparisons, 2);
    assert_true(s.comparisons[0].a == 0 && s.comparisons[0].b == 1 && s.comparisons[0].point == 0);
    assert_true(s.comparisons[1].a == 1 && s.comparisons[1].b == 2 && s.comparisons[1].point == 2);
    struct estimate r;
    enum verdict v;
    assert_true(comparison_find(&s, 1, 0, &r, &v));
    assert_int_equal(v, VERDICT_FASTER);
    assert_true(fabs(r.median - 2) < 0.01 && r.lower <= r.median && r.median <= r.upper);
    assert_false(comparison_find(&s, 0, 2, &r, &v));
    summary_release(&s);
    plan_release(&p);
}

/* All 10 pairs of 8 blocks go one way: p is 2/256 for one pair, times the pairs of its point and of no other. */
static void test_family_is_a_point(void **state)
{
    (void)state;
    struct plan p = made_plan(8, 5, 2);
    made_models(&p, "null", 1, 4, three, 3);
    made_models(&p, "null", 1, 4, (const char *[]){"threads-each", "processes-each"}, 2);
    struct summary s = made_summary(&p, (const double[]){1000, 2000, 3000, 4000, 5000});
    assert_int_equal(s.n_comparisons, 4);
    for (unsigned i = 0; i < 4; i++) {
        assert_true(fabs(s.comparisons[i].p - 2 / 256.0) < 1e-12);
        assert_true(fabs(s.comparisons[i].p_adjusted - (i < 3 ? 3 : 1) * 2 / 256.0) < 1e-12);
        assert_int_equal(s.comparisons[i].verdict, VERDICT_SLOWER);
    }
    summary_release(&s);
    plan_release(&p);
}

/* Six blocks suffice for one pair (2/64), not for the six of four models (12/64). */
static void test_family_takes_blocks(void **state)
{
    (void)state;
    for (unsigned n = 2; n <= 4; n += 2) {
        struct plan p = made_plan(6, 4, 1);
        static const char *const names[] = {"threads", "processes", "async", "threads-each"};
        struct plan_point *t = made_models(&p, "null", 1, 4, names, n);
        struct summary s = made_summary(&p, (const double[]){1000, 2000, 4000, 8000});
        for (unsigned i = 0; i < s.n_comparisons; i++) {
            assert_true(!isnan(s.comparisons[i].ratio.lower));
            assert_int_equal(s.comparisons[i].verdict, n == 2 ? VERDICT_SLOWER : VERDICT_INCONCLUSIVE);
        }
        assert_int_equal(point_blocks_needed(&p, t), n == 2 ? 6 : 8);
        summary_release(&s);
        plan_release(&p);
    }
}

/* Fewer than 6 pairs: a ratio, but neither interval nor p nor verdict; none at all where a cell has no trial. */
static void test_few_pairs(void **state)
{
    (void)state;
    struct plan p = made_plan(5, 3, 1);
    made_models(&p, "null", 1, 4, three, 3);
    struct summary s = made_summary(&p, (const double[]){1000, 2000, 0});
    assert_int_equal(s.n_comparisons, 1);
    const struct comparison *c = &s.comparisons[0];
    assert_true(fabs(c->ratio.median - 0.5) < 0.01 && isnan(c->ratio.lower) && isnan(c->ratio.upper) && c->ratio.why);
    assert_true(isnan(c->p_adjusted) || c->p_adjusted >= 0.05);
    assert_int_equal(c->verdict, VERDICT_INCONCLUSIVE);
    assert_int_equal(s.cells[2].status, TRIAL_SKIPPED);
    assert_true(isnan(s.cells[2].throughput.median) && isnan(s.cells[2].speedup.median));
    summary_release(&s);
    plan_release(&p);
}

/* A serial cell of the same work counts wherever it stands: its own point first, then its own libc and placement. */
static void test_speedup(void **state)
{
    (void)state;
    struct plan p = made_plan(6, 8, 4);
    unsigned far = made_cell(&p, "null", "serial", 1, 1), near = made_cell(&p, "null", "serial", 1, 1),
             other = made_cell(&p, "null", "serial", 1, 1), lone = made_cell(&p, "null", "threads", 2, 4),
             with = made_cell(&p, "null", "async", 2, 4), more = made_cell(&p, "null", "async", 2, 8),
             alien = made_cell(&p, "primes", "threads", 2, 4);
    p.cells[far].order = intern("none");
    p.cells[other].units = p.cells[more].units = MADE_UNITS / 2;
    const double rates[] = {1000, 2000, 500, 8000, 3000, 4000, 7000};
    made_stand(made_point(&p, 1, 1), far);
    made_stand(made_point(&p, 1, 1), near);
    made_stand(made_point(&p, 2, 4), lone); /* no serial here */
    struct plan_point *own = made_point(&p, 2, 4);
    made_stand(own, with);
    made_stand(own, far);
    own->serial = (int)far;
    struct summary s = made_summary(&p, rates);
    assert_true(fabs(s.cells[lone].speedup.median - 4) < 0.02); /* against near */
    assert_true(fabs(s.cells[with].speedup.median - 3) < 0.02); /* against far, at its own point */
    summary_release(&s);
    for (unsigned i = 0; i < 2; i++)
        p.points[2].cells[p.points[2].n_cells++] = i ? more : alien;
    s = made_summary(&p, rates);
    assert_true(fabs(s.cells[more].speedup.median - 8) < 0.03); /* the serial cell of as many units */
    assert_true(isnan(s.cells[alien].speedup.median) && s.cells[alien].speedup.why);
    summary_release(&s);
    plan_release(&p);
}

static void add_trials(struct summarizer *z, const struct plan *p, unsigned block, unsigned cells)
{
    struct err e = {0};
    for (unsigned c = 0; c < cells; c++) {
        struct trial_record r = made_trial(p, c, block, (1000 << c) * (1 + 0.001 * (block % 3)));
        assert_int_equal(summarizer_add(z, &r, &e), 0);
    }
}

/* There is a look for each block in which a trial was made, the one that was cut short among them, and for none
 * beyond: the pair that was whole in it has one value more than there are whole blocks, and an interval by as many
 * looks. The same whether the run was looked at as it went, or is read from its journal. */
static void test_looks_of_a_run_cut_short(void **state)
{
    (void)state;
    enum { BLOCKS = 16, CELLS = 3 };
    static const struct {
        unsigned whole, cells_more;
    } cases[] = {{0, 0}, {0, 2}, {12, 0}, {12, 1}, {12, 2}, {BLOCKS - 1, 2}, {BLOCKS, 0}};
    for (unsigned i = 0; i < 2 * ARRAY_LEN(cases); i++) {
        unsigned whole = cases[i / 2].whole, more = cases[i / 2].cells_more, begun = whole + (more > 0);
        struct plan p = made_plan(BLOCKS, CELLS, 1);
        made_models(&p, "null", 1, 4, three, CELLS);
        p.stop.precision = 1e-9;
        struct summarizer *z = summarizer_new(&p);
        assert_non_null(z);
        for (unsigned b = 0; b < whole; b++) {
            struct look look;
            add_trials(z, &p, b, CELLS);
            assert_int_equal(i % 2 ? summarizer_look(z, &look) : 0, 0);
            assert_int_equal(stats_looks_count(summarizer_so_far(z)->looks), i % 2 ? b + 1 : 0);
        }
        add_trials(z, &p, whole, more);
        struct summary s;
        struct err e = {0};
        assert_int_equal(summarizer_finish(z, &s, &e), 0);
        assert_int_equal(stats_looks_count(s.looks), begun);
        assert_int_equal(s.look.blocks, whole);
        assert_int_equal(s.cells[0].throughput.n, begun);
        for (unsigned c = 0; c < s.n_comparisons; c++) {
            const struct comparison *of = &s.comparisons[c];
            assert_int_equal(of->ratio.n, whole + (of->b < more));
            assert_int_equal(of->verdict, begun >= 12 ? VERDICT_SLOWER : VERDICT_INCONCLUSIVE);
        }
        assert_int_equal(s.n_comparisons, whole ? CELLS : more / 2); /* one of two cells, none of one */
        summary_release(&s);
        plan_release(&p);
    }
}

/* Seconds of CPU time that a run of so many points of 16 cells takes to judge, the least of `tries`. */
static double seconds_to_judge(unsigned points, int tries)
{
    double least = INFINITY;
    struct plan p = made_plan(1, MADE_AT_A_POINT * points, points);
    for (unsigned i = 0; i < points; i++) {
        struct plan_point *t = made_point(&p, 1, 4);
        for (unsigned k = 0; k < MADE_AT_A_POINT; k++)
            made_stand(t, made_cell(&p, "null", k % 2 ? "threads" : "async", 1, 4));
    }
    for (int i = 0; i < tries; i++) {
        struct err e = {0};
        struct summary s;
        struct summarizer *z = summarizer_new(&p);
        assert_non_null(z);
        for (unsigned c = 0; c < p.n_cells; c++) {
            struct trial_record r = made_trial(&p, c, 0, 1000);
            assert_int_equal(summarizer_add(z, &r, &e), 0);
        }
        struct timespec from, to;
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &from);
        assert_int_equal(summarizer_finish(z, &s, &e), 0);
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &to);
        assert_int_equal(s.n_comparisons, points * (MADE_AT_A_POINT * (MADE_AT_A_POINT - 1) / 2));
        summary_release(&s);
        least = fmin(least, (double)(to.tv_sec - from.tv_sec) + 1e-9 * (double)(to.tv_nsec - from.tv_nsec));
    }
    plan_release(&p);
    return least;
}

/* Four times the points take about four times as long, not sixteen times. What else the machine does makes either take
 * longer, never shorter: so the least of ever more tries comes nearer to what it is, and one that is too slow stays so.
 */
static void test_grows_with_the_points(void **state)
{
    (void)state;
    double few = INFINITY, many = INFINITY;
    for (int i = 0; i < 20 && !(many < 8 * few); i++) {
        few = fmin(few, seconds_to_judge(64, 3));
        many = fmin(many, seconds_to_judge(256, 3));
    }
    print_message("judging 1,024 cells takes %.1f ms, 4,096 take %.1f ms\n", 1e3 * few, 1e3 * many);
    assert_true(many < 8 * few);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_pair_once),
        cmocka_unit_test(test_family_is_a_point),
        cmocka_unit_test(test_family_takes_blocks),
        cmocka_unit_test(test_few_pairs),
        cmocka_unit_test(test_speedup),
        cmocka_unit_test(test_looks_of_a_run_cut_short),
        cmocka_unit_test(test_grows_with_the_points),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
