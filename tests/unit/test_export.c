/* SPDX-License-Identifier: MIT */
/* What exports are made of: cells of a table that anyone's text may stand in, exact numbers, moments against closed
 * forms, and a file that is replaced whole or not at all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/base.h"
#include "harness/insight/moments.h"
#include "harness/record/file.h"
#include "harness/record/journal.h"
#include "harness/report/csv.h"
#include "harness/report/export.h"
#include "harness/report/text.h"
#include "tests/unit/made_run.h"

/* What a table of one row has, without the end of the line: malloc'ed. */
static char *row(bool head, void (*put)(struct csv *w, const void *arg), const void *arg)
{
    char *text = NULL;
    size_t n;
    struct csv w = {.out = open_memstream(&text, &n), .head = head};
    assert_non_null(w.out);
    put(&w, arg);
    csv_end(&w);
    fclose(w.out);
    assert_true(n > 0 && text[n - 1] == '\n');
    text[n - 1] = 0;
    return text;
}

static void one_text(struct csv *w, const void *arg)
{
    csv_text(w, "text", arg);
}

static void test_texts(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"plain", "plain"},
        {"", ""},
        {"with, comma", "\"with, comma\""},
        {"say \"no\"", "\"say \"\"no\"\"\""},
        {"two\nlines", "\"two\nlines\""},
        {"two\r\nlines", "\"two\r\nlines\""},
        {"back\\slash;semi", "back\\slash;semi"},
        {"größer …", "größer …"},
        {"=1+1", "'=1+1"},
        {"=\"a\",b", "\"'=\"\"a\"\",b\""},
        {"+1", "'+1"},
        {"-1", "'-1"},
        {"@SUM(A1)", "'@SUM(A1)"},
        {"\t=1", "'\t=1"},
        {"\r=1", "\"'\r=1\""},
        {"\n=1", "\"'\n=1\""},
        {"＝1", "'＝1"},
        {"＠1", "'＠1"},
        {"'=1", "''=1"},
        {"a=1", "a=1"},
        {"\x1b[31mred\x7f", "�[31mred�"},
        {"\xc2\x9b", "�"}, /* CSI, as one character */
        {"\xff\xfe=", "��="},
        {"\xed\xa0\x80", "���"}, /* half of a surrogate pair */
        {"cut \xe2\x80", "cut ��"},
    };
    for (unsigned i = 0; i < ARRAY_LEN(cases); i++) {
        CLEANUP_FREE char *text = row(false, one_text, cases[i][0]);
        assert_string_equal(text, cases[i][1]);
    }
}

static void all_kinds(struct csv *w, const void *arg)
{
    const double *v = arg;
    const struct metric known = {-7, NULL}, unknown = {7, "not read"};
    const struct estimate e = {.median = 2.5, .lower = NAN, .upper = NAN}, rate = {.median = 2, .lower = 1, .upper = 3};
    csv_u64(w, "count", UINT64_MAX);
    csv_i64(w, "=signed", -1);
    csv_double(w, "double", *v);
    csv_bool(w, "flag", true);
    csv_metric(w, "known", &known);
    csv_metric(w, "unknown", &unknown);
    csv_missing(w, "none");
    csv_text(w, "text", NULL);
    csv_estimate(w, "wait", "ns", &e);
    csv_estimate(w, "rate", NULL, &rate);
}

static void test_columns(void **state)
{
    (void)state;
    double v = 0.1;
    CLEANUP_FREE char *head = row(true, all_kinds, &v);
    assert_string_equal(head, "count,'=signed,double,flag,known,unknown,none,text,wait_median_ns,wait_lower_ns,"
                              "wait_upper_ns,rate_median,rate_lower,rate_upper");
    CLEANUP_FREE char *values = row(false, all_kinds, &v);
    assert_string_equal(values, "18446744073709551615,-1,0.1,TRUE,-7,,,,2.5,,,2,1,3");
    v = INFINITY;
    CLEANUP_FREE char *infinite = row(false, all_kinds, &v);
    assert_non_null(strstr(infinite, "-1,,TRUE"));
}

