/* SPDX-License-Identifier: MIT */
/* Who is named as the winner of a point, and with which words: never more than its comparisons show. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "tests/unit/made_run.h"

/* One point of `workload` with these models, at `rates` units/s each. */
static struct summary one_point(struct plan *p, const char *workload, const char *const *models, const double *rates,
                                unsigned n)
{
    *p = made_plan(12, n, 1);
    made_models(p, workload, 2, 8, models, n);
    return made_summary(p, rates);
}

/* What can't be told apart is no winner; equivalent is said to be. */
static void test_winner_is_sure(void **state)
{
    (void)state;
    static const struct {
        enum verdict verdict;
        const char *says;
    } cases[] = {{VERDICT_FASTER, "is fastest, ahead of async"},
                 {VERDICT_EQUIVALENT, "threads and async are equivalent at"},
                 {VERDICT_INCONCLUSIVE, "may be fastest; async can't be told from it"}};
    struct plan p;
    struct summary s =
        one_point(&p, "primes", (const char *const[]){"threads", "async"}, (const double[]){2e5, 1e5}, 2);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        for (unsigned k = 0; k < s.n_comparisons; k++)
            s.comparisons[k].verdict = cases[i].verdict;
        assert_int_equal(findings_make(&s), 0);
        assert_non_null(strstr(made_finding(&s, "winner")->text, cases[i].says));
    }
    summary_release(&s);
    plan_release(&p);
}

/* Who beats the second only, or all but one, is not said to be the fastest; nor are three equivalent because two are.
 */
static void test_winner_beats_all(void **state)
{
    (void)state;
    enum { A, B, C };
    static const struct {
        enum verdict ab, ac, bc;
        const char *says, *never;
    } cases[] = {
        {VERDICT_FASTER, VERDICT_FASTER, VERDICT_INCONCLUSIVE, "threads is fastest, ahead of async", "equivalent"},
        {VERDICT_FASTER, VERDICT_INCONCLUSIVE, VERDICT_INCONCLUSIVE,
         "threads may be fastest; processes can't be told from it, ahead of async", "is fastest"},
        {VERDICT_EQUIVALENT, VERDICT_EQUIVALENT, VERDICT_EQUIVALENT, "threads, async and processes are equivalent",
         "fastest"},
        {VERDICT_EQUIVALENT, VERDICT_EQUIVALENT, VERDICT_FASTER, "threads is equivalent to async and processes",
         "are equivalent"},
    };
    struct plan p;
    struct summary s = one_point(&p, "primes", (const char *const[]){"threads", "async", "processes"},
                                 (const double[]){2e5, 1.5e5, 1e5}, 3);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        for (unsigned k = 0; k < s.n_comparisons; k++)
            s.comparisons[k].verdict = s.comparisons[k].a == B   ? cases[i].bc
                                       : s.comparisons[k].b == C ? cases[i].ac
                                                                 : cases[i].ab;
        assert_int_equal(findings_make(&s), 0);
        const char *text = made_finding(&s, "winner")->text;
        assert_non_null(strstr(text, cases[i].says));
        assert_null(strstr(text, cases[i].never));
    }
    summary_release(&s);
    plan_release(&p);
}

static struct comparison *pair(struct summary *s, unsigned a, unsigned b)
{
    for (unsigned i = 0; i < s->n_comparisons; i++)
        if (s->comparisons[i].a == a && s->comparisons[i].b == b)
            return &s->comparisons[i];
    fail_msg("no comparison of %u and %u", a, b);
    return NULL;
}

/* Medians put threads first, ratios of trials side by side do not: these decide. Where they go round in a circle nobody
 * is named, unless one was shown to lose. */
static void test_winner_by_ratio(void **state)
{
    (void)state;
    enum { A, B, C };
    static const struct {
        double ab, ac, bc;
        enum verdict ac_is;
        const char *says, *ratio;
    } cases[] = {
        {0.97, 1.1, 1.1, VERDICT_INCONCLUSIVE, "primes: async may be fastest; threads and processes can't be told from",
         "(async/threads 1.03×"},
        {0.97, 1.1, 0.9, VERDICT_INCONCLUSIVE, "primes: no winner among threads, async and processes at 8 in flight",
         "(threads/async 0.97×"},
        {1.02, 0.8, 1.1, VERDICT_SLOWER, "primes: no winner among async, threads and processes at 8", "(async/threads"},
        {1.02, 1.1, 0.9, VERDICT_FASTER, "primes: threads may be fastest; async can't be told from it, ahead of proc",
         "(threads/async 1.02×"},
    };
    struct plan p;
    struct summary s = one_point(&p, "primes", (const char *const[]){"threads", "async", "processes"},
                                 (const double[]){2e5, 1.5e5, 1e5}, 3);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        pair(&s, A, B)->ratio = (struct estimate){cases[i].ab, 0.8, 1.2, 0.95, 12, NULL};
        pair(&s, A, C)->ratio = (struct estimate){cases[i].ac, 0.8, 1.2, 0.95, 12, NULL};
        pair(&s, B, C)->ratio = (struct estimate){cases[i].bc, 0.8, 1.2, 0.95, 12, NULL};
        pair(&s, A, B)->verdict = pair(&s, B, C)->verdict = VERDICT_INCONCLUSIVE;
        pair(&s, A, C)->verdict = cases[i].ac_is;
        assert_int_equal(findings_make(&s), 0);
        const char *text = made_finding(&s, "winner")->text;
        if (!strstr(text, cases[i].says) || !strstr(text, cases[i].ratio))
            print_error("%s\n", text);
        assert_non_null(strstr(text, cases[i].says));
        assert_non_null(strstr(text, cases[i].ratio));
    }
    summary_release(&s);
    plan_release(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_winner_is_sure),
        cmocka_unit_test(test_winner_beats_all),
        cmocka_unit_test(test_winner_by_ratio),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
