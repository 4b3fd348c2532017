/* SPDX-License-Identifier: MIT */
/* What is given up of made-up plans, of which all costs are known, so that they keep a time; and when a run ends for
 * it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <math.h>

#include "harness/experiment/keep_time.h"
#include "tests/unit/made_run.h"

enum { MOST = 32 };
static const char *const four[] = {"serial", "threads", "processes", "async"};

struct made {
    struct plan plan;
    double trial_s[MOST];
    struct golden_cost golden[MOST];
    double true_s[MOST];
    unsigned again[MOST]; /* how often each was tried */
    int fails;            /* with that; 0: none */
    struct err e;
};

/* Points of four models each, all of whose trials take 1 s; 1, 2, 3 … in flight. */
static struct made make(unsigned blocks, unsigned points)
{
    struct made m = {.plan = made_plan(blocks, MOST, MOST)};
    for (unsigned i = 0; i < points; i++) {
        struct plan_point *t = made_models(&m.plan, "primes", 2, i + 1, four, ARRAY_LEN(four));
        t->serial = (int)t->cells[0];
    }
    for (unsigned i = 0; i < MOST; i++)
        m.trial_s[i] = m.true_s[i] = 1;
    return m;
}

static void assert_near(double x, double is, double within)
{
    if (!(fabs(x - is) <= within))
        fail_msg("%.9g, not %.9g", x, is);
}

static int again(void *arg, unsigned cell, double *ns, struct err *e)
{
    struct made *m = arg;
    m->again[cell]++;
    *ns = 1e9 * m->true_s[cell];
    return m->fails ? err_set(e, m->fails, "made up") : 0;
}

/* With `before` and `after`, and what a further trial tells or, without `sure`, none. */
static int kept(struct made *m, double asked_s, double before_s, double after_s, bool sure)
{
    double ns[MOST];
    for (unsigned i = 0; i < MOST; i++)
        ns[i] = 1e9 * m->trial_s[i];
    const struct price x = {.trial_ns = ns,
                            .golden = m->golden,
                            .before_ns = 1e9 * before_s,
                            .after_ns = 1e9 * after_s,
                            .again = sure ? again : NULL,
                            .arg = m};
    return keep_time(&m->plan, (uint64_t)(1e9 * asked_s), &x, &m->e);
}

static void keeps(struct made *m, double asked_s)
{
    assert_int_equal(kept(m, asked_s, 0, 0, false), 0);
}

static bool is_out(const struct made *m, unsigned cell)
{
    return plan_skipped(&m->plan, cell, NULL);
}

static void assert_planned(const struct made *m, unsigned blocks, unsigned left_out, double planned_s)
{
    const struct plan_time *t = &m->plan.time;
    assert_int_equal(t->blocks_planned, blocks);
    assert_int_equal(t->cells_left_out, left_out);
    assert_int_equal(m->plan.n_skips, left_out);
    assert_near((double)t->planned_ns / 1e9, planned_s, 0.001);
}

static void test_what_fits_is_left_alone(void **state)
{
    (void)state;
    struct made m = make(20, 2);
    keeps(&m, 160);
    assert_planned(&m, 20, 0, 160);
    const struct plan_time *t = &m.plan.time;
    assert_true(t->asked_ns == 160 * NS_PER_S && t->whole_ns == t->asked_ns && t->trials_ns == t->asked_ns);
    assert_int_equal(t->blocks_asked, 20);
    plan_release(&m.plan);
}

static void test_blocks_go_first(void **state)
{
    (void)state;
    struct made m = make(20, 2);
    assert_int_equal(kept(&m, 160, 30, 10, false), 0);
    assert_planned(&m, 15, 0, 160); /* 8 s a block, and 120 s for them */
    assert_true(m.plan.time.whole_ns == 200 * NS_PER_S && m.plan.time.trials_ns == 120 * NS_PER_S);
    assert_int_equal(m.plan.blocks, 20); /* at most: should they be faster than pilots were */
    plan_release(&m.plan);
    m = make(20, 2);
    m.plan.visits = 3;
    m.plan.pause_ns = 10 * NS_PER_S;
    keeps(&m, 100);
    assert_planned(&m, 10, 0, 100); /* two pauses */
    assert_true(m.plan.blocks == 10 && m.plan.time.trials_ns == 0);
    plan_release(&m.plan);
    m = make(400, 2);
    m.plan.stop.clear = true;
    keeps(&m, 100);
    assert_planned(&m, 12, 0, 96);
    assert_int_equal(m.plan.blocks, 12);
    plan_release(&m.plan);
    m = make(400, 2);
    m.plan.stop.budget_ns = 60 * NS_PER_S; /* it ends the run before that */
    keeps(&m, 100);
    assert_planned(&m, 400, 0, 68);
    plan_release(&m.plan);
}

