/* SPDX-License-Identifier: MIT */
/* The gaps of a trial's record and the cell that asks for them, out and back in; what contradicts itself is refused. */
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

static char whole[8192];

/* A record as this program writes it, with three gaps; the tests change its text. */
static int write_whole(void **state)
{
    (void)state;
    struct trial_record r;
    trial_record_init(&r);
    r.status = TRIAL_OK;
    r.run_ns = 100000;
    r.units = 16;
    r.pressure_ns = (struct metric){.value = 5000};
    r.gaps_why = NULL;
    r.gaps = (struct gaps_record){
        .pu = 1, .sampled_ns = 90000, .count = 3, .lost_ns = 70000, .largest_ns = 30000, .top = GAP_INTERRUPTS};
    r.gaps.by[GAP_PREEMPTION] = 1;
    r.gaps.by[GAP_INTERRUPTS] = 2;
    CLEANUP_FREE char *text = record_to_json(NULL, &r);
    trial_record_release(&r);
    return text && snprintf(whole, sizeof whole, "%s", text) < (int)sizeof whole ? 0 : -1;
}

static int read_text(const char *text, struct trial_record *r)
{
    struct err e = {0};
    int rc = record_from_json(text, strlen(text), r, &e);
    if (rc && rc != -EINVAL)
        fail_msg("%s", e.text);
    return rc;
}

static void test_there_and_back(void **state)
{
    (void)state;
    struct trial_record r, again;
    assert_int_equal(read_text(whole, &r), 0);
    assert_null(r.gaps_why);
    assert_int_equal(r.gaps.pu, 1);
    assert_int_equal(r.gaps.by[GAP_INTERRUPTS], 2);
    assert_int_equal(r.gaps.top, GAP_INTERRUPTS);
    assert_int_equal(r.pressure_ns.value, 5000);
    CLEANUP_FREE char *text = record_to_json(NULL, &r);
    assert_int_equal(read_text(text, &again), 0);
    assert_memory_equal(&r.gaps, &again.gaps, sizeof r.gaps);
    trial_record_release(&again);
    r.gaps_why = intern("no unit");
    r.pressure_ns.why = intern("no PSI");
    CLEANUP_FREE char *none = record_to_json(NULL, &r);
    assert_int_equal(read_text(none, &again), 0);
    assert_string_equal(again.gaps_why, "no unit");
    assert_string_equal(again.pressure_ns.why, "no PSI");
    trial_record_release(&again);
    trial_record_release(&r);
}

static void test_contradictions(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to;
    } changes[] = {
        {"\"count\":3,\"lost", "\"count\":4,\"lost"},
        {"\"top_cause\":\"interrupts\"", "\"top_cause\":\"host\""},
        {"\"top_cause\":\"interrupts\"", "\"top_cause\":\"noise\""},
        {"\"top_cause\":\"interrupts\"", "\"top_cause\":null"},
        {"\"largest_ns\":30000", "\"largest_ns\":70001"},
        {"\"gaps\":{\"pu\":1", "\"gaps\":{\"pu\":-1"},
        {"\"preemption\":1,", ""},
        {"\"gaps\":{", "\"gaps_unavailable\":\"x\",\"gaps\":{"},
        {"\"pressure_ns\":5000", "\"pressure_ns\":null"},
    };
    for (size_t i = 0; i < ARRAY_LEN(changes); i++) {
        char text[sizeof whole + 64];
        const char *at = strstr(whole, changes[i].from);
        assert_non_null(at);
        snprintf(text, sizeof text, "%.*s%s%s", (int)(at - whole), whole, changes[i].to, at + strlen(changes[i].from));
        struct trial_record r;
        if (read_text(text, &r) == 0)
            fail_msg("%s was taken", changes[i].to);
    }
}

static void test_the_cell(void **state)
{
    (void)state;
    const struct workload *w = workload_find("null");
    struct cell c = {.workload = intern("null"),
                     .model = intern("serial"),
                     .offered = 1,
                     .workers = 1,
                     .concurrency = 1,
                     .order = intern("compact"),
                     .n_pus = 1,
                     .tasks = 1,
                     .units = 1,
                     .gaps = true,
                     .gaps_pu = 3};
    struct cell again;
    struct err e = {0};
    for (unsigned k = 0; w->params && w->params[k].name; k++)
        c.p[k] = w->params[k].fallback;
    CLEANUP_FREE char *text = cell_to_json(&c, NULL);
    assert_int_equal(cell_from_json(text, strlen(text), &again, &e), 0);
    assert_true(again.gaps);
    assert_int_equal(again.gaps_pu, 3);
    c.gaps = false;
    c.gaps_why = intern("all are taken");
    CLEANUP_FREE char *none = cell_to_json(&c, NULL);
    assert_int_equal(cell_from_json(none, strlen(none), &again, &e), 0);
    assert_false(again.gaps);
    assert_string_equal(again.gaps_why, "all are taken");
    assert_false(again.golden_known);
    c.golden_known = true;
    c.golden = UINT64_MAX;
    CLEANUP_FREE char *golden = cell_to_json(&c, NULL);
    assert_int_equal(cell_from_json(golden, strlen(golden), &again, &e), 0);
    assert_true(again.golden_known && again.golden == UINT64_MAX);
    assert_int_equal(again.golden_fd, 0);
    c.golden_fd = 6;
    CLEANUP_FREE char *marks = cell_to_json(&c, NULL);
    assert_int_equal(cell_from_json(marks, strlen(marks), &again, &e), 0);
    assert_int_equal(again.golden_fd, 6);
    assert_int_equal(again.canaries_seen[CANARY_SYSCALL], 0);
    c.canaries_seen[CANARY_SYSCALL] = 9000;
    CLEANUP_FREE char *seen = cell_to_json(&c, NULL);
    assert_int_equal(cell_from_json(seen, strlen(seen), &again, &e), 0);
    assert_int_equal(again.canaries_seen[CANARY_SYSCALL], 9000);
    assert_int_equal(again.canaries_seen[CANARY_CHAIN], 0);
    c.gaps = true;
    c.gaps_pu = -2;
    CLEANUP_FREE char *bad = cell_to_json(&c, NULL);
    assert_int_equal(cell_from_json(bad, strlen(bad), &again, &e), -EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_there_and_back),
        cmocka_unit_test(test_contradictions),
        cmocka_unit_test(test_the_cell),
    };
    return cmocka_run_group_tests(tests, write_whole, NULL);
}
