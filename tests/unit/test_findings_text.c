/* SPDX-License-Identifier: MIT */
/* The words of findings: lists that have no room, work that must be told apart, and which finding stands first. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "harness/insight/findings_internal.h"
#include "harness/model/model.h"
#include "tests/unit/made_run.h"

static const char *const two[] = {"threads", "async"};

/* With every model there is, each sentence is whole: none ends at a buffer's. What has no room is counted. */
static void test_lists_are_whole(void **state)
{
    (void)state;
    struct plan p = made_plan(12, 40, 2);
    double rates[40];
    unsigned n = 0;
    for (unsigned i = 0; i < 2; i++) {
        struct plan_point *t = made_point(&p, 2, i ? 16 : 2);
        for (unsigned k = 0; models[k]; k++)
            made_stand(t, made_cell(&p, "primes", models[k]->name, 2, i ? 16 : 2));
        n = t->n_cells;
    }
    for (unsigned i = 0; i < p.n_cells; i++)
        rates[i] = 1e5;
    struct summary s = made_summary(&p, rates);
    for (unsigned i = n; i < p.n_cells - 1; i++) /* the last model's does not grow */
        for (unsigned b = 0; b < p.blocks; b++)
            s.pss[i * p.blocks + b] = (1 << 20) + 14e5;
    assert_int_equal(findings_make(&s), 0);
    const char *text = made_finding(&s, "memory_each")->text;
    for (unsigned k = 0; models[k]; k++)
        if (!strstr(text, models[k]->name))
            print_error("%s is not in: %s\n", models[k]->name, text);
    for (unsigned k = 0; models[k]; k++)
        assert_non_null(strstr(text, models[k]->name));
    assert_non_null(strstr(text, "; too little to tell under "));
    assert_string_equal(strrchr(text, '('), "(from 2 to 16)");
    summary_release(&s);
    plan_release(&p);

    struct text_list l = {0};
    for (unsigned i = 0; i < 100; i++)
        list_add(&l, "item %03u", i);
    assert_non_null(strstr(list_end(&l), "item 000, item 001, "));
    unsigned last, others;
    assert_int_equal(sscanf(strrchr(l.text, ','), ", item %u and %u others", &last, &others), 2);
    assert_int_equal(last + 1 + others, 100);
}

/* Findings of a sweep name what varies in it, and nothing that does not. */
static void test_work_is_told_apart(void **state)
{
    (void)state;
    struct plan p = made_plan(12, 4, 2);
    int wait = workload_param(workload_find("request"), "wait");
    for (unsigned i = 0; i < 2; i++) {
        struct plan_point *t = made_models(&p, "request", 2, 8, two, 2);
        for (unsigned k = 0; k < 2; k++)
            p.cells[t->cells[k]].p[wait] = i ? 1000000 : 0;
    }
    struct summary s = made_summary(&p, (const double[]){2e5, 1e5, 1e5, 2e5});
    unsigned winners = 0;
    for (unsigned i = 0; i < s.n_findings; i++)
        if (strcmp(s.findings[i].id, "winner") == 0) {
            bool waits = p.cells[s.findings[i].cells[0]].p[wait] != 0;
            const char *text = s.findings[i].text, *begin = waits ? "request wait=1ms: async" : "request wait=0ns: thr";
            if (strncmp(text, begin, strlen(begin)) != 0)
                print_error("%s\n", text);
            assert_int_equal(strncmp(text, begin, strlen(begin)), 0);
            winners++;
        }
    assert_int_equal(winners, 2);
    p.cells[2].mode = p.cells[3].mode = MODE_CLOSED;
    char name[WORK_NAME_MAX];
    work_name(name, sizeof name, &p, 3);
    assert_string_equal(name, "request wait=1ms closed");
    summary_release(&s);
    plan_release(&p);
}

/* bad, warn, info, whatever the order of the rules; and of one rule the greatest first. */
static void test_worst_first(void **state)
{
    (void)state;
    struct plan p = made_plan(12, 6, 3);
    for (unsigned i = 0; i < 3; i++) {
        struct plan_point *t = made_models(&p, "primes", 2, 8, two, 2);
        for (unsigned k = 0; k < 2; k++)
            p.cells[t->cells[k]].p[0] += i;
    }
    struct summary s = made_summary(&p, (const double[]){2e5, 1e5, 9e5, 1e5, 4e5, 1e5});
    s.cells[0].throughput.lower = 0.5 * s.cells[0].throughput.median; /* wide: info, and its rule is an early one */
    s.cells[1].n_warnings = 1;
    s.cells[1].warnings[0] = "the service was the limit: made up"; /* warn, a later one */
    s.cells[2].voided = 1;
    assert_int_equal(findings_make(&s), 0);
    static const char *const order[] = {"work_differs", "service_limit", "wide", "winner", "winner", "winner"};
    assert_int_equal(s.n_findings, ARRAY_LEN(order));
    for (unsigned i = 0; i < s.n_findings; i++)
        assert_string_equal(s.findings[i].id, order[i]);
    assert_true(s.findings[3].evidence > 8 && s.findings[4].evidence > 3 && s.findings[4].evidence < 5);
    summary_release(&s);
    plan_release(&p);
}

/* What is advised fits the mode of what is advised on, and the kind of work. */
static void test_advice_fits(void **state)
{
    (void)state;
    static const struct {
        const char *workload, *says;
    } works[] = {{"primes", "--set"}, {"switch", "how often"}, {"sleep", "memory and its tail"}};
    for (size_t i = 0; i < ARRAY_LEN(works); i++) {
        struct plan p = made_plan(12, 2, 1);
        made_models(&p, works[i].workload, 2, 8, two, 2);
        struct summary s = made_summary(&p, (const double[]){2e5, 1e5});
        assert_non_null(strstr(made_finding(&s, "winner")->advice, works[i].says));
        for (unsigned closed = 0; closed <= 2; closed++) {
            for (unsigned k = 0; k < 2; k++) {
                p.cells[k].mode = k < closed ? MODE_CLOSED : MODE_BATCH;
                s.cells[k].course.trials[STATS_WARM_UP] = 12;
            }
            assert_int_equal(findings_make(&s), 0);
            const char *advice = made_finding(&s, "unsteady")->advice;
            assert_true((strstr(advice, "--trial") != NULL) == (closed < 2));
            assert_true((strstr(advice, "--duration") != NULL) == (closed > 0));
        }
        summary_release(&s);
        plan_release(&p);
    }
}

/* What to do instead of computing under an interpreter lock is told from this run alone. */
static void test_lock_advice(void **state)
{
    (void)state;
    static const char *const names[] = {"processes", "threads-gil"};
    for (int faster = 0; faster < 2; faster++) {
        struct plan p = made_plan(12, 2, 1);
        made_models(&p, "primes", 2, 2, names, 2);
        struct summary s = made_summary(&p, (const double[]){faster ? 2e5 : 1e5, 1e5});
        s.cells[1].speedup = (struct estimate){.median = 1, .lower = 0.99, .upper = 1.01, .level = 0.95, .n = 12};
        assert_int_equal(findings_make(&s), 0);
        const struct finding *f = made_finding(&s, "interpreter_lock");
        assert_non_null(f);
        assert_non_null(strstr(f->advice, faster ? "processes does 2.00× as much here" : "no other model of this run"));
        summary_release(&s);
        plan_release(&p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lock_advice),        cmocka_unit_test(test_lists_are_whole),
        cmocka_unit_test(test_work_is_told_apart), cmocka_unit_test(test_worst_first),
        cmocka_unit_test(test_advice_fits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
