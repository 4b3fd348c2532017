/* SPDX-License-Identifier: MIT */
/* environment.json there and back, and what counts as a change of the machine. */
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

#include "harness/machine/environment.h"

static char dir[] = "/tmp/contend-environment-XXXXXX";
static struct environment v, back; /* large */

static int set_up(void **state)
{
    (void)state;
    return mkdtemp(dir) ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    const char *name = environment_first(dir);
    char path[128];
    for (; name; name = environment_first(dir)) {
        const char *last = environment_last(dir);
        snprintf(path, sizeof path, "%s/%s", dir, last);
        unlink(path);
    }
    return rmdir(dir);
}

static void add(struct facts *f, const char *name, enum fact_status status, const char *text)
{
    struct fact *x = &f->all[f->n++];
    *x = (struct fact){.name = name, .status = status};
    snprintf(x->text, sizeof x->text, "%s", text);
    snprintf(x->source, sizeof x->source, "made up");
    char *end;
    x->number = strtod(text, &end);
    x->is_number = status == FACT_OK && *text && !*end;
}

static void same_facts(const struct facts *a, const struct facts *b)
{
    assert_int_equal(a->n, b->n);
    for (unsigned i = 0; i < a->n; i++) {
        const struct fact *x = &a->all[i], *y = facts_find(b, x->name);
        assert_non_null(y);
        assert_int_equal(x->status, y->status);
        assert_int_equal(x->is_number, y->is_number);
        assert_true(!x->is_number || x->number == y->number);
        assert_string_equal(x->text, y->text);
        assert_string_equal(x->source, y->source);
    }
}

static const struct {
    const char *name;
    enum fact_status status;
    const char *text, *later; /* later: NULL: as before */
    enum fact_status then;
    bool change;
} table[] = {
    {"cpu.governor", FACT_OK, "powersave", "performance", FACT_OK, true},
    {"cpu.model", FACT_OK, "Made \"up\" \\ \xc3\xa9\t\x01 name", NULL, FACT_OK, false},
    {"cpu.allowed", FACT_OK, "2", "1", FACT_OK, true},
    {"cpu.microcode", FACT_DENIED, "Permission denied", NULL, FACT_DENIED, false},
    {"cpu.smt", FACT_ABSENT, "No such file", "1", FACT_OK, true},
    {"kernel.release", FACT_OK, "6.1", "no such call", FACT_ABSENT, true},
    {"load.average", FACT_OK, "0.25", "3.5", FACT_OK, false},
    {"cpu.temperature", FACT_OK, "40", "70", FACT_OK, false},
    {"scratch.free", FACT_OK, "1e+300", "0.1", FACT_OK, false},
};
enum { ROWS = sizeof table / sizeof *table };

static void test_round_trip(void **state)
{
    (void)state;
    struct err e = {0};
    v = (struct environment){0};
    static struct facts end;
    end.n = 0;
    for (unsigned i = 0; i < ROWS; i++) {
        add(&v.start, table[i].name, table[i].status, table[i].text);
        add(&end, table[i].name, table[i].later ? table[i].then : table[i].status,
            table[i].later ? table[i].later : table[i].text);
    }
    v.costs = (struct costs){
        .n = 2,
        .all = {{"page_fault", "ns", 1300, 1280, 1310, 11, NULL}, {"remote_wake", "ns", NAN, NAN, NAN, 0, "one CPU"}}};
    v.n_checks = checks_run(&v.start, v.checks);
    assert_int_equal(environment_write(dir, "environment.json", &v, &e), 0);
    assert_int_equal(environment_read(dir, "environment.json", &back, &e), 0);
    assert_true(!back.ended && back.n_changed == 0);
    double ns = 0;
    assert_true(back.costs.n == 2 && costs_number(&back.costs, "page_fault", &ns) && ns >= 1300 && ns <= 1300);
    assert_string_equal(costs_find(&back.costs, "remote_wake")->why, "one CPU");
    same_facts(&v.start, &back.start);

    environment_close(&v, &end);
    assert_int_equal(environment_write(dir, environment_next(dir), &v, &e), 0);
    assert_string_equal(environment_last(dir), "environment-2.json");
    assert_string_equal(environment_first(dir), "environment.json");
    assert_int_equal(environment_read(dir, "environment-2.json", &back, &e), 0);
    assert_true(back.ended);
    same_facts(&v.start, &back.start);
    same_facts(&v.end, &back.end);
    assert_int_equal(back.n_checks, v.n_checks);
    for (unsigned i = 0; i < v.n_checks; i++) {
        assert_string_equal(back.checks[i].id, v.checks[i].id);
        assert_int_equal(back.checks[i].severity, v.checks[i].severity);
        assert_string_equal(back.checks[i].evidence, v.checks[i].evidence);
    }
    unsigned next = 0;
    for (unsigned i = 0; i < ROWS; i++)
        if (table[i].change) {
            assert_true(next < back.n_changed);
            assert_string_equal(back.start.all[back.changed[next++]].name, table[i].name);
        }
    assert_int_equal(back.n_changed, next);
}

/* This machine's own facts, all of them, come back as they were. */
static void test_of_this_machine(void **state)
{
    (void)state;
    struct err e = {0};
    v = (struct environment){0};
    environment_start(&v, dir, 0);
    environment_close(&v, &v.start);
    assert_int_equal(v.n_changed, 0);
    assert_int_equal(environment_write(dir, "environment.json", &v, &e), 0);
    assert_int_equal(environment_read(dir, "environment.json", &back, &e), 0);
    assert_true(v.start.n > 40);
    same_facts(&v.start, &back.start);
    assert_null(facts_other_machine(&v.start, &back.start));
}

/* What a file of before lacks is absent, and no error. */
static void test_without_costs(void **state)
{
    (void)state;
    struct err e = {0};
    char path[128];
    snprintf(path, sizeof path, "%s/environment.json", dir);
    FILE *f = fopen(path, "we");
    assert_non_null(f);
    fputs("{\"start\": {}, \"end\": null, \"checks\": [], \"changed\": []}", f);
    fclose(f);
    assert_int_equal(environment_read(dir, "environment.json", &back, &e), 0);
    assert_int_equal(back.costs.n, 0);
    f = fopen(path, "we");
    assert_non_null(f);
    fputs("{\"start\": {},\n\"costs\": []}", f);
    fclose(f);
    assert_true(environment_read(dir, "environment.json", &back, &e) < 0);
    assert_non_null(strstr(e.text, "environment.json:2:"));
}

static void test_refused(void **state)
{
    (void)state;
    struct err e = {0};
    assert_true(environment_read(dir, "no-such.json", &back, &e) < 0);
    assert_non_null(strstr(e.text, "no-such.json"));
    char path[128];
    snprintf(path, sizeof path, "%s/environment.json", dir);
    FILE *f = fopen(path, "we");
    assert_non_null(f);
    fputs("{\n \"start\": 3}\n", f);
    fclose(f);
    assert_true(environment_read(dir, "environment.json", &back, &e) < 0);
    assert_non_null(strstr(e.text, "environment.json:2:"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_of_this_machine),
        cmocka_unit_test(test_without_costs),
        cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
