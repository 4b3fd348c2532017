/* SPDX-License-Identifier: MIT */
/* Statistics against closed forms and simulation; values with units; the histogram's error; JSON's refusals; the
 * Williams design. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/workload.h"
#include "harness/insight/identity.h"
#include "harness/measure/histogram.h"
#include "harness/base/value.h"
#include "harness/plan/williams.h"
#include "harness/record/journal.h"
#include "harness/record/json.h"
#include "harness/stats/order.h"
#include "harness/stats/quantile.h"

static double uniform(uint64_t *state)
{
    *state = mix64(*state);
    return (double)(*state >> 11) / 9007199254740992.0;
}

static void test_interval(void **state)
{
    (void)state;
    const double x[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
    struct stats_interval i;
    assert_false(stats_quantile_interval(x, 5, 0.5, 0.95, &i));
    assert_true(i.estimate == 3 && isnan(i.lower) && isnan(i.upper) && isnan(i.level));
    assert_true(stats_quantile_interval(x, 6, 0.5, 0.95, &i));
    assert_true(i.lower == 1 && i.upper == 6 && fabs(i.level - (1 - 2.0 / 64)) < 1e-12);
    /* n = 10: places 2 and 9, coverage 1 - 2 * 11/1024 */
    assert_true(stats_quantile_interval(x, 10, 0.5, 0.95, &i));
    assert_true(i.lower == 2 && i.upper == 9 && fabs(i.level - (1 - 22.0 / 1024)) < 1e-12);
}

static void test_sign_and_holm(void **state)
{
    (void)state;
    double x[] = {1, 1, 1, 1, 1, 1, 1, 1, 1, -1};
    assert_true(fabs(stats_sign_test(x, 10) - 22.0 / 1024) < 1e-12);
    assert_true(isnan(stats_sign_test(x, 5)));
    double p[] = {0.04, 0.01, NAN, 0.03};
    unsigned index[4];
    stats_holm(p, 4, index);
    assert_true(fabs(p[1] - 0.03) < 1e-12 && fabs(p[3] - 0.06) < 1e-12 && fabs(p[0] - 0.06) < 1e-12 && isnan(p[2]));
}

static void test_histogram(void **state)
{
    (void)state;
    static struct histogram h;
    uint64_t seed = 3;
    for (int i = 0; i < 200000; i++) {
        uint64_t v = (uint64_t)exp(uniform(&seed) * log(3.6e12));
        histogram_init(&h);
        histogram_record(&h, v);
        histogram_record(&h, (UINT64_C(1) << 42) - 1); /* so that the maximum does not give v away */
        double q = (double)histogram_quantile(&h, 0.5);
        assert_true(fabs(q - (double)v) <= 0.005 * (double)v);
        i += 20;
    }
    histogram_record(&h, UINT64_C(1) << 42);
    assert_int_equal(h.overflow, 1);
    assert_true(h.max == UINT64_C(1) << 42);
    assert_true(sizeof h <= 65536);
}

