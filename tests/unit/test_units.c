/* SPDX-License-Identifier: MIT */
/* How many processing units a cell is placed on, and which of them each thread of libuv's pool is pinned to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "harness/base/base.h"
#include "harness/engine/engine.h"
#include "harness/model/model.h"

static struct cell shaped(const char *workload, const char *model, unsigned offered, unsigned concurrency)
{
    const struct workload *w = workload_find(workload);
    struct cell c = {.workload = workload, .model = model, .offered = offered, .concurrency = concurrency};
    struct err e = {0};
    for (unsigned i = 0; w->params && w->params[i].name; i++)
        c.p[i] = w->params[i].fallback;
    assert_int_equal(model_shape(model_find(model), w, &c, &e), 0);
    return c;
}

static void test_how_many(void **state)
{
    (void)state;
    static const struct {
        const char *workload, *model;
        unsigned offered, concurrency, pool, units;
    } rows[] = {
        {"file-read", "serial", 8, 8, 0, 1},
        {"file-read", "threads", 8, 3, 0, 3},
        {"file-read", "threads", 2, 8, 0, 2},
        {"file-read", "async", 1, 8, 4, 1},
        {"file-read", "async", 2, 8, 4, 2}, /* its loop uses one unit, its pool all */
        {"file-read", "async", 8, 8, 4, 5},
        {"file-read", "async-offload", 1, 8, 4, 1}, /* no fewer threads for files than async has */
        {"file-read", "async-offload", 6, 8, 6, 6},
        {"file-read", "async-threads", 8, 2, 4, 6},
        {"file-read", "async-processes", 16, 2, 4, 10}, /* a pool each */
        {"file-read", "async-processes", 8, 2, 4, 8},
        {"primes", "async", 8, 8, 0, 1},
        {"primes", "async-offload", 6, 8, 6, 6},
        {"primes", "async-processes", 8, 8, 0, 8},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct cell c = shaped(rows[i].workload, rows[i].model, rows[i].offered, rows[i].concurrency);
        print_message("%s %s o%u c%u\n", c.workload, c.model, c.offered, c.concurrency);
        assert_int_equal(c.pool, rows[i].pool);
        assert_int_equal(model_units(&c), rows[i].units);
    }
}

/* Loops and pool threads on each unit differ by one at most, whatever the numbers. */
static void expect_even(const struct cell *c, unsigned pools)
{
    unsigned on[CELL_MAX_PUS] = {0}, least = UINT32_MAX, most = 0;
    for (unsigned i = 0; i < c->workers; i++)
        on[i % c->n_pus]++;
    for (unsigned w = 0; w < pools; w++)
        for (unsigned i = 0; i < c->pool; i++) {
            unsigned at = pool_thread_pu(c, w, i);
            assert_in_range(at, 0, c->n_pus - 1);
            on[at]++;
        }
    for (unsigned i = 0; i < c->n_pus; i++) {
        least = on[i] < least ? on[i] : least;
        most = on[i] > most ? on[i] : most;
    }
    assert_true(most - least <= 1);
}

static void test_even(void **state)
{
    (void)state;
    for (unsigned pus = 1; pus <= 12; pus++)
        for (unsigned workers = 1; workers <= 25; workers++)
            for (unsigned pool = 1; pool <= 9; pool++) {
                struct cell c = {.workers = workers, .pool = pool, .n_pus = pus};
                expect_even(&c, 1);
                expect_even(&c, workers);
            }
}

static void test_where(void **state)
{
    (void)state;
    struct cell c = {.workers = 1, .pool = 4, .n_pus = 2};
    assert_int_equal(pool_thread_pu(&c, 0, 0), 1); /* beside its loop, then in turn */
    assert_int_equal(pool_thread_pu(&c, 0, 1), 0);
    c = (struct cell){.workers = 8, .pool = 4, .n_pus = 8};
    for (unsigned w = 0; w < 8; w++) /* a process's own unit and those after it */
        for (unsigned i = 0; i < 4; i++)
            assert_int_equal(pool_thread_pu(&c, w, i), (w + i) % 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_how_many),
        cmocka_unit_test(test_even),
        cmocka_unit_test(test_where),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
