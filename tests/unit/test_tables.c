/* SPDX-License-Identifier: MIT */
/* What is printed: no line wider than the terminal, and what is missing is said to be, in tables and in JSON. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "harness/record/json.h"
#include "harness/report/report.h"
#include "tests/unit/made_run.h"
#include "tests/unit/page_width.h"

static const char *const names[] = {"serial", "threads", "processes", "async", "async-processes", "threads-gil"};
enum { N = sizeof names / sizeof *names, WIDE = 10000 };

/* Each model at one point of primes, with the widest names and many findings. */
static struct plan all_models(unsigned blocks)
{
    struct plan p = made_plan(blocks, N, 1);
    made_models(&p, "primes", 2, 16, names, N)->serial = 0;
    return p;
}

/* width < 0: as JSON. Not inlined: gcc 12 then takes what the stream left for a pointer to the stack. */
static __attribute__((noinline)) char *printed(const struct summary *s, int width)
{
    char *text = NULL;
    size_t size;
    FILE *f = open_memstream(&text, &size);
    assert_non_null(f);
    if (width >= 0)
        report_tables(f, s, (unsigned)width, false);
    else
        summary_to_json(f, s);
    fclose(f);
    return text;
}

static void test_widths(void **state)
{
    (void)state;
    struct plan p = all_models(8);
    struct summary s = made_summary(&p, (const double[]){1e6, 2e6, 1.5e6, 9e5, 1.9e6, 9.5e5});
    s.cells[3].disturbed = s.cells[3].disturbed_by[DISTURBED_LOAD] = 6;
    s.cells[2].n_warnings = 1;
    s.cells[2].warnings[0] =
        "a warning that is long enough for it to be broken wherever the terminal is not as wide as it";
    assert_int_equal(findings_make(&s), 0);
    static const struct {
        const char *head;
        unsigned least; /* width with which it is shown */
    } heads[] = {{"model", 40}, {"units/s", 40}, {"95 % interval", 46}, {"speedup", 55}, {"p99", 64},
                 {"p50", 73},   {"memory", 82},  {"cpu", 91},           {"wrk", 95},     {"conc", 101}};
    for (unsigned width = 40; width <= 140; width++) {
        char *text = printed(&s, (int)width);
        check_width(text, width);
        assert_true((strstr(text, "columns without room here: ") != NULL) == (width < 101));
        if (width == 95)
            assert_non_null(strstr(text, "\ncolumns without room here: conc (all take 101 columns: COLUMNS=101)\n"));
        assert_non_null(strstr(text, "findings:"));
        for (unsigned i = 0; i < N; i++)
            assert_non_null(strstr(text, names[i]));
        char *line = strstr(text, "\n  # model");
        assert_non_null(line);
        *strchr(++line, '\n') = 0;
        for (size_t i = 0; i < ARRAY_LEN(heads); i++) {
            if ((strstr(line, heads[i].head) != NULL) != (width >= heads[i].least))
                print_error("%s in %u columns: %s\n", heads[i].head, width, line);
            assert_true((strstr(line, heads[i].head) != NULL) == (width >= heads[i].least));
        }
        free(text);
    }
    /* Names come from anyone: nothing moves the cursor, nothing is taken for a colour. */
    s.cells[2].warnings[0] = "a \033[2J warning \r that \xc2\x9b clears \xff the \033[31m screen \033";
    CLEANUP_FREE char *text = printed(&s, WIDE);
    assert_null(strpbrk(text, "\033\r\xff"));
    assert_non_null(strstr(text, "warning: a ?[2J warning ? that ? clears ? the ?[31m screen ? (processes)"));
    assert_non_null(strstr(text, "wrk  conc"));
    /* No width: whole tables, findings for 104 columns, messages in one line. */
    s.cells[2].warnings[0] =
        "a warning that is longer than 100 columns, so that it would be broken on a terminal, but in a "
        "log it is not \033[2J";
    CLEANUP_FREE char *whole = printed(&s, 0);
    assert_non_null(strstr(whole, "on a terminal, but in a log it is not ?[2J (processes)\n"));
    assert_non_null(strstr(whole, " units/s     95 % interval "));
    check_width(strstr(whole, "findings:"), 104);
    summary_release(&s);
    plan_release(&p);
}

