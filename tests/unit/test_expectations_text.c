/* SPDX-License-Identifier: MIT */
/* How expectations are told of: each outcome in its words, in every width, and all of the evidence as JSON. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "harness/insight/expectations.h"
#include "harness/record/json.h"
#include "harness/report/expectations.h"
#include "harness/report/wrap.h"
#include "tests/unit/made_run.h"

static __attribute__((noinline)) char *printed(const struct summary *s, unsigned width)
{
    char *text = NULL;
    size_t size;
    struct json_writer w;
    FILE *f = open_memstream(&text, &size);
    assert_non_null(f);
    if (width) {
        expectations_print(f, s, width, false);
    } else {
        json_init(&w, f, 0);
        json_begin(&w, '{');
        expectations_to_json(&w, s);
        json_end(&w, '}');
    }
    fclose(f);
    return text;
}

static void says(const struct summary *s, const char *what)
{
    CLEANUP_FREE char *text = printed(s, 2000);
    if (!strstr(text, what))
        fail_msg("expected %s in:\n%s", what, text);
}

/* Messages on one CPU and on two, under threads, processes and one loop. */
static struct plan messages(unsigned blocks)
{
    static const char *const names[] = {"threads", "processes", "async"};
    struct plan p = made_plan(blocks, 8, 4);
    made_models(&p, "pingpong", 1, 2, names, 3);
    made_models(&p, "pingpong", 2, 2, names, 2);
    return p;
}

static void test_words(void **state)
{
    (void)state;
    struct plan p = messages(12);
    struct summary s = made_summary(&p, (const double[]){1.67e5, 1e5, 3e5, 2e5, 4e4});
    says(&s, ""); /* nothing yet */
    assert_int_equal(expectations_find(&s), 0);
    says(&s, "did not hold  pingpong: Between two threads and between two processes");
    says(&s, "threads/processes, units/s: 1.67 (1.67 … 1.67), expected 0.8 … 1.25; possibly: a switch between "
             "processes");
    says(&s,
         "threads 1 CPU / 2 CPUs, units/s: 0.83 (0.83 … 0.84), expected at least 1.5 (the farthest of 1 of 2 pairs)");
    says(&s, "held here     pingpong: loop-wins\n");
    s.environment = calloc(1, sizeof *s.environment);
    assert_non_null(s.environment);
    facts_put(&s.environment->start, "cpu.smt", "made up", "1");
    assert_int_equal(expectations_find(&s), 0);
    says(&s, "; likely: SMT is active, and CPUs of one core share what it has (1); possibly: an idle CPU wakes");
    for (unsigned width = 40; width <= 120; width += 5) {
        CLEANUP_FREE char *text = printed(&s, width);
        char *rest = text;
        for (char *line; (line = strsep(&rest, "\n"));)
            assert_true(text_columns(line) <= width || strncmp(line, "expectations", 12) == 0);
    }
    summary_release(&s);
    plan_release(&p);
}

static void test_unknown(void **state)
{
    (void)state;
    struct plan p = messages(4);
    struct summary s = made_summary(&p, (const double[]){1e5, 1e5, 3e5, 2e5, 4e4});
    assert_int_equal(expectations_find(&s), 0);
    says(&s, "can't tell    pingpong: alike: threads/processes, units/s: 1.00, expected 0.8 … 1.25: not enough trials");
    CLEANUP_FREE char *text = printed(&s, 0);
    struct json *j;
    struct err e = {0};
    if (json_parse(&j, text, strlen(text), "<test>", &e))
        fail_msg("%s: %s", e.text, text);
    assert_non_null(strstr(text, "\"outcome\":\"cannot-tell\""));
    assert_non_null(strstr(text, "\"why\":\"not enough trials"));
    assert_non_null(strstr(text, "\"here\":null,\"here_unavailable\":\"what it rests on was not measured here\""));
    json_free(j);
    summary_release(&s);
    plan_release(&p);
}

/* What differs between two cells of one model is named by their parameters. */
static void test_sides(void **state)
{
    (void)state;
    static const char *const names[] = {"threads"};
    struct plan p = made_plan(12, 2, 2);
    made_models(&p, "falseshare", 2, 2, names, 1);
    made_models(&p, "falseshare", 2, 2, names, 1);
    p.cells[1].p[workload_param(workload_find("falseshare"), "layout")] = 1;
    struct summary s = made_summary(&p, (const double[]){1e5, 1e5});
    assert_int_equal(expectations_find(&s), 0);
    says(&s, "threads layout=padded / layout=packed, units/s: 1.00 (1.00 … 1.00), expected at least 2");
    p.cells[0].concurrency = p.points[0].concurrency = 4; /* no longer alike */
    assert_int_equal(expectations_find(&s), 0);
    assert_int_equal(s.n_expectations, 0);
    summary_release(&s);
    plan_release(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_words), cmocka_unit_test(test_unknown),
                                       cmocka_unit_test(test_sides)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
