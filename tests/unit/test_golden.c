/* SPDX-License-Identifier: MIT */
/* Golden values go on from marks of trials before, exactly, and what can't be trusted is not kept. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <unistd.h>

#include "harness/trial/golden.h"

enum { TASKS = 2, TOO_MANY = 1 << 20 };

static uint64_t asked; /* units, of all calls since the last trial began */

static uint64_t unit_value(uint64_t unit)
{
    return (unit + 1) * UINT64_C(0x9e3779b97f4a7c15);
}

static uint64_t expected(const struct wl_env *env, uint64_t first, uint64_t n)
{
    (void)env;
    uint64_t sum = 0;
    asked += n;
    for (uint64_t i = 0; i < n; i++)
        sum += unit_value(first + i);
    return sum;
}

static const struct workload workload = {.name = "made-up", .expected = expected};
static struct cell cell;
static struct golden golden;
static int file;

static int set_up(void **state)
{
    (void)state;
    cell = (struct cell){.mode = MODE_CLOSED, .tasks = TASKS};
    file = golden_file();
    return file ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    golden_release(&golden);
    return close(file);
}

/* What a trial whose tasks did so many units asked for; its value is right. */
static uint64_t units_asked(uint64_t a, uint64_t b)
{
    uint64_t done[TASKS] = {a, b};
    struct trial t = {.engine = {.cell = &cell, .workload = &workload, .task_units = done}};
    uint64_t due = expected(NULL, 0, a) + expected(NULL, UINT64_C(1) << 40, b);
    golden_hand_over(&golden, file, &cell);
    asked = 0;
    assert_true(golden_value(&t) == due);
    return asked;
}

static void take(void)
{
    golden_take(&golden, &cell, &(struct trial_record){0});
}

static void test_from_the_nearest_mark(void **state)
{
    (void)state;
    assert_int_equal(units_asked(1000, 2000), 3000);
    take();
    assert_int_equal(golden.n_marks, 2);
    assert_int_equal(units_asked(1000, 2000), 0);
    assert_int_equal(units_asked(1010, 1990), 20); /* forwards, and back */
    take();
    assert_int_equal(golden.n_marks, 2);           /* so near that they are no marks of their own */
    assert_int_equal(units_asked(100, 2500), 600); /* from none at all, and forwards */
    take();
    assert_int_equal(golden.n_marks, 4);
    assert_int_equal(units_asked(900, 2300), 300); /* back to each task's own nearest */
}

static void test_of_a_trial_that_failed_nothing_is_kept(void **state)
{
    (void)state;
    assert_int_equal(units_asked(1000, 1000), 2000); /* its marks are in the file, and not taken */
    assert_int_equal(units_asked(1000, 1000), 2000);
    take();
    assert_int_equal(units_asked(1000, 1000), 0);
}

static void test_files_that_are_not_as_left(void **state)
{
    (void)state;
    struct golden_mark other = {.task = TASKS, .units = 1000, .sum = 1};
    units_asked(1000, 1000);
    assert_int_equal(pwrite(file, &other, sizeof other, 2 * sizeof other), sizeof other);
    assert_int_equal(ftruncate(file, 3 * sizeof other + 5), 0); /* and a part of a mark */
    take();
    assert_int_equal(golden.n_marks, 3);
    assert_int_equal(units_asked(1000, 1000), 0); /* a mark of a task that there is not is none of another's */
    assert_int_equal(ftruncate(file, sizeof other), 0);
    take();
    assert_int_equal(golden.n_marks, 3);
    assert_int_equal(ftruncate(file, (off_t)TOO_MANY * (off_t)sizeof other), 0);
    take();
    assert_int_equal(golden.n_marks, 3);
    assert_int_equal(units_asked(1001, 999), 2);
}

static void test_what_is_known_is_not_asked_for(void **state)
{
    (void)state;
    struct trial t = {.engine = {.cell = &cell, .workload = &workload, .task_units = (uint64_t[TASKS]){5, 5}}};
    cell.golden_known = true;
    cell.golden = 7;
    asked = 0;
    assert_int_equal(golden_value(&t), 7); /* in closed mode too: a pilot */
    cell.mode = MODE_BATCH;
    assert_int_equal(golden_value(&t), 7);
    assert_int_equal(asked, 0);
    golden_take(&golden, &cell, &(struct trial_record){.expected = 9});
    golden_take(&golden, &cell, &(struct trial_record){.expected = 8});
    golden_hand_over(&golden, file, &cell);
    assert_true(cell.golden_known && cell.golden == 9 && !cell.golden_fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_from_the_nearest_mark, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_of_a_trial_that_failed_nothing_is_kept, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_files_that_are_not_as_left, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_what_is_known_is_not_asked_for, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
