/* SPDX-License-Identifier: MIT */
/* The strict reader's refusals, each with its place, whichever way it is used; what it hands out, and what a document
 * keeps of it; files in pieces; that work grows with the text, not with its square. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "harness/base/base.h"
#include "harness/record/fields.h"
#include "harness/record/json.h"
#include "harness/record/json_cursor.h"

#define TEXT(s) (s), sizeof(s) - 1

static void test_refusals(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t n;
        const char *says;
    } bad[] = {
        {TEXT("\"\\ud800\""), "t:1:2: not JSON: expected a low surrogate after a high one"},
        {TEXT("\"\\ud800\\u0041\""), "t:1:2: not JSON: expected a low surrogate after a high one"},
        {TEXT("\"ab\\udc00\""), "t:1:4: not JSON: expected a high surrogate before a low one"},
        {TEXT("\"\\u0000\""), "t:1:2: not JSON: expected no \\u0000: a text can't hold it"},
        {TEXT("{\"a\\u0000b\": 1}"), "t:1:4: not JSON: expected no \\u0000"},
        {TEXT("\"\\\0\""), "t:1:2: not JSON: expected an escape of"},
        {TEXT("\"\0\""), "t:1:2: not JSON: expected no bare control character"},
        {TEXT("[1,\0]"), "t:1:4: not JSON: expected a value"},
        {TEXT("\"\\u12g4\""), "t:1:2: not JSON: expected four hexadecimal digits"},
        {TEXT("\"\\"), "t:1:2: not JSON: expected an escape of"},
        {TEXT("{\"a\": 1,\n \"a\": 2}"), "t:2:2: not JSON: expected a key that this object does not have yet"},
        {TEXT("{\"a\": 1, \"\\u0061\": 2}"), "t:1:10: not JSON: expected a key that this object does not have yet"},
        {TEXT("{\"\303\251\": 1, \"\\u00e9\": 2}"),
         "t:1:11: not JSON: expected a key that this object does not have yet"},
        {TEXT("{\"x\": {\"\\n\": 1, \"b\": 0, \"\\u000A\": 2}}"), "t:1:25: not JSON: expected a key"},
        {TEXT("1000000000000000000000000000000000000000000000000000000000000"), "t:1:1: not JSON: expected at most 60"},
        {TEXT("\xef\xbb\xbf{}"), "t:1:1: not JSON: expected a value"},
        {TEXT("\"\xed\xa0\x80\""), "t:1:2: not JSON: expected well-formed UTF-8"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct json *j;
        struct err e = {0};
        assert_int_equal(json_parse(&j, bad[i].text, bad[i].n, "t", &e), -EINVAL);
        assert_memory_equal(e.text, bad[i].says, strlen(bad[i].says));
        struct err skipped = {0};
        struct json_cursor c = {.rc = 0};
        cursor_init(&c, bad[i].text, bad[i].n, "t", 1, &skipped);
        cursor_skip(&c);
        assert_int_equal(cursor_end(&c), -EINVAL);
        assert_string_equal(skipped.text, e.text);
        cursor_release(&c);
    }
}

/* `levels` arrays, one in the other, around "1" if it is asked for. */
static char *nested(unsigned levels, bool one)
{
    char *text = malloc(2 * levels + 2), *to = text;
    for (unsigned i = 0; i < levels; i++)
        *to++ = '[';
    if (one)
        *to++ = '1';
    for (unsigned i = 0; i < levels; i++)
        *to++ = ']';
    *to = 0;
    return text;
}

/* What the table does not name counts from the outermost object on, too. */
static int read_around(const char *inner, struct err *e)
{
    static const struct json_member table[] = {{"n", cursor_u64, 0, true}};
    char text[256];
    uint64_t n = 0;
    struct json_cursor c = {.rc = 0};
    snprintf(text, sizeof text, "{\"other\": %s, \"n\": 7}", inner);
    cursor_init(&c, text, strlen(text), "t", 1, e);
    cursor_object(&c, table, 1, &n);
    int rc = cursor_end(&c);
    cursor_release(&c);
    assert_true(rc || n == 7);
    return rc;
}