/* Where a ratio says the reverse of two rows' order, and the difference is one that matters, the table says so. */
static void test_contradictions(void **state)
{
    (void)state;
    struct plan p = all_models(8);
    struct summary s = made_summary(&p, (const double[]){1e6, 1.38e6, 1.5e6, 9e5, 1.9e6, 9.5e5});
    CLEANUP_FREE char *agreed = printed(&s, WIDE);
    assert_null(strstr(agreed, "stands above"));
    for (unsigned i = 0; i < s.n_comparisons; i++)
        if (s.comparisons[i].a == 0 && s.comparisons[i].b == 1) { /* serial is slower by its median, not beside it */
            s.comparisons[i].ratio = (struct estimate){1 / 0.95, 0.8, 1.2, 0.95, 8, NULL};
            s.comparisons[i].verdict = VERDICT_INCONCLUSIVE;
        }
    CLEANUP_FREE char *text = printed(&s, WIDE);
    assert_non_null(
        strstr(text, "note: threads stands above serial by its median (1.38×), but is at 0.950 of it block"));
    assert_null(strstr(text, "other pairs"));
    p.equiv = 0.5; /* less than matters */
    CLEANUP_FREE char *little = printed(&s, WIDE);
    assert_null(strstr(little, "stands above"));
    summary_release(&s);
    plan_release(&p);
}

/* A number of the JSON that must be absent: null, with a reason beside it. */
static void check_missing(const struct json_value *of, const char *key)
{
    char why[80];
    snprintf(why, sizeof why, "%s_unavailable", key);
    const struct json_value *v = json_get(of, key), *reason = json_get(of, why);
    if (!v || json_type(v) != JSON_NULL || !reason || json_type(reason) != JSON_STRING)
        print_error("%s should be null with its reason\n", key);
    assert_true(v && json_type(v) == JSON_NULL && reason && json_type(reason) == JSON_STRING);
}

/* No word of the text is a number that none is. */
static void check_no_nan(const char *text)
{
    static const char *const forms[] = {"nan", "inf", "-nan", "-inf", "nans", "nanns", "0.00×", "nan%"};
    CLEANUP_FREE char *copy = strdup(text);
    char *rest = copy, *word;
    while ((word = strsep(&rest, " \n:,()[]{}\"")))
        for (size_t i = 0; i < ARRAY_LEN(forms); i++)
            assert_string_not_equal(word, forms[i]);
}

/* Cells without a trial, with one, failed; metrics that could not be read. */
static void test_missing(void **state)
{
    (void)state;
    struct plan p = all_models(8);
    struct err e = {0};
    struct summary s;
    struct summarizer *z = summarizer_new(&p);
    assert_non_null(z);
    struct trial_record once = made_trial(&p, 1, 0, 1e6), fails = made_trial(&p, 2, 0, 1e6),
                        apart = made_trial(&p, 3, 1, 1e6);
    once.pss_bytes.why = once.peak_rss_bytes.why = once.migrations.why = intern("not here");
    fails.status = TRIAL_FAILED;
    snprintf(fails.reason, sizeof fails.reason, "killed by signal 9");
    struct trial_record *all[] = {&once, &fails, &apart};
    for (size_t i = 0; i < ARRAY_LEN(all); i++)
        assert_int_equal(summarizer_add(z, all[i], &e), 0);
    assert_int_equal(summarizer_finish(z, &s, &e), 0);
    assert_int_equal(findings_make(&s), 0);
    CLEANUP_FREE char *table = printed(&s, 100), *text = printed(&s, -1);
    check_no_nan(table);
    check_no_nan(text);
    assert_non_null(strstr(table, "failed: killed by signal 9"));
    assert_non_null(strstr(table, "skipped: not measured"));
    assert_non_null(strstr(table, "(1 trial)"));
    assert_non_null(strstr(table, "no block has a trial of both"));
    struct json *j = NULL;
    assert_int_equal(json_parse(&j, text, strlen(text), "made up", &e), 0);
    const struct json_value *cells = json_get(json_root(j), "cells"), *c = json_first(cells);
    static const char *const estimates[] = {"throughput",  "wall_ns",    "startup_ns",
                                            "teardown_ns", "migrations", "speedup"};
    for (unsigned i = 0; i < N; i++, c = json_next(c)) {
        bool measured = i == 1 || i == 3;
        for (size_t k = 0; k < ARRAY_LEN(estimates); k++)
            if (!measured || k == 5 || (k == 4 && i == 1))
                check_missing(c, estimates[k]);
        if (i != 3) {
            check_missing(json_get(c, "memory"), "pss_bytes");
            check_missing(json_get(c, "memory"), "peak_rss_bytes");
        }
        check_missing(c, "latency_ns");
        check_missing(json_get(c, "course"), "between_share");
        if (measured) {
            check_missing(json_get(c, "throughput"), "lower");
            check_missing(json_get(c, "throughput"), "upper");
        }
    }
    check_missing(json_first(json_get(json_root(j), "comparisons")), "ratio");
    check_missing(json_first(json_get(json_root(j), "comparisons")), "p_adjusted");
    check_missing(json_first(json_get(json_root(j), "noise_floors")), "smallest");
    json_free(j);
    summary_release(&s);
    plan_release(&p);
}