/* By the sign test after Holm over 6 pairs: 8 blocks; 6 for an interval of two models. */
static void test_the_fewest_blocks_carry_verdicts(void **state)
{
    (void)state;
    struct made m = make(20, 1);
    keeps(&m, 32);
    assert_planned(&m, 8, 0, 32);
    assert_int_equal(m.plan.time.blocks_least, point_blocks_needed(&m.plan, &m.plan.points[0]));
    plan_release(&m.plan);
    m = make(20, 1);
    keeps(&m, 31.9); /* one cell then, and the others have more */
    assert_planned(&m, 10, 1, 30);
    assert_int_equal(m.plan.time.blocks_least, 7);
    plan_release(&m.plan);
    m = make(3, 1); /* that was asked for */
    keeps(&m, 8);
    assert_int_equal(m.plan.time.blocks_least, 3);
    assert_planned(&m, 3, 2, 6);
    plan_release(&m.plan);
    m = make(20, 1);
    m.plan.visits = 5;
    keeps(&m, 1);
    assert_int_equal(m.plan.time.blocks_least, 10); /* two a visit */
    plan_release(&m.plan);
    m = make(400, 1);
    m.plan.stop.precision = 0.01;
    keeps(&m, 44);
    assert_int_equal(m.plan.time.blocks_least, 11); /* looks cost some */
    plan_release(&m.plan);
}

/* Most expensive first, of equal ones the last; serial stays, and two models at each point. */
static void test_then_cells_go(void **state)
{
    (void)state;
    struct made m = make(20, 2);
    const char *reason = NULL;
    m.trial_s[0] = 9; /* serial */
    m.trial_s[2] = 4;
    m.trial_s[5] = 3;
    keeps(&m, 8 * 17); /* of 8 × 21 */
    assert_planned(&m, 8, 1, 8 * 17);
    assert_true(plan_skipped(&m.plan, 2, &reason));
    assert_string_equal(reason, "left out to keep the time of 2.3 min: it would take 32 s in 8 blocks");
    const struct plan_point *t = m.plan.points;
    assert_true(t[0].n_cells == 3 && t[0].n_left_out == 1 && t[0].serial == 0);
    assert_true(t[1].n_cells == 4 && t[1].n_left_out == 0);
    plan_release(&m.plan);
    m = make(20, 2);
    m.trial_s[0] = 9;
    m.trial_s[2] = 4;
    m.trial_s[5] = 3;
    keeps(&m, 6 * 12); /* 9 + 1 and 1 + 1: with two models each six blocks do */
    assert_planned(&m, 6, 4, 6 * 12);
    assert_true(is_out(&m, 2) && is_out(&m, 5) && is_out(&m, 3) && is_out(&m, 7));
    assert_false(is_out(&m, 0) || is_out(&m, 1) || is_out(&m, 4) || is_out(&m, 6));
    assert_int_equal(m.plan.time.blocks_least, 6);
    plan_release(&m.plan);
}

/* The most expensive first; of equal ones the last, which has most in flight. One stays, however long it takes. */
static void test_then_points_go(void **state)
{
    (void)state;
    struct made m = make(20, 3);
    m.trial_s[4] = 5;
    keeps(&m, 6 * 4);
    assert_planned(&m, 6, 8, 6 * 4); /* two models each at the first and the last */
    assert_int_equal(m.plan.points[1].n_cells, 0);
    assert_int_equal(m.plan.points[1].n_left_out, 4);
    assert_int_equal(m.plan.points[1].serial, -1);
    assert_true(m.plan.points[0].n_cells == 2 && m.plan.points[2].n_cells == 2);
    plan_release(&m.plan);
    m = make(20, 3);
    keeps(&m, 0.001);
    assert_planned(&m, 6, 10, 12);
    assert_true(m.plan.points[0].n_cells == 2 && m.plan.points[1].n_cells == 0 && m.plan.points[2].n_cells == 0);
    assert_true(m.plan.time.trials_ns > 0);
    plan_release(&m.plan);
}