static void test_exact(void **state)
{
    (void)state;
    static const double some[] = {
        0,   -1, 0.1, 1e-9, 1.0 / 3, 2.0 / 3, 123456789012345678.0, 5e-324, 1e308, 0.1 + 0.2, 1e15, 8617.6623298280992,
        M_PI};
    char text[TEXT_EXACT_MAX];
    for (unsigned i = 0; i < ARRAY_LEN(some); i++)
        assert_true(strtod(text_exact(text, some[i]), NULL) == some[i]);
    assert_string_equal(text_exact(text, 0.1), "0.1");
    assert_string_equal(text_exact(text, 0.1 + 0.2), "0.30000000000000004");
    assert_string_equal(text_exact(text, 1000), "1000");
    assert_true(strlen(text_exact(text, -1.2345678901234567e-300)) < TEXT_EXACT_MAX);
}

static void test_moments(void **state)
{
    (void)state;
    double x[] = {2, 4, 4, 4, 5, 5, 7, 9}, one[] = {3}, zeros[] = {-1, 1};
    struct moments m;
    moments_of(x, ARRAY_LEN(x), &m);
    assert_int_equal(m.n, 8);
    assert_true(m.mean == 5 && m.median == 4.5 && m.least == 2 && m.most == 9);
    assert_true(fabs(m.stddev - sqrt(32.0 / 7)) < 1e-15);
    assert_true(fabs(m.cv - sqrt(32.0 / 7) / 5) < 1e-15);
    moments_of(one, 1, &m);
    assert_true(m.mean == 3 && m.median == 3 && m.least == 3 && m.most == 3);
    assert_true(isnan(m.stddev) && isnan(m.cv));
    moments_of(zeros, 2, &m);
    assert_true(m.mean == 0 && fabs(m.stddev - sqrt(2)) < 1e-15 && isnan(m.cv));
    moments_of(x, 0, &m);
    assert_true(isnan(m.mean) && isnan(m.median) && isnan(m.stddev) && isnan(m.cv) && isnan(m.least) && isnan(m.most));
}

static int put_or_fail(FILE *out, void *arg, struct err *e)
{
    fputs("new", out);
    return arg ? err_set(e, EINVAL, "no more") : 0;
}

static void test_file(void **state)
{
    (void)state;
    char dir[] = "/tmp/contend-export-XXXXXX", path[64], temporary[80];
    struct err e = {0};
    char *text;
    size_t n;
    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/file", dir);
    snprintf(temporary, sizeof temporary, "%s.tmp", path);
    assert_int_equal(file_replace_by(path, put_or_fail, &n, &e), -EINVAL);
    assert_string_equal(e.text, "no more");
    assert_int_not_equal(access(path, F_OK), 0);
    assert_int_equal(file_replace_by(path, put_or_fail, NULL, &e), 0);
    assert_int_equal(file_read(path, 100, &text, &n, &e), 0);
    assert_true(n == 3 && memcmp(text, "new", 3) == 0);
    free(text);
    assert_int_equal(file_replace_by(path, put_or_fail, &n, &e), -EINVAL);
    assert_int_equal(access(path, F_OK), 0);
    assert_int_not_equal(access(temporary, F_OK), 0);
    unlink(path);
    assert_int_equal(rmdir(dir), 0);
}

/* A run of serial and threads in so many blocks, of which so many trials are in its journal. */
static struct plan write_run(const char *dir, unsigned blocks, unsigned trials)
{
    static const char *const names[] = {"serial", "threads"};
    enum { CELLS = ARRAY_LEN(names) };
    struct plan p = made_plan(blocks, CELLS, 1);
    struct journal *j;
    struct err e = {0};
    p.visits = 1;
    made_models(&p, "primes", 1, 2, names, CELLS)->serial = 0;
    p.order = calloc((size_t)blocks * CELLS, sizeof *p.order);
    assert_non_null(p.order);
    for (unsigned i = 0; i < blocks * CELLS; i++)
        p.order[i] = i % CELLS;
    assert_int_equal(journal_create(&j, dir, &p, &e), 0);
    for (unsigned i = 0; i < trials; i++) {
        struct trial_record r = made_trial(&p, i % CELLS, i / CELLS, 1e6);
        r.position = i % CELLS;
        assert_int_equal(journal_append(j, &p, &r, &e), 0);
    }
    journal_close(j);
    return p;
}

