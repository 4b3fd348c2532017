/* SPDX-License-Identifier: MIT */
/* Records of one line: whatever a value is, it stays in its line and in its field. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/report/plain.h"

static char text[4096];

static FILE *begin(void)
{
    memset(text, 0, sizeof text);
    FILE *out = fmemopen(text, sizeof text, "w");
    assert_non_null(out);
    plain_begin(out, "kind");
    return out;
}

static void end(FILE *out, const char *expected)
{
    plain_end(out);
    fclose(out);
    assert_string_equal(text, expected);
}

static void test_texts(void **state)
{
    (void)state;
    static const struct {
        const char *value, *written;
    } cases[] = {
        {"threads", "threads"},
        {"a.b_c:d+e-f/g%h,<i>#2", "a.b_c:d+e-f/g%h,<i>#2"},
        {"two words", "\"two words\""},
        {"a=b", "\"a=b\""},
        {"say \"no\" \\ yes", "\"say \\\"no\\\" \\\\ yes\""},
        {NULL, "n/a"},
        {"", "n/a"},
        {"n/a", "\"n/a\""},
        {"0.9 … 1.1 × 2 → ± ≤ ≥ − – µ", "\"0.9 .. 1.1 x 2 -> +- <= >= - - u\""},
        {"line\nfinding severity=bad\r\033[2J\x7f", "\"line?finding severity=bad??[2J?\""},
        {"ünï \xc2\x85\xff", "\"ünï ??\""},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char expected[200];
        FILE *out = begin();
        plain_text(out, "name", cases[i].value);
        snprintf(expected, sizeof expected, "kind name=%s\n", cases[i].written);
        end(out, expected);
    }
}

static void test_numbers(void **state)
{
    (void)state;
    const struct metric known = {1536, NULL}, unknown = {0, "not here"};
    FILE *out = begin();
    plain_count(out, "count", UINT64_MAX);
    plain_signed(out, "signed", -3);
    plain_bool(out, "yes", true);
    plain_bool(out, "no", false);
    plain_number(out, "whole", 1234567);
    plain_number(out, "part", 1.0 / 3);
    plain_share(out, "share", 0.0414);
    plain_rate(out, "rate", 62345);
    plain_duration(out, "time", 1020000);
    plain_bytes(out, "size", 1 << 20);
    plain_metric(out, "known", &known, plain_bytes);
    plain_metric(out, "unknown", &unknown, plain_bytes);
    plain_missing(out, "none");
    end(out, "kind count=18446744073709551615 signed=-3 yes=yes no=no whole=1234567 part=0.3333 share=4.1% rate=62.3k "
             "time=1.02ms size=1.00MiB known=1.50KiB unknown=n/a none=n/a\n");
    static const double none[] = {NAN, INFINITY, -INFINITY};
    for (size_t i = 0; i < ARRAY_LEN(none); i++) {
        out = begin();
        plain_number(out, "a", none[i]);
        plain_share(out, "b", none[i]);
        plain_rate(out, "c", none[i]);
        plain_duration(out, "d", none[i]);
        plain_bytes(out, "e", none[i]);
        end(out, "kind a=n/a b=n/a c=n/a d=n/a e=n/a\n");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_texts), cmocka_unit_test(test_numbers)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