/* Serial is one cell at all of them: it goes with the last. */
static void test_a_cell_of_two_points(void **state)
{
    (void)state;
    struct made m = {.plan = made_plan(20, MOST, MOST)};
    unsigned serial = made_cell(&m.plan, "primes", "serial", 2, 1);
    for (unsigned i = 0; i < 2; i++) {
        struct plan_point *t = made_point(&m.plan, 2, i + 1);
        made_stand(t, serial);
        made_stand(t, made_cell(&m.plan, "primes", "threads", 2, i + 1));
        t->serial = (int)serial;
        m.trial_s[m.plan.n_cells - 1] = 1;
    }
    m.trial_s[serial] = 7;
    keeps(&m, 6 * 8);
    assert_planned(&m, 6, 1, 6 * 8);
    assert_true(is_out(&m, 2) && !is_out(&m, serial));
    assert_true(m.plan.points[1].n_cells == 0 && m.plan.points[1].n_left_out == 2 && m.plan.points[1].serial == -1);
    assert_true(m.plan.points[0].n_cells == 2 && m.plan.points[0].serial == (int)serial);
    plan_release(&m.plan);
}

/* Cells of the same work share one golden value: it is computed once for all, and goes with the last of them. */
static void test_golden_values_count(void **state)
{
    (void)state;
    struct made m = make(20, 1);
    struct plan *p = &m.plan;
    for (unsigned i = 0; i < p->n_cells; i++)
        p->cells[i].concurrency = 4;
    for (unsigned i = 0; i < p->n_cells; i++)
        m.golden[i].once_ns = 20e9;
    keeps(&m, 60);
    assert_planned(&m, 10, 0, 60);
    assert_near(golden_cost_all_ns(p, m.golden), 20e9, 1);
    p->cells[3].concurrency = 5;
    assert_near(golden_cost_all_ns(p, m.golden), 40e9, 1);
    p->time = (struct plan_time){0};
    keeps(&m, 60); /* by leaving the one out that has its own */
    assert_planned(&m, 13, 1, 59);
    assert_true(is_out(&m, 3));
    plan_release(p);
    const struct golden_cost closed = {.each_ns = 1, .anew_ns = 10};
    assert_near(golden_cost_ns(&closed, 1), 1 + 10, 1e-9);
    assert_near(golden_cost_ns(&closed, 2), 2 + 20, 1e-9);
    assert_true(golden_cost_ns(&closed, 1000) < 1000 + 30);
}

/* A pilot that met a bad moment leaves nothing out; one that is right is tried once. */
static void test_tried_again_before_it_goes(void **state)
{
    (void)state;
    struct made m = make(20, 2);
    m.trial_s[2] = 4;
    m.true_s[2] = 1;
    assert_int_equal(kept(&m, 80, 0, 0, true), 0);
    assert_planned(&m, 9, 0, 73); /* and the second for the trial */
    assert_int_equal(m.again[2], 1);
    plan_release(&m.plan);
    m = make(20, 2);
    m.trial_s[2] = 4;
    m.true_s[2] = 40; /* what a bad moment may have made of it */
    assert_int_equal(kept(&m, 80, 0, 0, true), 0);
    assert_true(is_out(&m, 2) && m.again[2] == 1);
    plan_release(&m.plan);
    m = make(20, 2);
    m.trial_s[2] = 4;
    assert_int_equal(kept(&m, 79, 0, 0, true), 0);
    assert_true(is_out(&m, 2) && !m.again[2]); /* more than 5 % */
    plan_release(&m.plan);
    m = make(20, 2);
    m.trial_s[2] = 4;
    m.fails = EINTR;
    assert_int_equal(kept(&m, 80, 0, 0, true), -EINTR);
    plan_release(&m.plan);
}