static void test_levels(void **state)
{
    (void)state;
    struct json *j;
    struct err e = {0};
    static const struct {
        unsigned levels;
        bool one;
        int rc, around; /* as it is; with an object around it */
    } of[] = {{62, true, 0, 0},
              {63, false, 0, 0},
              {63, true, 0, -EINVAL},
              {64, false, 0, -EINVAL},
              {64, true, -EINVAL, -EINVAL}};
    for (size_t i = 0; i < sizeof of / sizeof *of; i++) {
        char *text = nested(of[i].levels, of[i].one);
        int rc = json_parse(&j, text, strlen(text), "t", &e);
        assert_int_equal(rc, of[i].rc);
        assert_int_equal(read_around(text, &e), of[i].around);
        if (!rc)
            json_free(j);
        free(text);
    }
    assert_string_equal(e.text, "t:1:74: not JSON: expected at most 64 levels of nesting");
}

static void test_texts(void **state)
{
    (void)state;
    struct json *j;
    struct err e = {0};
    const char *s;
    static const char good[] = "[\"\\ud83d\\ude00\", \"\\u00e9\\u20ac\\n\", {\"a\": 1, \"A\": {\"a\": 2}}, {\"a\": 3}]";
    assert_int_equal(json_parse(&j, TEXT(good), "t", &e), 0);
    const struct json_value *v = json_first(json_root(j));
    assert_int_equal(json_get_string(v, &s), 0);
    assert_string_equal(s, "\xf0\x9f\x98\x80");
    assert_int_equal(json_get_string(json_next(v), &s), 0);
    assert_string_equal(s, "\xc3\xa9\xe2\x82\xac\n");
    json_free(j);
}

static void test_numbers(void **state)
{
    (void)state;
    static const char text[] =
        "[0, -0, 1e3, 0.5, 9007199254740991, 9007199254740992, -9007199254740991, 1e999, \"0x1F\", \"0x\", \"0x-1\", "
        "\"0x10000000000000000\", \"0xffffffffffffffff\", 123456789012345678]";
    static const struct {
        bool is_double, is_i64, is_u64;
        double d;
        uint64_t u;
    } want[] = {{true, true, true, 0, 0},
                {true, true, true, 0, 0},
                {true, true, true, 1000, 1000},
                {true, false, false, 0.5, 0},
                {true, true, true, 9007199254740991.0, UINT64_C(9007199254740991)},
                {true, false, false, 9007199254740992.0, 0},
                {true, true, false, -9007199254740991.0, 0},
                {false, false, false, 0, 0},
                {false, false, true, 0, 31},
                {false, false, false, 0, 0},
                {false, false, false, 0, 0},
                {false, false, false, 0, 0},
                {false, false, true, 0, UINT64_MAX},
                {true, false, false, 123456789012345678.0, 0}};
    struct json *j;
    struct err e = {0};
    assert_int_equal(json_parse(&j, TEXT(text), "t", &e), 0);
    assert_int_equal(json_size(json_root(j)), ARRAY_LEN(want));
    const struct json_value *v = json_first(json_root(j));
    for (size_t i = 0; i < ARRAY_LEN(want); i++, v = json_next(v)) {
        double d = 0;
        int64_t n = 0;
        uint64_t u = 0;
        assert_int_equal(json_get_double(v, &d), want[i].is_double ? 0 : -EINVAL);
        assert_int_equal(json_get_i64(v, &n), want[i].is_i64 ? 0 : -EINVAL);
        assert_int_equal(json_get_u64(v, &u), want[i].is_u64 ? 0 : -EINVAL);
        assert_true(d == want[i].d && u == want[i].u && n == (want[i].is_i64 ? (int64_t)want[i].d : 0));
    }
    assert_null(v);
    json_free(j);
}