/* Twice as fast where it is whole, and failed in some blocks in which the other was not: the more of them, the less can
 * be said in its favour; nothing is lost where both failed. */
static void test_failed_blocks(void **state)
{
    (void)state;
    static const struct {
        unsigned first, both; /* blocks that the first, and both, fail in */
        enum verdict verdict;
        const char *says;
        bool precise; /* a rule may end it: confidence sequences */
    } cases[] = {
        {0, 0, VERDICT_FASTER, "faster", false},
        {1, 0, VERDICT_FASTER, "threads: 1 of 20 trials failed", false},
        {8, 0, VERDICT_INCONCLUSIVE, "too many trials failed for an interval", false},
        {12, 0, VERDICT_INCONCLUSIVE, "in half of the blocks or more one side failed", false},
        {0, 8, VERDICT_FASTER, "async: 8 of 20 trials failed", false},
        {1, 0, VERDICT_FASTER, "threads: 1 of 20 trials failed", true},
        {8, 0, VERDICT_INCONCLUSIVE, "too many trials failed for an interval", true},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct plan p = made_plan(20, 2, 1);
        made_models(&p, "primes", 2, 16, (const char *[]){"threads", "async"}, 2);
        p.stop.precision = cases[i].precise ? 1e-9 : 0;
        struct err e = {0};
        struct summary s;
        struct summarizer *z = summarizer_new(&p);
        for (unsigned b = 0; b < p.blocks; b++)
            for (unsigned c = 0; c < 2; c++) {
                struct trial_record r = made_trial(&p, c, b, (c ? 1e6 : 2e6) * (1 + 0.001 * (b % 5)));
                if (b < cases[i].both || (!c && b < cases[i].first)) {
                    r.status = TRIAL_FAILED;
                    snprintf(r.reason, sizeof r.reason, "limit");
                }
                assert_int_equal(summarizer_add(z, &r, &e), 0);
            }
        assert_int_equal(summarizer_finish(z, &s, &e), 0);
        assert_int_equal(findings_make(&s), 0);
        CLEANUP_FREE char *table = printed(&s, WIDE);
        if (s.comparisons[0].verdict != cases[i].verdict || !strstr(table, cases[i].says))
            print_error("case %zu: %s\n", i, table);
        assert_int_equal(s.comparisons[0].verdict, cases[i].verdict);
        assert_non_null(strstr(table, cases[i].says));
        assert_int_equal(s.comparisons[0].ratio.n, 20 - cases[i].both);
        check_no_nan(table);
        CLEANUP_FREE char *text = printed(&s, -1);
        check_no_nan(text);
        summary_release(&s);
        plan_release(&p);
    }
}

/* What is judged by how late it is: no winner by rate, the one that is least late first, and the worst of each to be
 * seen. */