static struct summary summary_of(const struct plan *p, unsigned trials)
{
    struct summarizer *z = summarizer_new(p);
    struct summary s;
    struct err e = {0};
    assert_non_null(z);
    for (unsigned i = 0; i < trials; i++) {
        struct trial_record r = made_trial(p, i % p->n_cells, i / p->n_cells, 1e6);
        assert_int_equal(summarizer_add(z, &r, &e), 0);
    }
    assert_int_equal(summarizer_finish(z, &s, &e), 0);
    return s;
}

/* The lines that a format writes of the run in `dir`; below 0: it failed. */
static int lines_of(const char *dir, const struct summary *s, unsigned format, const volatile int *stop, struct err *e)
{
    char *text = NULL;
    size_t n;
    FILE *out = open_memstream(&text, &n);
    assert_non_null(out);
    int lines = 0, rc = export_write(out, &export_formats[format], EXPORT_TRIALS, dir, s, stop, e);
    fclose(out);
    for (char *at = text; (at = strchr(at, '\n')); at++)
        lines++;
    free(text);
    return rc ? rc : lines;
}

/* The journal is read anew for an export, and much may have happened to it since it was summed up. */
static void test_second_reading(void **state)
{
    (void)state;
    char dir[2][32] = {"/tmp/contend-export-XXXXXX", "/tmp/contend-export-XXXXXX"}, path[80];
    struct err e = {0};
    struct plan plans[2];
    const volatile int stop = 1, go_on = 0;
    for (unsigned i = 0; i < 2; i++) {
        assert_non_null(mkdtemp(dir[i]));
        plans[i] = write_run(dir[i], 2 + i, 4);
    }
    struct summary whole = summary_of(&plans[0], 4), earlier = summary_of(&plans[0], 2);
    for (unsigned f = 0; export_formats[f].name; f++)
        if (export_formats[f].tables & EXPORT_HAS(TRIALS)) {
            assert_true(lines_of(dir[0], &whole, f, &go_on, &e) >= 5);
            assert_int_equal(lines_of(dir[0], &whole, f, &stop, &e), -EINTR);
            assert_int_equal(lines_of(dir[1], &whole, f, NULL, &e), -EBUSY);
            assert_non_null(strstr(e.text, "was replaced while it was being read"));
            assert_int_equal(lines_of("/nowhere", &whole, f, NULL, &e), -ENOENT);
        }
    assert_int_equal(lines_of(dir[0], &whole, 0, NULL, &e), 1 + 4);
    assert_int_equal(lines_of(dir[0], &earlier, 0, NULL, &e), 1 + 2); /* those that came since are not in it */
    FILE *full = fopen("/dev/full", "we");
    assert_non_null(full);
    setvbuf(full, NULL, _IONBF, 0);
    assert_int_equal(export_write(full, &export_formats[0], EXPORT_TRIALS, dir[0], &whole, NULL, &e), 0);
    assert_true(ferror(full));
    fclose(full);
    summary_release(&whole);
    summary_release(&earlier);
    for (unsigned i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "%s/trials.jsonl", dir[i]);
        unlink(path);
        assert_int_equal(rmdir(dir[i]), 0);
        plan_release(&plans[i]);
    }
}

static void test_table(void **state)
{
    (void)state;
    for (const struct export_format *f = export_formats; f->name; f++) {
        assert_true(f->summary && f->write && f->tables);
        assert_int_equal(f->tables >> EXPORT_WHATS, 0);
        for (const struct export_format *g = export_formats; g != f; g++)
            assert_string_not_equal(f->name, g->name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_texts),   cmocka_unit_test(test_columns), cmocka_unit_test(test_exact),
        cmocka_unit_test(test_moments), cmocka_unit_test(test_file),    cmocka_unit_test(test_second_reading),
        cmocka_unit_test(test_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
