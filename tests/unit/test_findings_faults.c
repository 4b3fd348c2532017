/* SPDX-License-Identifier: MIT */
/* The finding on page faults that differ: when it is told, of which cells, and when it is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "harness/insight/cell.h"
#include "tests/unit/made_run.h"

enum { THREADS, OTHER, CELLS, WORKERS = 8 };

/* Known to 1 %. */
static struct estimate about(double value)
{
    return (struct estimate){.median = value, .lower = 0.99 * value, .upper = 1.01 * value, .level = 0.95, .n = 12};
}

/* What is told of threads and another model with so many faults a trial, of 9 ms of user and 1 ms of system time, where
 * the canary's fault takes canary_ns; true: something. */
static bool told(const char *other, double threads, double others, double canary_ns)
{
    struct plan p = made_plan(12, CELLS, 1);
    made_models(&p, "primes", WORKERS, WORKERS, (const char *const[]){"threads", other}, 2);
    struct summary s = made_summary(&p, (const double[]){2e5, 2e5});
    for (unsigned b = 0; b < p.blocks; b++)
        s.canaries[CANARY_PAGE_FAULT][b] = canary_ns;
    for (unsigned i = 0; i < CELLS; i++) {
        s.cells[i].cpu_user_ns = about(9e6);
        s.cells[i].cpu_system_ns = about(1e6);
        s.cells[i].minor_faults = about(i ? others : threads);
    }
    assert_int_equal(findings_make(&s), 0);
    const struct finding *f = made_finding(&s, "faults_differ");
    if (f) {
        assert_int_equal(f->n_cells, 2);
        assert_int_equal(f->cells[0], threads > others ? THREADS : OTHER); /* the one with more */
        assert_true(f->evidence > 0.005);
    }
    bool any = f != NULL;
    summary_release(&s);
    plan_release(&p);
    return any;
}

static void test_told(void **state)
{
    (void)state;
    assert_true(told("processes", 100, 137, 10000)); /* 0.37 of 10 ms */
    assert_true(told("processes", 137, 100, 10000));
    assert_true(told("processes", 13312, 13312 + 2 * WORKERS + 1, 10000));
    assert_true(told("processes", 100, 137, NAN)); /* by system time: a quarter of 1 ms */
}

/* Faults that are the work's, differ by a few a worker or cost little. */
static void test_not_told(void **state)
{
    (void)state;
    assert_false(told("processes", 13312, 13312, 10000));
    assert_false(told("processes", 13312, 13312 + 2 * WORKERS, 10000));
    assert_false(told("processes", 100, 137, 1000));  /* 37 us of 10 ms */
    assert_false(told("processes", 1000, 1037, NAN)); /* by system time: 36 us */
    assert_false(told("processes", NAN, 137, 10000)); /* of an older record */
}

/* Workers that are made in the run fault for that; where a pool computes, the workers' faults are not the work's. */
static void test_no_equals(void **state)
{
    (void)state;
    assert_false(told("processes-each", 100, 900, 10000));
    assert_false(told("threads-each", 100, 900, 10000));
    assert_false(told("async-offload", 900, 100, 10000));
}

/* The record tells of some of many workers. */
static void test_of_record(void **state)
{
    (void)state;
    struct worker_record workers[2] = {{.minor_faults = 3}, {.minor_faults = 5}};
    struct trial_record r = {.workers = workers, .n_workers = 2, .worker_count = 2};
    assert_true(cell_minor_faults(&r) == 8);
    r.worker_count = 256;
    assert_true(cell_minor_faults(&r) == 1024);
    r.n_workers = 0;
    assert_true(isnan(cell_minor_faults(&r)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_told),
        cmocka_unit_test(test_not_told),
        cmocka_unit_test(test_no_equals),
        cmocka_unit_test(test_of_record),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