/* Each value with its place and what is around it; what is not there. */
static void test_document(void **state)
{
    (void)state;
    static const char text[] = "\n{\"a\": [1, {}, []],\n  \"b\": {\"c\": null,\n\"d\": true}, \"e\": \"\\n\\u00e9\"}\n";
    struct json *j;
    struct err e = {0};
    const char *s;
    bool yes = false;
    assert_int_equal(json_parse(&j, TEXT(text), "t", &e), 0);
    const struct json_value *root = json_root(j), *a = json_first(root), *b = json_next(a), *last = json_next(b);
    assert_int_equal(json_size(root), 3);
    assert_null(json_name(root));
    assert_null(json_next(root));
    assert_ptr_equal(json_get(root, "a"), a);
    assert_ptr_equal(json_get(root, "b"), b);
    assert_ptr_equal(json_get(root, "e"), last);
    assert_null(json_next(last));
    assert_null(json_get(root, "c")); /* in b only */
    assert_null(json_get(a, "a"));
    assert_null(json_get(NULL, "a"));
    assert_int_equal(json_type(a), JSON_ARRAY);
    assert_int_equal(json_size(a), 3);
    const struct json_value *one = json_first(a), *empty = json_next(one);
    assert_null(json_name(one));
    assert_null(json_first(one));
    assert_int_equal(json_type(empty), JSON_OBJECT);
    assert_null(json_first(empty));
    assert_int_equal(json_size(json_next(empty)), 0);
    assert_null(json_next(json_next(empty)));
    assert_int_equal(json_type(json_get(b, "c")), JSON_NULL);
    assert_int_equal(json_get_bool(json_get(b, "d"), &yes), 0);
    assert_true(yes);
    assert_int_equal(json_get_string(last, &s), 0);
    assert_string_equal(s, "\n\xc3\xa9");
    const struct {
        const struct json_value *v;
        const char *says;
    } places[] = {
        {root, "t:2:1: x"},  {one, "t:2:8: x"}, {json_get(b, "c"), "t:3:14: x"}, {json_get(b, "d"), "t:4:6: x"},
        {last, "t:4:18: x"}, {NULL, "t:1:1: x"}};
    for (size_t i = 0; i < ARRAY_LEN(places); i++) {
        assert_int_equal(json_error(j, places[i].v, &e, "x"), -EINVAL);
        assert_string_equal(e.text, places[i].says);
    }
    json_free(j);
}

/* Members and items by hand; the cursor once more, behind a failure; after one nothing is handed out. */
static void test_cursor(void **state)
{
    (void)state;
    static const char text[] = " {\"one\": [1, 2.5], \"tw\\u006f\": \"x\"} ";
    struct json_cursor c = {.rc = 0};
    struct err e = {0};
    uint64_t n = 0;
    for (int i = 0; i < 2; i++) {
        cursor_init(&c, TEXT(text), "t", 3, &e);
        assert_int_equal(cursor_type(&c), JSON_OBJECT);
        cursor_members(&c);
        assert_string_equal(cursor_member(&c), "one");
        assert_int_equal(cursor_type(&c), JSON_ARRAY);
        cursor_array(&c);
        assert_true(cursor_item(&c));
        cursor_u64(&c, &n);
        assert_true(n == 1);
        assert_true(cursor_item(&c));
        assert_true(cursor_number(&c) == 2.5);
        assert_false(cursor_item(&c));
        assert_string_equal(cursor_member(&c), "two");
        assert_false(cursor_null(&c));
        if (i)
            break;
        cursor_u64(&c, &n);
        assert_string_equal(e.text, "t:3:32: expected a whole number, 0 or more, or one written as \"0x…\"");
        assert_null(cursor_member(&c));
        assert_string_equal(cursor_string(&c), "");
        assert_true(cursor_number(&c) == 0);
        assert_int_equal(cursor_end(&c), -EINVAL);
    }
    assert_string_equal(cursor_string(&c), "x");
    assert_null(cursor_member(&c));
    assert_int_equal(cursor_end(&c), 0);
    cursor_init(&c, TEXT("{}"), "t", 1, &e);
    assert_true(cursor_number(&c) == 0);
    assert_string_equal(e.text, "t:1:1: expected a number");
    cursor_init(&c, TEXT("\n?"), "t", 1, &e);
    assert_int_equal(cursor_type(&c), JSON_NULL);
    assert_memory_equal(e.text, "t:2:1: not JSON: expected a value", 33);
    cursor_release(&c);
}

