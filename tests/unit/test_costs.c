/* SPDX-License-Identifier: MIT */
/* Costs of basic operations: how they are judged and told, and there and back as JSON. Measuring has a test of its own.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/base.h"
#include "harness/command/doctor_costs.h"
#include "harness/machine/costs.h"
#include "harness/machine/machine.h"

static struct costs c, back; /* large */

static struct machine_cost known(const char *name, double lower, double median, double upper)
{
    return (struct machine_cost){name, cost_kind_of(name)->unit, median, lower, upper, 11, NULL};
}

/* --- judging --- */

static void test_judge(void **state)
{
    (void)state;
    const struct cost_kind *fault = cost_kind_of("page_fault"), *copy = cost_kind_of("copy_bandwidth");
    const struct {
        const struct cost_kind *kind;
        double lower, median, upper;
        enum cost_judgement j;
        double factor;
        bool worse;
    } rows[] = {
        {fault, fault->least, fault->most, fault->most, COST_EXPECTED, 1, false},
        {fault, fault->most, 2 * fault->most, 3 * fault->most, COST_EXPECTED, 1, false}, /* the interval reaches it */
        {fault, 2 * fault->most, 3 * fault->most, 4 * fault->most, COST_ABOVE, 3, true},
        {fault, fault->least / 8, fault->least / 4, fault->least / 2, COST_BELOW, 4, false},
        {fault, NAN, 3 * fault->most, NAN, COST_UNKNOWN, 1, false},
        {copy, copy->least / 8, copy->least / 4, copy->least / 2, COST_BELOW, 4, true},
        {copy, 2 * copy->most, 2 * copy->most, 2 * copy->most, COST_ABOVE, 2, false},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct machine_cost x = known(rows[i].kind->name, rows[i].lower, rows[i].median, rows[i].upper);
        double factor;
        assert_int_equal(cost_judge(&x, &factor), rows[i].j);
        assert_true(fabs(factor - rows[i].factor) < 1e-9);
        assert_int_equal(cost_is_worse(&x, rows[i].j), rows[i].worse);
    }
    struct machine_cost other = {"of_a_later_version", "ns", 1, 1, 1, 11, NULL};
    assert_int_equal(cost_judge(&other, NULL), COST_UNKNOWN);
}

/* Each row is whole and can be told. */
static void test_table(void **state)
{
    (void)state;
    for (unsigned k = 0; k < COSTS; k++) {
        const struct cost_kind *x = &cost_kinds[k];
        assert_true(0 < x->least && x->least < x->most);
        assert_true(x->summary[0] && x->source[0] && x->effect[0] && x->group[0]);
        assert_ptr_equal(cost_kind_of(x->name), x);
        for (unsigned j = 0; j + 1 < k; j++) /* rows of a group stand together: a heading is printed once */
            assert_false(strcmp(cost_kinds[j].group, x->group) == 0 && strcmp(cost_kinds[k - 1].group, x->group) != 0);
    }
}

static void test_text(void **state)
{
    (void)state;
    char text[160];
    struct machine_cost x = known("page_fault", 12800, 12900, 13000);
    cost_outside_text(text, sizeof text, &x);
    assert_string_equal(text, "12.9us, 3.23× above what is expected (80ns … 4us)");
    cost_range_text(text, sizeof text, 999.6, 23456, "ns", false);
    assert_string_equal(text, "1.00 … 23.5us");
    cost_range_text(text, sizeof text, 950e6, 2.5e9, "bytes/s", false);
    assert_string_equal(text, "950MB/s … 2.50GB/s");
    cost_value_text(text, sizeof text, 1.0449, "ratio");
    assert_string_equal(text, "1.04");
}

static void test_note(void **state)
{
    (void)state;
    char *text = NULL;
    size_t n;
    FILE *f = open_memstream(&text, &n);
    assert_non_null(f);
    costs_none(&c, NULL);
    c.all[c.n++] = known("system_call", 5, 5, 5); /* less than expected is nothing to warn of */
    doctor_costs_note(f, &c, "here");
    fflush(f);
    assert_int_equal(n, 0);
    c.all[c.n++] = known("page_fault", 12800, 12900, 13000);
    c.all[c.n++] = known("copy_bandwidth", 0.9e9, 1e9, 1.1e9);
    doctor_costs_note(f, &c, "here");
    fclose(f);
    assert_string_equal(text, "here: page_fault 12.9us, 3.23× above what is expected (80ns … 4us); copy_bandwidth "
                              "1.00GB/s, 2× below what is expected (2 … 60GB/s); see contend doctor --costs\n");
    free(text);
}

/* --- JSON --- */

