/* SPDX-License-Identifier: MIT */
/* What a report's verdicts say besides the name of a model: where it was measured, by how much it is ahead and with
 * which interval, what it costs in latency, and that something warns of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/page/page.h"
#include "tests/unit/made_run.h"

static char *page_of(const struct summary *s)
{
    const struct page_figures none = {.why = "none"};
    struct err e = {0};
    char *page;
    size_t n;
    assert_int_equal(page_of_run(s, "runs/made", &none, &page, &n, &e), 0);
    return page;
}

static void check_said(const char *page, const char *text, bool said)
{
    if (!strstr(page, text) == said)
        print_error("the page %s: %s\n", said ? "does not say" : "says", text);
    assert_true(!strstr(page, text) != said);
}

/* Loops are told apart by how many there are. */
static void test_loops(void **state)
{
    static const char *const names[] = {"serial", "threads", "async", "async-threads"};
    static const struct {
        double rates[4];
        const char *head;
    } cases[] = {{{1e3, 2e3, 4e3, 3e3}, "<dt>Take one event loop (async) for</dt>"},
                 {{1e3, 2e3, 3e3, 4e3}, "<dt>Take an event loop for each CPU for</dt>"},
                 {{1e3, 2e3, 4e3, 4e3}, "<dt>Take event loops, one or one for each CPU, for</dt>"},
                 {{1e3, 4e3, 3e3, 3e3}, "<dt>Take threads for</dt>"}};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct plan p = made_plan(12, 4, 1);
        made_models(&p, "request", 2, 16, names, 4)->serial = 0;
        struct summary s = made_summary(&p, cases[i].rates);
        CLEANUP_FREE char *page = page_of(&s);
        for (size_t k = 0; k < ARRAY_LEN(cases); k++)
            check_said(page, cases[k].head, k == i);
        check_said(page, ">request</a>, 16 in flight on 2 CPUs: ", true);
        summary_release(&s);
        plan_release(&p);
    }
}

/* The speed-up stands there where the ratio is not that already. */
static void test_by_how_much(void **state)
{
    static const char *const names[] = {"serial", "threads", "processes"};
    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        struct plan p = made_plan(12, 3, 1);
        made_models(&p, "request", 2, 16, names, 3)->serial = 0;
        struct summary s = made_summary(&p, i ? (const double[]){1e3, 4e3, 2e3} : (const double[]){2e3, 4e3, 1e3});
        CLEANUP_FREE char *page = page_of(&s);
        check_said(page, i ? "(2.00× processes, 2.00 … 2.00)" : "(2.00× serial, 2.00 … 2.00)", true);
        check_said(page, "4.00× one task at a time (serial)", i);
        check_said(page, "2.00× one task at a time (serial)", false);
        summary_release(&s);
        plan_release(&p);
    }
}

static void set_tail(struct summary *s, unsigned cell, double lower, double median, double upper)
{
    s->cells[cell].p99_ns = (struct estimate){.median = median, .lower = lower, .upper = upper, .n = 12};
}

static void test_slower_tail(void **state)
{
    static const char *const names[] = {"threads", "processes"};
    (void)state;
    for (unsigned surely = 0; surely < 2; surely++) {
        struct plan p = made_plan(12, 2, 1);
        made_models(&p, "request", 2, 16, names, 2);
        struct summary s = made_summary(&p, (const double[]){2e3, 1e3});
        set_tail(&s, 0, 5e6, 6e6, 7e6);
        set_tail(&s, 1, 1e6, 2e6, surely ? 3e6 : 5.5e6);
        CLEANUP_FREE char *page = page_of(&s);
        check_said(page, "<span class=\"badge plain\">longer tail</span>", surely);
        check_said(page, "but in half of its trials 1 unit in 100 takes 6.00ms or more, under processes 2.00ms",
                   surely);
        summary_release(&s);
        plan_release(&p);
    }
}

/* A finding that warns of a cell is told of where that cell is recommended, or was beaten; others are not. */
static void test_doubt(void **state)
{
    static const char *const names[] = {"threads", "processes", "async"};
    static const struct {
        const char *severity;
        unsigned cell;
        bool told;
    } cases[] = {{"warn", 0, true}, {"bad", 1, true}, {"info", 0, false}, {"warn", 2, false}};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct plan p = made_plan(12, 3, 1);
        made_models(&p, "request", 2, 16, names, 3);
        struct summary s = made_summary(&p, (const double[]){3e3, 2e3, 1e3});
        free(s.findings);
        s.findings = calloc(1, sizeof *s.findings);
        assert_non_null(s.findings);
        s.n_findings = 1;
        s.findings[0] = (struct finding){
            .id = "made", .severity = cases[i].severity, .text = "it is slow", .n_cells = 1, .cells = {cases[i].cell}};
        CLEANUP_FREE char *page = page_of(&s);
        check_said(page, "href=\"#finding-0\">but: a warning</a>", cases[i].told);
        check_said(page, "<li id=\"finding-0\">", true);
        summary_release(&s);
        plan_release(&p);
    }
}

/* So is what trials of the cell say themselves, which stands below its table. */
static void test_warning_of_trials(void **state)
{
    static const char *const names[] = {"threads", "processes"};
    (void)state;
    struct plan p = made_plan(12, 2, 1);
    made_models(&p, "stream", 2, 2, names, 2);
    struct summary s = made_summary(&p, (const double[]){2e3, 1e3});
    s.cells[1].n_warnings = 1;
    s.cells[1].warnings[0] = "the arrays are small";
    CLEANUP_FREE char *page = page_of(&s);
    check_said(page, "href=\"#point-0\">but: a warning</a>", true);
    summary_release(&s);
    plan_release(&p);
}

/* Of two that were not told apart from a third, one that is equivalent to the first is called so. */
static void test_equivalent_within_unsure(void **state)
{
    static const char *const names[] = {"threads", "processes", "async"};
    (void)state;
    struct plan p = made_plan(12, 3, 1);
    made_models(&p, "request", 2, 16, names, 3);
    struct summary s = made_summary(&p, (const double[]){2e3, 2e3, 2e3});
    for (unsigned i = 0; i < s.n_comparisons; i++)
        if (s.comparisons[i].a + s.comparisons[i].b == 2) /* threads and async */
            s.comparisons[i].verdict = VERDICT_INCONCLUSIVE;
    CLEANUP_FREE char *page = page_of(&s);
    check_said(page, ", equivalent</small>", true);
    summary_release(&s);
    plan_release(&p);
}

/* Where an interval ends next to 1 the side counts, and is seen. */
static void test_next_to_one(void **state)
{
    static const char *const names[] = {"threads", "processes"};
    (void)state;
    struct plan p = made_plan(12, 2, 1);
    made_models(&p, "request", 2, 16, names, 2);
    struct summary s = made_summary(&p, (const double[]){2e3, 1e3});
    s.comparisons[0].ratio.lower = 1.0043;
    s.comparisons[0].ratio.upper = 1.0401;
    CLEANUP_FREE char *page = page_of(&s);
    check_said(page, "1.004 … 1.040", true);
    summary_release(&s);
    plan_release(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_loops),
        cmocka_unit_test(test_by_how_much),
        cmocka_unit_test(test_slower_tail),
        cmocka_unit_test(test_doubt),
        cmocka_unit_test(test_warning_of_trials),
        cmocka_unit_test(test_next_to_one),
        cmocka_unit_test(test_equivalent_within_unsure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
