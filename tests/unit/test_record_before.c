/* SPDX-License-Identifier: MIT */
/* Trials' records of journals that were written before a member was there are read, and what is not in them is not
 * known. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/record/journal.h"

/* `record` as JSON, from the member `name` on without as many of its rows. */
static int read_without(const struct trial_record *record, const char *name, unsigned rows, struct trial_record *got,
                        struct err *e)
{
    char *text = record_to_json(NULL, record), key[64];
    assert_non_null(text);
    snprintf(key, sizeof key, "\"%s\":", name);
    char *at = strstr(text, key), *behind = at;
    assert_non_null(at);
    while (rows--)
        behind = strchr(behind, ',') + 1; /* no comma stands in what is cut here */
    memmove(at, behind, strlen(behind) + 1);
    int rc = record_from_json(text, strlen(text), got, e);
    free(text);
    return rc;
}

static void test_from_before(void **state)
{
    (void)state;
    struct trial_record r, got;
    struct err e = {0};
    trial_record_init(&r);
    r.service_connections = (struct metric){.value = 5};
    r.service_busy_ppm = (struct metric){.value = 6};
    assert_int_equal(read_without(&r, "started", 0, &got, &e), 0);
    assert_null(got.service_connections.why);
    assert_int_equal(got.service_connections.value, 5);
    trial_record_release(&got);
    assert_int_equal(read_without(&r, "service_connections", 1, &got, &e), 0);
    assert_string_equal(got.service_connections.why, "not measured"); /* and not a measured 0 */
    trial_record_release(&got);
    r.net[NET_LISTEN_OVERFLOWS] = r.net[NET_RETRANSMITS] = (struct metric){.value = 7};
    assert_int_equal(read_without(&r, "started", 0, &got, &e), 0);
    assert_int_equal(got.net[NET_LISTEN_OVERFLOWS].value, 7);
    assert_null(got.net[NET_RETRANSMITS].why);
    assert_string_equal(got.net[NET_LISTEN_DROPS].why, "not measured");
    trial_record_release(&got);
    assert_int_equal(read_without(&r, "listen_overflows", 1, &got, &e), 0);
    assert_string_equal(got.net[NET_LISTEN_OVERFLOWS].why, "not measured");
    trial_record_release(&got);
    assert_int_equal(read_without(&r, "golden_ns", 1, &got, &e), 0);
    trial_record_release(&got);
    assert_int_equal(read_without(&r, "foreign_used_ns", 2, &got, &e), 0);
    assert_string_equal(got.foreign_used_ns.why, "not measured");
    trial_record_release(&got);
    r.stopped_ns = (struct metric){.value = 7};
    assert_int_equal(read_without(&r, "started", 0, &got, &e), 0);
    assert_true(!got.stopped_ns.why && got.stopped_ns.value == 7);
    trial_record_release(&got);
    assert_int_equal(read_without(&r, "stopped_ns", 1, &got, &e), 0);
    assert_string_equal(got.stopped_ns.why, "not measured");
    trial_record_release(&got);
    assert_int_equal(read_without(&r, "service_busy_ppm", 1, &got, &e), -EINVAL);
    r.service_connections = (struct metric){.why = "there is no service"};
    assert_int_equal(read_without(&r, "service_connections", 2, &got, &e), 0);
    assert_string_equal(got.service_connections.why, "not measured");
    trial_record_release(&got);
    trial_record_release(&r);
}

/* A worker's tail: as it was, missing for a reason, and of a journal from before it was kept. */
static void test_worker_tail(void **state)
{
    (void)state;
    struct trial_record r, got;
    struct err e = {0};
    trial_record_init(&r);
    r.workers = calloc(2, sizeof *r.workers);
    assert_non_null(r.workers);
    r.n_workers = r.worker_count = 2;
    r.workers[0].idle_tail_ns = (struct metric){.value = 77};
    r.workers[1].idle_tail_ns = (struct metric){.why = "no task came to this place"};
    assert_int_equal(read_without(&r, "started", 0, &got, &e), 0);
    assert_true(!got.workers[0].idle_tail_ns.why && got.workers[0].idle_tail_ns.value == 77);
    assert_string_equal(got.workers[1].idle_tail_ns.why, "no task came to this place");
    trial_record_release(&got);
    assert_int_equal(read_without(&r, "idle_tail_ns", 1, &got, &e), 0); /* of the first worker alone */
    assert_string_equal(got.workers[0].idle_tail_ns.why, "not measured");
    assert_string_equal(got.workers[1].idle_tail_ns.why, "no task came to this place");
    trial_record_release(&got);
    trial_record_release(&r);
}

/* What the fuzzer begins with must be taken in, else it looks at refusals alone. */
static void test_corpus(void **state)
{
    (void)state;
    static const char *const seeds[] = {"whole", "nulls", "overflow", "failed", "without-the-cell", "canaries"};
    for (size_t i = 0; i < ARRAY_LEN(seeds); i++) {
        static char text[1 << 16];
        struct trial_record got;
        struct err e = {0};
        snprintf(text, sizeof text, "%s/fuzz/corpus/record/%s", TEST_DATA_DIR, seeds[i]);
        FILE *f = fopen(text, "r");
        assert_non_null(f);
        size_t n = fread(text, 1, sizeof text, f);
        fclose(f);
        if (record_from_json(text, n, &got, &e))
            fail_msg("%s: %s", seeds[i], e.text);
        trial_record_release(&got);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_from_before), cmocka_unit_test(test_worker_tail),
                                       cmocka_unit_test(test_corpus)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
