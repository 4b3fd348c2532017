/* SPDX-License-Identifier: MIT */
/* What is left of a run, by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "harness/base/base.h"
#include "harness/experiment/blocks.h"

static const double trial_ns[] = {1e9, 2e9};

static void test_golden_values_come_once(void **state)
{
    (void)state;
    const struct plan p = {.blocks = 10, .n_cells = 2};
    const struct expected begin = {trial_ns, 4e9, 0, 0, 0}, later = {trial_ns, 4e9, 1e9, 0, 0},
                          end = {trial_ns, 4e9, 5e9, 5e9, 0};
    struct look look = {0};
    assert_float_equal(blocks_left_s(&p, 0, &begin, &look), 34, 1e-9);
    assert_float_equal(blocks_left_s(&p, 0.5, &later, &look), 3 + 28.5, 1e-9);
    assert_float_equal(blocks_left_s(&p, 1, &end, &look), 27, 1e-9);
    look = (struct look){.blocks = 2, .spent_ns = 13e9}; /* 4 s a block and 5 s once */
    assert_float_equal(blocks_left_s(&p, 2, &end, &look), 32, 1e-9);
    assert_float_equal(blocks_left_s(&p, 2, &(struct expected){0}, &look), 52, 1e-9);
    /* Less than was foretold, in batch mode: it does not come. */
    assert_float_equal(blocks_left_s(&p, 2, &(struct expected){trial_ns, 9e9, 5e9, 5e9, 0}, &look), 32, 1e-9);
    /* What the block under way took is not yet in spent_ns. */
    assert_float_equal(blocks_left_s(&p, 2.5, &(struct expected){trial_ns, 9e9, 7e9, 5e9, 0}, &look), 30, 1e-9);
    /* In closed mode it comes again: as much as was foretold, but no more a block than in the last. */
    assert_float_equal(blocks_left_s(&p, 2, &(struct expected){trial_ns, 9e9, 5e9, 5e9, 1e9}, &look), 36, 1e-9);
    assert_float_equal(blocks_left_s(&p, 2, &(struct expected){trial_ns, 99e9, 5e9, 5e9, 1e9}, &look), 40, 1e-9);
    /* Resumed: 5 s were spent before, and 2 of them are by now again. */
    assert_float_equal(blocks_left_s(&p, 2, &(struct expected){NULL, 5e9, 2e9, 7e9, 2e9}, &look), 27, 1e-9);
}

/* What a cell that never runs would have found out is found out for those that share it. */
static void test_golden_values_are_shared_by_what_runs(void **state)
{
    (void)state;
    struct cell cells[4] = {{.units = 5}, {.units = 5}, {.units = 6}, {.units = 5}};
    struct plan_skip skip = {.cell = 0, .reason = "made up"};
    struct plan p = {.n_cells = 4, .cells = cells, .skips = &skip};
    assert_int_equal(shared_golden_first(&p, 3), 0);
    p.n_skips = 1;
    assert_int_equal(shared_golden_first(&p, 1), 1);
    assert_int_equal(shared_golden_first(&p, 2), 2);
    assert_int_equal(shared_golden_first(&p, 3), 1);
}

static void test_a_rule_ends_it_sooner(void **state)
{
    (void)state;
    const struct expected none = {0};
    struct plan p = {.blocks = 100, .n_cells = 2, .stop = {.precision = 0.01}};
    struct look look = {.blocks = 10, .spent_ns = 10e9, .widest = 0.02};
    assert_float_equal(blocks_left_s(&p, 10, &none, &look), 30, 1e-9); /* four times as many for half as wide */
    p.stop.budget_ns = UINT64_C(15000000000);
    assert_float_equal(blocks_left_s(&p, 10, &none, &look), 5, 1e-9);
}

static void test_a_time_ends_it(void **state)
{
    (void)state;
    const struct expected begin = {.trial_ns = trial_ns}, none = {0};
    struct plan p = {.blocks = 100, .n_cells = 2, .time = {.asked_ns = 40 * NS_PER_S, .trials_ns = 36 * NS_PER_S}};
    struct look look = {0};
    p.time.blocks_least = 6;
    assert_float_equal(blocks_left_s(&p, 0, &begin, &look), 36, 1e-9);
    p.time.blocks_least = 20; /* which take longer */
    assert_float_equal(blocks_left_s(&p, 0, &begin, &look), 60, 1e-9);
    look = (struct look){.blocks = 10, .spent_ns = 20e9};
    assert_float_equal(blocks_left_s(&p, 10, &none, &look), 20, 1e-9);
    p.time.blocks_least = 6;
    assert_float_equal(blocks_left_s(&p, 10, &none, &look), 16, 1e-9);
    p.blocks = 11;
    assert_float_equal(blocks_left_s(&p, 10, &none, &look), 2, 1e-9);
}

static void test_pauses_are_a_part_of_what_is_left(void **state)
{
    (void)state;
    const struct expected none = {0};
    const struct plan p = {.blocks = 10, .visits = 4, .pause_ns = UINT64_C(7000000000)}; /* from blocks 2, 5 and 7 */
    const struct look look = {.blocks = 2, .spent_ns = 2e9};
    assert_float_equal(blocks_left_s(&p, 0, &none, &(struct look){0}), 21, 1e-9);
    assert_float_equal(blocks_left_s(&p, 2, &none, &look), 8 + 21, 1e-9);
    assert_float_equal(blocks_left_s(&p, 2.5, &none, &look), 7.5 + 14, 1e-9);
    assert_float_equal(blocks_left_s(&p, 7, &none, &look), 3 + 7, 1e-9);
    assert_float_equal(blocks_left_s(&p, 10, &none, &look), 0, 1e-9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_golden_values_come_once),
        cmocka_unit_test(test_golden_values_are_shared_by_what_runs),
        cmocka_unit_test(test_a_rule_ends_it_sooner),
        cmocka_unit_test(test_a_time_ends_it),
        cmocka_unit_test(test_pauses_are_a_part_of_what_is_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
