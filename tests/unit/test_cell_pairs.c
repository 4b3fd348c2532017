/* SPDX-License-Identifier: MIT */
/* Cells of two points, paired by block: ratios and differences with their intervals. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "harness/insight/cell_pairs.h"
#include "tests/unit/made_run.h"

enum { BLOCKS = 9 };

/* Threads at two points, the second at twice the first one's rate in each block, whatever the block does to both. */
static struct summary run_of(struct plan *p, unsigned blocks)
{
    static const char *const names[] = {"threads"};
    struct err e = {0};
    struct summary s;
    *p = made_plan(blocks, 2, 2);
    made_models(p, "primes", 1, 1, names, 1);
    made_models(p, "primes", 2, 2, names, 1);
    struct summarizer *z = summarizer_new(p);
    assert_non_null(z);
    for (unsigned b = 0; b < blocks; b++)
        for (unsigned c = 0; c < 2; c++) {
            struct trial_record r = made_trial(p, c, b, 1e5 * (b % 3 + 1) * (c + 1));
            r.pss_bytes.value = 1000000 * (b + 1) + 5000 * c;
            if (b == 2 && c)
                r.pss_bytes = (struct metric){.why = "not read"};
            assert_int_equal(summarizer_add(z, &r, &e), 0);
        }
    assert_int_equal(summarizer_finish(z, &s, &e), 0);
    return s;
}

static void test_pairs(void **state)
{
    (void)state;
    struct plan p;
    struct summary s = run_of(&p, BLOCKS);
    struct estimate r = cells_ratio(&s, s.throughput, 1, 0), x = cells_extra(&s, s.pss, 1, 0, 5);
    assert_true(fabs(r.median - 2) < 1e-6 && r.upper - r.lower < 1e-6 && r.n == BLOCKS && !r.why);
    assert_true(fabs(x.median - 1000) < 1e-6 && fabs(x.lower - 1000) < 1e-6 && x.n == BLOCKS - 1);
    assert_true(ratio_differs(&r));
    r = cells_ratio(&s, s.throughput, 0, 1);
    assert_true(fabs(r.median - 0.5) < 1e-6 && ratio_differs(&r));
    r = cells_ratio(&s, s.throughput, 0, 0);
    assert_true(fabs(r.median - 1) < 1e-6 && !ratio_differs(&r));
    r = cells_ratio(&s, s.p99, 0, 1); /* units that were not timed */
    assert_true(r.n == 0 && isnan(r.median) && r.why && !ratio_differs(&r));
    x = cells_extra(&s, s.p99, 0, 1, 1);
    assert_true(x.n == 0 && isnan(x.median) && x.why);
    summary_release(&s);
    plan_release(&p);
}

static void test_too_few_blocks(void **state)
{
    (void)state;
    struct plan p;
    struct summary s = run_of(&p, 4);
    struct estimate r = cells_ratio(&s, s.throughput, 1, 0), x = cells_extra(&s, s.pss, 1, 0, 5);
    assert_true(fabs(r.median - 2) < 1e-6 && isnan(r.lower) && r.why && !ratio_differs(&r));
    assert_true(fabs(x.median - 1000) < 1e-6 && isnan(x.lower) && x.why);
    summary_release(&s);
    plan_release(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_pairs), cmocka_unit_test(test_too_few_blocks)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