/* What it takes, without anything given up. */
static void test_a_price_changes_nothing(void **state)
{
    (void)state;
    struct made m = make(20, 2);
    const double ns[MOST] = {1e9, 1e9, 1e9, 1e9, 2e9, 2e9, 2e9, 2e9};
    const struct price x = {.trial_ns = ns, .golden = m.golden, .before_ns = 5e9, .after_ns = 1e9};
    assert_near(price_ns(&m.plan, &x) / 1e9, 20 * 12 + 6, 1e-6);
    assert_true(m.plan.time.asked_ns == 0 && m.plan.n_skips == 0);
    plan_release(&m.plan);
}

/* After a block that found golden values, of 10 s, blocks of 5 s. */
static void test_when_a_run_ends(void **state)
{
    (void)state;
    const double spent[] = {10e9, 5e9, 5e9, 5e9, 5e9, 5e9, 5e9, 5e9, 5e9, 5e9};
    struct plan_time t = {.asked_ns = 32 * NS_PER_S,
                          .trials_ns = 30 * NS_PER_S,
                          .blocks_least = 2,
                          .blocks_planned = 4,
                          .blocks_asked = 10};
    for (unsigned i = 0; i <= 4; i++) /* the fifth ends at 30 s */
        assert_false(time_is_up(&t, 10, i, spent));
    assert_true(time_is_up(&t, 10, 5, spent));
    t.trials_ns = 29 * NS_PER_S; /* a fifth was not planned: it must fit */
    assert_true(time_is_up(&t, 10, 4, spent));
    t.blocks_planned = 5; /* it was: 5 % of 32 s more are borne */
    assert_false(time_is_up(&t, 10, 4, spent));
    t.trials_ns = 28 * NS_PER_S;
    assert_true(time_is_up(&t, 10, 4, spent));
    t.blocks_least = 6; /* not before */
    assert_false(time_is_up(&t, 10, 5, spent));
    assert_true(time_is_up(&t, 10, 6, spent));
    assert_false(time_is_up(&t, 6, 6, spent)); /* that was the last */
    t.trials_ns = 0;
    assert_false(time_is_up(&t, 10, 9, spent));
    t = (struct plan_time){0};
    assert_false(time_is_up(&t, 10, 9, spent));
}

/* A made run ends where its trials' time says so, and is whole then. */
static void test_a_run_that_is_slower_than_its_pilots(void **state)
{
    (void)state;
    struct plan p = made_plan(12, 2, 1);
    struct err e = {0};
    struct summary s;
    struct look look;
    const char *const two[] = {"serial", "threads"};
    made_models(&p, "primes", 2, 2, two, 2);
    struct summarizer *z = summarizer_new(&p);
    assert_non_null(z);
    /* A trial takes twice its run's 10000 units at 1e5 a second: 0.2 s, a block 0.4 s. */
    p.time = (struct plan_time){.asked_ns = 3 * NS_PER_S,
                                .trials_ns = 3 * NS_PER_S,
                                .whole_ns = 4 * NS_PER_S,
                                .blocks_least = 6,
                                .blocks_planned = 10,
                                .blocks_asked = 12};
    unsigned blocks = 0;
    do {
        for (unsigned c = 0; c < 2; c++) {
            struct trial_record r = made_trial(&p, c, blocks, 1e5);
            assert_int_equal(summarizer_add(z, &r, &e), 0);
        }
        blocks++;
        assert_int_equal(summarizer_look(z, &look), 0);
    } while (!look.stop && blocks < 12);
    assert_int_equal(blocks, 7); /* the eighth would end at 3.2 s */
    assert_int_equal(look.stop, STATS_STOP_TIME);
    assert_int_equal(summarizer_finish(z, &s, &e), 0);
    assert_true(s.complete && s.planned == 14);
    summary_release(&s);
    plan_release(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_fits_is_left_alone),
        cmocka_unit_test(test_blocks_go_first),
        cmocka_unit_test(test_the_fewest_blocks_carry_verdicts),
        cmocka_unit_test(test_then_cells_go),
        cmocka_unit_test(test_then_points_go),
        cmocka_unit_test(test_a_cell_of_two_points),
        cmocka_unit_test(test_golden_values_count),
        cmocka_unit_test(test_tried_again_before_it_goes),
        cmocka_unit_test(test_a_price_changes_nothing),
        cmocka_unit_test(test_when_a_run_ends),
        cmocka_unit_test(test_a_run_that_is_slower_than_its_pilots),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
