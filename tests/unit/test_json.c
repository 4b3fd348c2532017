/* SPDX-License-Identifier: MIT */
/* The strict reader's refusals, each with its place; files in pieces; that work grows with the text, not with its
 * square. */
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

#include "harness/record/fields.h"
#include "harness/record/json.h"

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
    }
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
        cmocka_unit_test(test_refusals), cmocka_unit_test(test_texts),      cmocka_unit_test(test_many_keys),
        cmocka_unit_test(test_file),     cmocka_unit_test(test_not_finite),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
