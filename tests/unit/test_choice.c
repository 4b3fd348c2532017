/* SPDX-License-Identifier: MIT */
/* Which model a run would choose for each work, and by which verdicts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "harness/insight/choice.h"
#include "tests/unit/made_run.h"

static const char *const names[] = {"serial", "threads", "processes", "async"};
enum { N = sizeof names / sizeof *names, BLOCKS = 20 };

/* One point of these rates; those that are 0 have no trial. */
static void check(const double *rates, enum choice_kind is, const char *best, unsigned n_best, unsigned beaten,
                  unsigned missing)
{
    struct plan p = made_plan(BLOCKS, N, 1);
    made_models(&p, "primes", 2, 16, names, N)->serial = 0;
    struct summary s = made_summary(&p, rates);
    struct choice *c;
    assert_int_equal(choices_find(&s, &c), 1);
    assert_int_equal(c->n_at, 1);
    assert_int_equal(c->at->is, is);
    assert_int_equal(c->at->n_best, n_best);
    assert_int_equal(c->at->n_beaten, beaten);
    assert_int_equal(c->at->field.n_missing, missing);
    if (best)
        assert_string_equal(p.cells[c->at->best[0]].model, best);
    if (beaten)
        assert_true(c->at->p > 0 && c->at->p <= 0.05);
    else
        assert_true(isnan(c->at->p));
    choices_free(c, 1);
    summary_release(&s);
    plan_release(&p);
}

static void test_one_point(void **state)
{
    (void)state;
    check((const double[]){1e6, 2e6, 3e6, 4e6}, CHOICE_WON, "async", 1, 3, 0);
    check((const double[]){1e6, 2e6, 2e6, 1e6}, CHOICE_EQUIVALENT, NULL, 2, 2, 0);
    check((const double[]){1e6, 2e6, 0, 0}, CHOICE_WON, "threads", 1, 1, 2);
    check((const double[]){0, 2e6, 0, 0}, CHOICE_ALONE, "threads", 1, 0, 3);
    check((const double[]){0, 0, 0, 0}, CHOICE_NONE, NULL, 0, 0, 4);
}

/* Rates of two that change places from block to block, by more than what is equivalent. */
static void test_unsure(void **state)
{
    (void)state;
    struct plan p = made_plan(BLOCKS, 3, 1);
    struct err e = {0};
    struct summary s;
    struct choice *c;
    made_models(&p, "primes", 2, 16, names, 3);
    struct summarizer *z = summarizer_new(&p);
    for (unsigned b = 0; b < BLOCKS; b++)
        for (unsigned i = 0; i < 3; i++) {
            struct trial_record r = made_trial(&p, i, b, i ? 2e6 * (1 + ((b + i) % 2 ? 0.1 : -0.1)) : 1e6);
            assert_int_equal(summarizer_add(z, &r, &e), 0);
        }
    assert_int_equal(summarizer_finish(z, &s, &e), 0);
    assert_int_equal(choices_find(&s, &c), 1);
    assert_int_equal(c->at->is, CHOICE_UNSURE);
    assert_int_equal(c->at->n_best, 2);
    assert_int_equal(c->at->n_beaten, 1);
    choices_free(c, 1);
    summary_release(&s);
    plan_release(&p);
}

/* A work's points are one choice, the fastest first, and each other work is another. */
static void test_points(void **state)
{
    (void)state;
    struct plan p = made_plan(BLOCKS, 12, 4);
    static const char *const two[] = {"threads", "async"};
    made_models(&p, "primes", 1, 1, two, 2);
    made_models(&p, "sleep", 1, 4, two, 2);
    made_models(&p, "primes", 2, 2, two, 2);
    made_models(&p, "primes", 1, 2, two, 2);
    struct summary s = made_summary(&p, (const double[]){1e6, 2e6, 5e3, 4e3, 4e6, 3e6, 1e6, 2e6});
    struct choice *c;
    assert_int_equal(choices_find(&s, &c), 2);
    assert_int_equal(c[0].n_at, 3);
    assert_int_equal(c[0].at[0].point, 2);
    assert_int_equal(c[0].at[1].point, 0);
    assert_int_equal(c[0].at[2].point, 3);
    assert_string_equal(p.cells[c[0].at[0].best[0]].model, "threads");
    assert_string_equal(p.cells[c[0].at[1].best[0]].model, "async");
    assert_int_equal(c[1].n_at, 1);
    assert_int_equal(c[1].at[0].point, 1);
    choices_free(c, 2);
    summary_release(&s);
    plan_release(&p);
}

/* What is judged by how late it is has no winner by rate. */
static void test_late(void **state)
{
    (void)state;
    struct plan p = made_plan(12, 2, 1);
    made_models(&p, "responsive", 2, 2, (const char *[]){"async", "threads"}, 2);
    struct summary s = made_summary(&p, (const double[]){60, 59.999});
    for (unsigned in_time = 0; in_time < 2; in_time++) {
        struct choice *c;
        for (unsigned i = 0; i < 2; i++) {
            free(s.cells[i].latency);
            s.cells[i].latency = malloc(sizeof(struct histogram));
            assert_non_null(s.cells[i].latency);
            histogram_init(s.cells[i].latency);
            histogram_record(s.cells[i].latency, i ? in_time ? 100000 : 50000000 : 63000000);
        }
        assert_int_equal(choices_find(&s, &c), 1);
        assert_int_equal(c->at->is, in_time ? CHOICE_IN_TIME : CHOICE_LATE);
        assert_int_equal(c->at->n_best, 1);
        assert_string_equal(p.cells[c->at->best[0]].model, "threads");
        choices_free(c, 1);
    }
    summary_release(&s);
    plan_release(&p);
}

/* Where all are late at times, the one with the fewest late units is taken, not the one whose single latest is least.
 */
static void test_least_often_late(void **state)
{
    (void)state;
    struct plan p = made_plan(12, 2, 1);
    made_models(&p, "responsive", 2, 2, (const char *[]){"async", "threads"}, 2);
    struct summary s = made_summary(&p, (const double[]){60, 60});
    for (unsigned i = 0; i < 2; i++) {
        free(s.cells[i].latency);
        s.cells[i].latency = malloc(sizeof(struct histogram));
        assert_non_null(s.cells[i].latency);
        histogram_init(s.cells[i].latency);
        for (unsigned k = 0; k < 1000; k++)
            histogram_record(s.cells[i].latency, k < (i ? 1u : 10u) ? i ? 63000000 : 50000000 : 100000);
    }
    struct choice *c;
    assert_int_equal(choices_find(&s, &c), 1);
    assert_int_equal(c->at->is, CHOICE_LATE);
    assert_string_equal(p.cells[c->at->best[0]].model, "threads");
    choices_free(c, 1);
    summary_release(&s);
    plan_release(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_one_point), cmocka_unit_test(test_unsure),
                                       cmocka_unit_test(test_points), cmocka_unit_test(test_late),
                                       cmocka_unit_test(test_least_often_late)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
