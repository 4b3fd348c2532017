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
        struct plan_point *t = made_point(&p, 2, 8);
        for (unsigned k = 0; k < 2; k++) {
            unsigned c = made_cell(&p, "request", k ? "async" : "threads", 2, 8);
            p.cells[c].p[wait] = i ? 1000000 : 0;
            made_stand(t, c);
        }
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lists_are_whole),
        cmocka_unit_test(test_work_is_told_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