/* An object of n keys, the last of which stands twice when `twice`. */
static char *many_keys(unsigned n, bool twice)
{
    char *text = malloc(n * 16 + 16);
    size_t at = (size_t)sprintf(text, "{");
    for (unsigned i = 0; i < n; i++)
        at += (size_t)sprintf(text + at, "\"k%u\":0,", twice && i == n - 1 ? n / 2 : i);
    text[at - 1] = '}';
    return text;
}

/* Other work on the machine does not count. */
static uint64_t cpu_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static uint64_t time_to_parse(unsigned keys)
{
    char *text = many_keys(keys, false);
    uint64_t best = UINT64_MAX;
    for (int i = 0; i < 5; i++) {
        struct json *j;
        struct err e = {0};
        uint64_t begin = cpu_ns();
        assert_int_equal(json_parse(&j, text, strlen(text), "t", &e), 0);
        uint64_t spent = cpu_ns() - begin;
        best = spent < best ? spent : best;
        json_free(j);
    }
    free(text);
    return best;
}

static void test_many_keys(void **state)
{
    (void)state;
    struct json *j;
    struct err e = {0};
    char *text = many_keys(5000, true);
    assert_int_equal(json_parse(&j, text, strlen(text), "t", &e), -EINVAL);
    char place[64];
    snprintf(place, sizeof place, "t:1:%zu: ", strlen(text) - strlen("\"k2500\":0}") + 1);
    assert_memory_equal(e.text, place, strlen(place));
    free(text);
    assert_true(time_to_parse(32000) < 100 * time_to_parse(2000)); /* about 16 when linear, 256 when quadratic */
}

/* A number that is none is null beside its reason. */
static void test_not_finite(void **state)
{
    (void)state;
    char *text = NULL;
    size_t n;
    struct json_writer w;
    FILE *f = open_memstream(&text, &n);
    json_init(&w, f, 0);
    json_begin(&w, '{');
    put_double(&w, "mean", NAN);
    put_double(&w, "ratio", INFINITY);
    put_double(&w, "half", 0.5);
    json_end(&w, '}');
    fclose(f);
    assert_string_equal(text, "{\"mean\":null,\"mean_unavailable\":\"it is not a finite number\",\"ratio\":null,"
                              "\"ratio_unavailable\":\"it is not a finite number\",\"half\":0.5}");
    free(text);
}

static void test_file(void **state)
{
    (void)state;
    char path[] = "/tmp/contend-test-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    size_t n = 300000; /* more than one read's worth */
    char *text = malloc(n);
    memset(text, ' ', n);
    text[0] = '[';
    text[n - 1] = ']';
    assert_true(write(fd, text, n) == (ssize_t)n);
    struct json *j;
    struct err e = {0};
    assert_int_equal(json_parse_file(&j, path, n, &e), 0);
    json_free(j);
    assert_int_equal(json_parse_file(&j, path, n - 1, &e), -EFBIG);
    assert_non_null(strstr(e.text, "is larger than 299999 bytes"));
    unlink(path);
    assert_int_equal(json_parse_file(&j, path, n, &e), -ENOENT);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_int_equal(json_parse_file(&j, path, n, &e), -EINVAL);
    assert_non_null(strstr(e.text, "is not a file"));
    unlink(path);
    close(fd);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refusals), cmocka_unit_test(test_texts),  cmocka_unit_test(test_many_keys),
        cmocka_unit_test(test_file),     cmocka_unit_test(test_levels), cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_document), cmocka_unit_test(test_cursor), cmocka_unit_test(test_not_finite),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