static void test_late(void **state)
{
    (void)state;
    struct plan p = made_plan(12, 2, 1);
    made_models(&p, "responsive", 2, 2, (const char *[]){"async", "threads"}, 2);
    struct summary s = made_summary(&p, (const double[]){60, 59.999});
    for (unsigned c = 0; c < 2; c++) {
        s.cells[c].latency = malloc(sizeof(struct histogram));
        assert_non_null(s.cells[c].latency);
        histogram_init(s.cells[c].latency);
        for (unsigned i = 0; i < 40; i++) /* too few for p99 */
            histogram_record(s.cells[c].latency, c || i % 4 ? 100000 : 63000000);
    }
    assert_int_equal(findings_make(&s), 0);
    assert_null(made_finding(&s, "winner"));
    const struct finding *f = made_finding(&s, "late");
    assert_non_null(
        strstr(f->text, "later than 16.7 ms: async 25 % (worst 63 ms); never so late: threads (worst 0.1 ms)"));
    for (int width = 40; width <= 120; width += 40) {
        CLEANUP_FREE char *table = printed(&s, width);
        assert_non_null(strstr(table, "  max"));
        assert_non_null(strstr(table, "63"));
        assert_non_null(strstr(table, "judged by the latest unit"));
        assert_true(strstr(table, "\n  1 threads") < strstr(table, "\n  0 async"));
        assert_null(strstr(table, "equivalent"));
        assert_null(strstr(table, "noise floor"));
    }
    summary_release(&s);
    plan_release(&p);
}

/* The head says over how much time the blocks are spread, where that was meant. */
static void test_visits(void **state)
{
    (void)state;
    struct plan p = all_models(8);
    const double rates[N] = {1e6, 2e6, 2e6, 2e6, 2e6, 2e6};
    struct summary s = made_summary(&p, rates);
    CLEANUP_FREE char *without = printed(&s, WIDE);
    assert_non_null(strstr(without, ", 8 blocks, seed"));
    p.visits = 4;
    p.pause_ns = 5;
    snprintf(s.finished, sizeof s.finished, "2026-01-01T00:01:05.25Z");
    CLEANUP_FREE char *all = printed(&s, WIDE), *text = printed(&s, -1);
    assert_non_null(strstr(all, ", 8 blocks in 4 visits over 65 s, seed"));
    assert_non_null(strstr(text, "\"visits\": 4"));
    assert_non_null(strstr(text, "\"pause_ns\": 5"));
    s.look.blocks = 2; /* it was cut short */
    snprintf(s.finished, sizeof s.finished, "2025-12-31T23:00:00Z");
    CLEANUP_FREE char *some = printed(&s, WIDE);
    assert_non_null(strstr(some, ", 2 blocks in 1 visit, seed"));
    summary_release(&s);
    plan_release(&p);
}

/* A suite that was cut to its time has a thousand skips: some are shown, the others are counted. */
static void test_many_skips(void **state)
{
    (void)state;
    enum { FEW = 30, MANY = 31, SHOWN = 20 };
    struct plan_skip all[MANY];
    for (unsigned i = 0; i < MANY; i++)
        all[i] = (struct plan_skip){.cell = i % N, .reason = intern("left out to keep the time")};
    for (unsigned n = FEW; n <= MANY; n++) {
        struct plan p = all_models(8);
        const double rates[N] = {1e6, 2e6, 2e6, 2e6, 2e6, 2e6};
        struct summary s = made_summary(&p, rates);
        p.skips = all;
        p.n_skips = n;
        CLEANUP_FREE char *table = printed(&s, 100);
        unsigned lines = 0;
        for (const char *at = table; (at = strstr(at, "left out to keep the time")); at++)
            lines++;
        assert_int_equal(lines, n > FEW ? SHOWN : n);
        assert_int_equal(strstr(table, "and 11 others; with --json each is told") != NULL, n > FEW);
        p.skips = NULL;
        p.n_skips = 0;
        summary_release(&s);
        plan_release(&p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_contradictions), cmocka_unit_test(test_widths), cmocka_unit_test(test_missing),
        cmocka_unit_test(test_failed_blocks),  cmocka_unit_test(test_late),   cmocka_unit_test(test_visits),
        cmocka_unit_test(test_many_skips),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