static int read_text(const char *text, struct err *e)
{
    struct json *j = NULL;
    assert_int_equal(json_parse(&j, text, strlen(text), "made.json", e), 0);
    int rc = costs_from_json(j, json_root(j), &back, e);
    json_free(j);
    return rc;
}

static char *written(void)
{
    char *text = NULL;
    size_t n;
    struct json_writer w;
    FILE *f = open_memstream(&text, &n);
    assert_non_null(f);
    json_init(&w, f, 0);
    json_begin(&w, '{');
    put_costs(&w, &c);
    json_end(&w, '}');
    fclose(f);
    return text;
}

static bool same(double a, double b)
{
    return (isnan(a) && isnan(b)) || !(a < b || a > b);
}

static void test_there_and_back(void **state)
{
    (void)state;
    struct err e = {0};
    costs_none(&c, NULL);
    c.all[c.n++] = known("page_fault", 1280.25, 1291, 1300.125);
    c.all[c.n++] = (struct machine_cost){"remote_wake", "ns", NAN, NAN, NAN, 0, "one CPU"};
    c.all[c.n++] = (struct machine_cost){"true_start", "ns", 6e5, NAN, NAN, 3, "too few"};
    c.all[c.n++] = (struct machine_cost){"of_a_later_version", "ns", 3, 2, 4, 7, NULL};
    char *text = written();
    assert_int_equal(read_text(text, &e), 0);
    assert_int_equal(back.n, c.n);
    for (unsigned i = 0; i < c.n; i++) {
        const struct machine_cost *a = &c.all[i], *b = &back.all[i];
        assert_string_equal(a->name, b->name);
        assert_true(same(a->median, b->median) && same(a->lower, b->lower) && same(a->upper, b->upper));
        assert_int_equal(a->rounds, b->rounds);
        assert_true(!a->why ? !b->why : b->why && strcmp(a->why, b->why) == 0);
    }
    free(text);
    double median = 7;
    assert_true(costs_number(&back, "page_fault", &median) && same(median, 1291));
    assert_false(costs_number(&back, "remote_wake", &median));
    assert_false(costs_number(&back, "no_such", &median));
    assert_true(same(median, 1291));

    costs_none(&c, "made up");
    text = written();
    assert_string_equal(text, "{\"costs\":null,\"costs_unavailable\":\"made up\"}");
    assert_int_equal(read_text(text, &e), 0);
    assert_int_equal(back.n, 0);
    assert_string_equal(back.why, "made up");
    free(text);
}

static void test_of_older_files(void **state)
{
    (void)state;
    struct err e = {0};
    assert_int_equal(read_text("{\"start\": {}}", &e), 0);
    assert_int_equal(back.n, 0);
    assert_non_null(back.why);
    assert_null(costs_find(&back, "page_fault"));
}

static void test_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "{\"costs\": 3}",
        "{\"costs\": null, \"costs_unavailable\": 3}",
        "{\"costs\": {\"page_fault\": 3}}",
        "{\"costs\": {\"page_fault\": {}}}",
        "{\"costs\": {\"page_fault\": {\"median\": 0, \"unit\": \"ns\", \"rounds\": 9, \"lower\": 1, \"upper\": 2}}}",
        "{\"costs\": {\"page_fault\": {\"median\": 1, \"unit\": 7, \"rounds\": 9, \"lower\": 1, \"upper\": 2}}}",
        "{\"costs\": {\"page_fault\": {\"median\": 1, \"unit\": \"ns\", \"rounds\": 9, \"lower\": 1}}}",
        "{\"costs\": {\"page_fault\": {\"median\": 3, \"unit\": \"ns\", \"rounds\": 9, \"lower\": 1, \"upper\": 2}}}",
        "{\"costs\": {\"page_fault\": {\"median\": 3, \"unit\": \"ns\", \"rounds\": -9, \"lower\": 1, \"upper\": 5}}}",
    };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct err e = {0};
        int rc = read_text(bad[i], &e);
        if (rc != -EINVAL)
            print_error("taken: %s\n", bad[i]);
        assert_int_equal(rc, -EINVAL);
        assert_int_equal(strncmp(e.text, "made.json:1:", 12), 0);
    }
    char many[8192] = "{\"costs\": {";
    for (unsigned i = 0; i <= COSTS_MAX; i++)
        text_append(many, sizeof many, "%s\"c%u\": null", i ? ", " : "", i);
    text_append(many, sizeof many, "}}");
    struct err e = {0};
    assert_int_equal(read_text(many, &e), -EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_judge),   cmocka_unit_test(test_table),          cmocka_unit_test(test_text),
        cmocka_unit_test(test_note),    cmocka_unit_test(test_there_and_back), cmocka_unit_test(test_of_older_files),
        cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
