/* SPDX-License-Identifier: MIT */
/* What follows from an interval: the verdict and the decision to stop. And the log ratios of two columns. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <math.h>

#include "harness/stats/ratio.h"
#include "harness/stats/sequence.h"
#include "harness/stats/verdict.h"

static void test_verdict(void **state)
{
    (void)state;
    static const struct {
        double lower, upper;
        enum verdict v, with_p; /* alone; in a family with an adjusted p of 0.2 */
    } cases[] = {
        {1.01, 1.05, VERDICT_FASTER, VERDICT_INCONCLUSIVE},
        {0.90, 0.99, VERDICT_SLOWER, VERDICT_INCONCLUSIVE},
        {0.99, 1.01, VERDICT_EQUIVALENT, VERDICT_EQUIVALENT},
        {1.001, 1.019, VERDICT_EQUIVALENT, VERDICT_EQUIVALENT},
        {0.9802, 1.01, VERDICT_INCONCLUSIVE, VERDICT_INCONCLUSIVE}, /* 1 / 1.02 is 0.9804 */
        {0.95, 1.05, VERDICT_INCONCLUSIVE, VERDICT_INCONCLUSIVE},
        {1.0, 1.05, VERDICT_INCONCLUSIVE, VERDICT_INCONCLUSIVE},
        {1.01, 1.005, VERDICT_INCONCLUSIVE, VERDICT_INCONCLUSIVE}, /* empty */
        {NAN, NAN, VERDICT_INCONCLUSIVE, VERDICT_INCONCLUSIVE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct stats_interval ratio = {1, cases[i].lower, cases[i].upper, 0.95};
        assert_int_equal(stats_verdict(&ratio, 0.02), cases[i].v);
        assert_int_equal(stats_family_verdict(&ratio, 0.02, 0.04, 0.05), cases[i].v);
        assert_int_equal(stats_family_verdict(&ratio, 0.02, 0.2, 0.05), cases[i].with_p);
        assert_int_equal(stats_family_verdict(&ratio, 0.02, NAN, 0.05), cases[i].with_p);
        assert_int_equal(stats_equivalent(&ratio, 0.02), cases[i].v == VERDICT_EQUIVALENT);
        assert_false(stats_equivalent(&ratio, 0));
    }
    const struct stats_interval point = {1, 1, 1, 0.95}; /* of pairs that were all equal */
    assert_int_equal(stats_verdict(&point, 0.02), VERDICT_EQUIVALENT);
    assert_int_equal(stats_verdict(&point, 0), VERDICT_INCONCLUSIVE);
}

static void test_stop(void **state)
{
    (void)state;
    const struct stats_stop_rule rule = {.precision = 0.01, .margin = 0.02, .clear = true, .budget = 10};
    const struct stats_stop_rule no_more = {.margin = 0.02, .budget = INFINITY};
    const struct stats_interval none = {0, NAN, NAN, NAN}, empty = {0, 0.2, 0.1, 0.95}, wide = {0, -0.5, 0.5, 0.95},
                                narrow = {0.3, 0.2951, 0.3049, 0.95}, faster = {0.3, 0.1, 0.5, 0.95},
                                same = {0, -0.019, 0.019, 0.95};
    assert_int_equal(stats_stop(&narrow, 1, 1, &rule), STATS_STOP_PRECISION);
    assert_int_equal(stats_stop(&faster, 1, 1, &rule), STATS_STOP_CLEAR);
    assert_int_equal(stats_stop(&same, 1, 1, &rule), STATS_STOP_CLEAR);
    assert_int_equal(stats_stop(&wide, 9, 1, &rule), STATS_GO_ON);
    assert_int_equal(stats_stop(&wide, 9, 1.1, &rule), STATS_STOP_BUDGET);
    assert_int_equal(stats_stop(&faster, 9, 1.1, &rule), STATS_STOP_CLEAR);
    assert_int_equal(stats_stop(&none, 1, 1, &rule), STATS_GO_ON);
    assert_int_equal(stats_stop(&empty, 1, 1, &rule), STATS_GO_ON);
    assert_int_equal(stats_stop(&empty, 10, 1, &rule), STATS_STOP_BUDGET);
    const struct stats_interval *all[] = {&none, &empty, &wide, &narrow, &faster, &same};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        assert_int_equal(stats_stop(all[i], 1e9, 1, &no_more), STATS_GO_ON);
}

static void test_log_ratios(void **state)
{
    (void)state;
    const double a[] = {2, NAN, 3, 0, 1, INFINITY}, b[] = {1, 1, NAN, 1, -1, 1};
    double d[6];
    assert_int_equal(stats_log_ratios(a, b, 6, d), 1);
    assert_true(fabs(d[0] - M_LN2) < 1e-15);
    struct stats_interval i;
    assert_false(stats_paired_ratio(d, 1, STATS_SIGN, 0.95, &i));
    assert_true(fabs(i.estimate - 2) < 1e-15 && isnan(i.lower) && isnan(i.level));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_verdict),
        cmocka_unit_test(test_stop),
        cmocka_unit_test(test_log_ratios),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