static void test_values(void **state)
{
    (void)state;
    struct err e;
    uint64_t v;
    assert_int_equal(value_time("1.5s", "x", &v, &e), 0);
    assert_true(v == 1500000000);
    assert_int_equal(value_time("200us", "x", &v, &e), 0);
    assert_true(v == 200000);
    assert_int_equal(value_time("168h", "x", &v, &e), 0);
    assert_true(v == UINT64_C(604800000000000));
    const char *const bad[] = {"5",     "ms",   "1hour",  "9999h", "-5ms", "5 ms",
                               "0x5ms", "infs", "1e300s", "0.5ns", "",     "5msx"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(value_time(bad[i], "x", &v, &e), -EINVAL);
    assert_int_equal(value_size("64KiB", "x", &v, &e), 0);
    assert_true(v == 65536);
    assert_int_equal(value_count("18446744073709551616", "x", 0, UINT64_MAX, &v, &e), -EINVAL);
}

static void test_json(void **state)
{
    (void)state;
    struct json *j;
    struct err e;
    const char *const bad[] = {"",      "{",        "[1,]", "01",      "1.",     "{\"a\":1,\"a\":2}",
                               "[1] x", "\"\xff\"", "NaN",  "{'a':1}", "\"\t\"", "[1 2]",
                               "+1",    "\"\\x\""};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(json_parse(&j, bad[i], strlen(bad[i]), "t", &e), -EINVAL);
    json_parse(&j, "{\n \"a\": tru}", 12, "file", &e);
    assert_non_null(strstr(e.text, "file:2:7: "));
    const char *good = "{\"a\": [1, 9007199254740991, -0.5e1], \"b\": \"\\u00e9\"}";
    assert_int_equal(json_parse(&j, good, strlen(good), "t", &e), 0);
    int64_t n;
    const struct json_value *v = json_next(json_first(json_get(json_root(j), "a")));
    assert_int_equal(json_get_i64(v, &n), 0);
    assert_true(n == INT64_C(9007199254740991));
    struct json *big; /* 2^53+1 would read as 2^53: refused */
    assert_int_equal(json_parse(&big, "9007199254740993", 16, "t", &e), 0);
    assert_int_equal(json_get_i64(json_root(big), &n), -EINVAL);
    json_free(big);
    json_error(j, v, &e, "here");
    assert_string_equal(e.text, "t:1:11: here");
    json_free(j);
}

/* Each treatment once in a row; over a whole design each follows each other equally often. */
static void test_williams(void **state)
{
    (void)state;
    for (unsigned n = 1; n <= 12; n++) {
        unsigned rows = n % 2 ? 2 * n : n, follows[12][12] = {{0}}, places[12][12] = {{0}};
        unsigned *order = malloc(rows * n * sizeof *order);
        assert_int_equal(williams_order(n, rows, 5, order), 0);
        for (unsigned r = 0; r < rows; r++) {
            unsigned seen = 0;
            for (unsigned i = 0; i < n; i++) {
                seen |= 1u << order[r * n + i];
                places[order[r * n + i]][i]++;
                if (i)
                    follows[order[r * n + i - 1]][order[r * n + i]]++;
            }
            assert_int_equal(seen, (1u << n) - 1);
        }
        for (unsigned a = 0; a < n; a++)
            for (unsigned b = 0; b < n; b++)
                assert_true(follows[a][b] == (a == b ? 0 : rows / n) && places[a][b] == rows / n);
        free(order);
    }
}

/* What is written can be read again, also where a double could not carry it. */
static void test_record_round_trip(void **state)
{
    (void)state;
    struct trial_record r, back;
    struct err e = {0};
    trial_record_init(&r);
    r.latency = malloc(sizeof *r.latency);
    histogram_init(r.latency);
    histogram_record(r.latency, 7);
    r.latency->sum = (UINT64_C(1) << 54) + 2;
    r.bytes = UINT64_MAX;
    r.units = (UINT64_C(1) << 53) - 1;
    r.checksum = UINT64_MAX - 1;
    snprintf(r.reason, sizeof r.reason, "a \"quote\" and \\ and é");
    snprintf(r.started, sizeof r.started, "2026-01-02T03:04:05.678901Z");
    char *text = record_to_json(NULL, &r);
    assert_non_null(text);
    int rc = record_from_json(text, strlen(text), &back, &e);
    assert_string_equal(e.text, "");
    assert_int_equal(rc, 0);
    assert_true(back.latency->sum == r.latency->sum && back.bytes == r.bytes && back.units == r.units &&
                back.checksum == r.checksum);
    assert_string_equal(back.reason, r.reason);
    assert_string_equal(back.started, r.started);
    free(text);
    trial_record_release(&r);
    trial_record_release(&back);
}

/* Tampering with each part of the work is seen. */
static void test_identity(void **state)
{
    (void)state;
    struct cell c = {.workload = "sleep", .model = "threads", .units = 10, .p = {1000000}};
    struct histogram h;
    histogram_init(&h);
    histogram_record(&h, 1000001);
    struct trial_record sound = {.units = 10, .checksum = 5, .expected = 5, .bytes = 100, .latency = &h};
    sound.ops[OP_SLEEP] = 10;
    struct work_reference ref = {.set = false};
    struct trial_record r = sound;
    assert_true(work_is_identical(&c, &r, &ref));
    r = sound;
    assert_true(work_is_identical(&c, &r, &ref));
    for (int what = 0; what < 6; what++) {
        struct histogram fast = h;
        r = sound;
        r.units -= what == 0;
        r.checksum += what == 1;
        r.ops[OP_SLEEP] -= what == 2;
        r.ops[OP_CPU] += what == 3;
        r.bytes++;
        r.bytes -= what != 4;
        fast.min = what == 5 ? 999999 : fast.min;
        r.latency = &fast;
        assert_false(work_is_identical(&c, &r, &ref));
        assert_int_equal(r.status, TRIAL_VOID);
        assert_true(strlen(r.reason) > 10);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_interval),  cmocka_unit_test(test_sign_and_holm),
        cmocka_unit_test(test_histogram), cmocka_unit_test(test_values),
        cmocka_unit_test(test_json),      cmocka_unit_test(test_williams),
        cmocka_unit_test(test_identity),  cmocka_unit_test(test_record_round_trip),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
