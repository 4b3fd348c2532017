/* SPDX-License-Identifier: MIT */
/* The name that a mistyped one was meant to be, and what a message says of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/base/nearest.h"

static const char *const names[] = {"serial", "threads", "threads-each", "async", NULL};

static const char *name_at(unsigned i)
{
    return names[i];
}

static void test_nearest(void **state)
{
    (void)state;
    static const struct {
        const char *wrong, *near;
    } cases[] = {{"thread", "threads"}, {"serail", "serial"}, {"asinc", "async"}, {"thraeds-each", "threads-each"},
                 {"async", "async"},    {"processes", NULL},  {"", NULL},         {"x", NULL}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const char *of = nearest_of(cases[i].wrong, names), *by_number = nearest_name(cases[i].wrong, name_at);
        assert_ptr_equal(of, by_number);
        if (cases[i].near)
            assert_string_equal(of, cases[i].near);
        else
            assert_null(of);
    }
    char longest[200];
    memset(longest, 'a', sizeof longest - 1);
    longest[sizeof longest - 1] = 0;
    assert_null(nearest_of(longest, (const char *const[]){longest, NULL})); /* as its distance is not computed */
    longest[63] = 0;
    assert_ptr_equal(nearest_of("b", (const char *const[]){longest, NULL}), NULL);
    assert_ptr_equal(nearest_of(longest, (const char *const[]){longest, NULL}), longest);
}

/* Any nearest name fits into DID_YOU_MEAN_MAX bytes. */
static void test_said(void **state)
{
    (void)state;
    char buf[DID_YOU_MEAN_MAX], longest[64];
    memset(longest, 'a', sizeof longest - 1);
    longest[sizeof longest - 1] = 0;
    assert_string_equal(did_you_mean(buf, sizeof buf, '\'', "", "threads"), ", did you mean 'threads'?");
    assert_string_equal(did_you_mean(buf, sizeof buf, '\'', "--", "blocks"), ", did you mean '--blocks'?");
    assert_string_equal(did_you_mean(buf, sizeof buf, '"', "", "set"), ", did you mean \"set\"?");
    assert_string_equal(did_you_mean(buf, sizeof buf, '\'', "", NULL), "");
    did_you_mean(buf, sizeof buf, '\'', "--", longest);
    assert_string_equal(buf + strlen(buf) - 4, "aa'?");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_nearest), cmocka_unit_test(test_said)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
