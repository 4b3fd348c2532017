/* SPDX-License-Identifier: MIT */
/* The canaries of a record as JSON and back, and in records from before there were several kinds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/record/journal.h"

static struct trial_record made(void)
{
    struct trial_record r;
    trial_record_init(&r);
    for (int i = 0; i < CANARIES; i++) {
        r.canaries[i].before_ns = (struct metric){.value = 1000 + i};
        r.canaries[i].after_ns = (struct metric){.value = 2000 + i};
    }
    r.canaries[CANARY_LOADS].after_ns = (struct metric){.why = "no memory in this test"};
    return r;
}

static char *text_of(const struct trial_record *r)
{
    char *text = record_to_json(NULL, r);
    assert_non_null(text);
    return text;
}

static int read_text(const char *text, struct trial_record *r, struct err *e)
{
    return record_from_json(text, strlen(text), r, e);
}

static void assert_metric(const struct metric *is, const struct metric *due)
{
    assert_int_equal(!is->why, !due->why);
    if (due->why)
        assert_string_equal(is->why, due->why);
    else
        assert_int_equal(is->value, due->value);
}

static void test_back(void **state)
{
    (void)state;
    struct trial_record r = made(), got;
    struct err e = {0};
    char *text = text_of(&r);
    assert_non_null(strstr(text, "\"canary_before_ns\":1000,\"canary_after_ns\":2000,"));
    assert_int_equal(read_text(text, &got, &e), 0);
    for (unsigned i = 0; i < CANARIES; i++) {
        assert_metric(&got.canaries[i].before_ns, &r.canaries[i].before_ns);
        assert_metric(&got.canaries[i].after_ns, &r.canaries[i].after_ns);
    }
    trial_record_release(&got);
    free(text);
}

/* Takes "canaries" out of the text. */
static void cut_canaries(char *text)
{
    char *at = strstr(text, "\"canaries\":{");
    assert_non_null(at);
    char *end = strstr(at, "}},");
    assert_non_null(end);
    memmove(at, end + 3, strlen(end + 3) + 1);
}

static void test_from_before(void **state)
{
    (void)state;
    struct trial_record r = made(), got;
    struct err e = {0};
    char *text = text_of(&r);
    cut_canaries(text);
    assert_int_equal(read_text(text, &got, &e), 0);
    assert_metric(&got.canaries[CANARY_CHAIN].before_ns, &r.canaries[CANARY_CHAIN].before_ns);
    assert_metric(&got.canaries[CANARY_CHAIN].after_ns, &r.canaries[CANARY_CHAIN].after_ns);
    for (unsigned i = 0; i < CANARIES; i++)
        if (i != CANARY_CHAIN) {
            assert_string_equal(got.canaries[i].before_ns.why, "the run did not time this kind of canary");
            assert_string_equal(got.canaries[i].after_ns.why, "the run did not time this kind of canary");
        }
    trial_record_release(&got);
    free(text);
}

static void test_refused(void **state)
{
    (void)state;
    static const struct {
        const char *was, *is, *says;
    } bad[] = {
        {"\"loads\":", "\"other\":", "this object has no \"loads\""},
        {"\"chain\":", "\"other\":", "this object has no \"chain\""},
        {"\"before_ns\":1002", "\"before_ns\":null", "this object has no \"before_ns_unavailable\""},
        {"\"before_ns\":1002", "\"before_ns\":1002,\"before_ns_unavailable\":\"x\"", "stands beside a value"},
        {"\"before_ns\":1002,", "", "this object has no \"before_ns\""},
        {"\"stores\":{", "\"stores\":7,\"other\":{", "an object"},
    };
    struct trial_record r = made(), got;
    char *text = text_of(&r);
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct err e = {0};
        const char *at = strstr(text, bad[i].was);
        assert_non_null(at);
        size_t n = strlen(text) + strlen(bad[i].is) + 1;
        char *changed = malloc(n);
        assert_non_null(changed);
        snprintf(changed, n, "%.*s%s%s", (int)(at - text), text, bad[i].is, at + strlen(bad[i].was));
        assert_true(read_text(changed, &got, &e) < 0);
        if (!strstr(e.text, bad[i].says))
            fail_msg("case %zu: '%s' lacks '%s'", i, e.text, bad[i].says);
        free(changed);
    }
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_back),
        cmocka_unit_test(test_from_before),
        cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
