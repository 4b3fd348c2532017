/* SPDX-License-Identifier: MIT */
/* What a run says of the time that it kept, or did not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/made_run.h"

enum { BLOCKS = 14, ASKED = 32 };

static struct plan plan_of(uint64_t asked_s, uint64_t trials_s, uint64_t whole_s, uint64_t planned_s)
{
    static const char *const three[] = {"serial", "threads", "async"};
    struct plan p = made_plan(BLOCKS, 3, 1);
    made_models(&p, "primes", 2, 8, three, 3)->serial = 0;
    p.time = (struct plan_time){.asked_ns = asked_s * NS_PER_S,
                                .trials_ns = trials_s * NS_PER_S,
                                .whole_ns = whole_s * NS_PER_S,
                                .planned_ns = planned_s * NS_PER_S,
                                .blocks_least = 8,
                                .blocks_planned = BLOCKS,
                                .blocks_asked = ASKED};
    return p;
}

/* A summary that ended for its time, whose trials took so long. */
static struct summary told(const struct plan *p, double spent_s, enum stats_stop stop)
{
    struct summary s = made_summary(p, (const double[]){1e5, 2e5, 1.5e5});
    s.look.spent_ns = 1e9 * spent_s;
    s.look.stop = stop;
    assert_int_equal(findings_make(&s), 0);
    return s;
}

static void assert_told(const struct plan *p, double spent_s, const char *severity, const char *text,
                        const char *advice)
{
    struct summary s = told(p, spent_s, STATS_STOP_TIME);
    const struct finding *f = made_finding(&s, "time");
    assert_non_null(f);
    assert_string_equal(f->severity, severity);
    assert_string_equal(f->text, text);
    assert_string_equal(f->advice, advice);
    summary_release(&s);
}

static void test_fewer_blocks(void **state)
{
    (void)state;
    struct plan p = plan_of(600, 570, 1620, 590);
    assert_told(&p, 569, "info",
                "10 min was asked for, and all of it would take about 27 min: 14 of 32 blocks are there",
                "more blocks narrow the intervals; --time 30min measures all of it, --time none whatever it takes");
    plan_release(&p);
}

static void test_cells_left_out(void **state)
{
    (void)state;
    struct plan p = plan_of(60, 50, 70, 59);
    assert_int_equal(plan_give_up(&p, 2, "made up"), 0);
    p.time.cells_left_out = 1;
    struct summary s = told(&p, 49, STATS_STOP_TIME);
    const struct finding *f = made_finding(&s, "time"), *won = made_finding(&s, "winner");
    assert_string_equal(f->severity, "warn");
    assert_string_equal(f->text, "60 s was asked for, and all of it would take about 70 s: 14 of 32 blocks are there, "
                                 "without primes under async at 8 in flight on 2");
    assert_string_equal(f->advice,
                        "how those would have stood is not known; --time 77s measures all of it, --time none "
                        "whatever it takes");
    assert_true(f->n_cells == 1 && f->cells[0] == 2);
    assert_non_null(won); /* nobody wins against one that was left out */
    assert_non_null(strstr(won->text, "threads is fastest of those measured"));
    summary_release(&s);
    plan_release(&p);
}

static void test_longer_all_the_same(void **state)
{
    (void)state;
    struct plan p = plan_of(600, 570, 1620, 590);
    assert_told(&p, 601, "warn",
                "10 min was asked for, and all of it would take about 27 min: 14 of 32 blocks are there; it took "
                "longer all the same, for the last block was slower than those before it",
                "more blocks narrow the intervals; --time 30min measures all of it, --time none whatever it takes");
    p.time.blocks_least = BLOCKS;
    assert_told(
        &p, 601, "warn",
        "10 min was asked for, and all of it would take about 27 min: 14 of 32 blocks are there; it took longer all "
        "the same, for trials were slower than pilots were, and fewer blocks carry no verdict",
        "more blocks narrow the intervals; --time 30min measures all of it, --time none whatever it takes");
    p.time.planned_ns = 700 * NS_PER_S;
    assert_told(
        &p, 601, "warn",
        "10 min was asked for, and all of it would take about 27 min: 14 of 32 blocks are there; it took longer all "
        "the same, for fewer blocks and cells would tell nothing",
        "more blocks narrow the intervals; --time 30min measures all of it, --time none whatever it takes");
    plan_release(&p);
}

/* One that has all its blocks, one that another rule ended, and one without a time. */
static void test_nothing_to_tell(void **state)
{
    (void)state;
    struct plan p = plan_of(600, 570, 580, 580);
    p.time.blocks_asked = p.blocks;
    struct summary s = told(&p, 569, STATS_GO_ON);
    assert_null(made_finding(&s, "time"));
    summary_release(&s);
    s = told(&p, 300, STATS_STOP_BUDGET);
    assert_null(made_finding(&s, "time"));
    summary_release(&s);
    p.time.blocks_asked = ASKED; /* all that it was to have, since then its rule ended it */
    s = told(&p, 300, STATS_STOP_PRECISION);
    assert_null(made_finding(&s, "time"));
    summary_release(&s);
    s = told(&p, 300, STATS_GO_ON);
    assert_non_null(made_finding(&s, "time"));
    summary_release(&s);
    p.time = (struct plan_time){0};
    s = told(&p, 1e6, STATS_GO_ON);
    assert_null(made_finding(&s, "time"));
    summary_release(&s);
    plan_release(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fewer_blocks),
        cmocka_unit_test(test_cells_left_out),
        cmocka_unit_test(test_longer_all_the_same),
        cmocka_unit_test(test_nothing_to_tell),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
