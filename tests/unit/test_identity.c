/* SPDX-License-Identifier: MIT */
/* What makes work differ, each difference alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "harness/insight/identity.h"
#include "tests/unit/made_run.h"

/* sleep: its floor is the time asked for. */
static struct cell sleeping(enum mode mode)
{
    struct cell c = {.workload = intern("sleep"), .model = intern("serial"), .mode = mode};
    c.p[0] = (int64_t)NS_PER_MS;
    c.units = mode == MODE_BATCH ? 100 : 0;
    return c;
}

static struct trial_record slept(uint64_t units)
{
    struct trial_record r;
    trial_record_init(&r);
    r.status = TRIAL_OK;
    r.units = units;
    r.ops[OP_SLEEP] = r.bytes = units;
    r.checksum = r.expected = 0x1234;
    return r;
}

enum difference { NOTHING, UNITS, OPS, BYTES, CHECKSUM, FLOOR, NO_UNITS, DIFFERENCES };

static void differ(struct trial_record *r, enum difference by)
{
    r->units -= by == UNITS;
    r->ops[OP_CPU] += by == OPS;
    r->bytes += by == BYTES;
    r->checksum ^= by == CHECKSUM;
    r->units *= by != NO_UNITS;
    if (by == FLOOR)
        histogram_record(r->latency, NS_PER_MS / 2);
}

static void test_identity(void **state)
{
    (void)state;
    static const char *const say[DIFFERENCES] = {
        "", "units 99, planned are 100", "cpu ops 1", "bytes 101", "checksum", "a unit took ns", "units 0"};
    for (int mode = MODE_BATCH; mode <= MODE_CLOSED; mode++) {
        struct cell c = sleeping((enum mode)mode);
        struct work_reference ref = {0};
        struct trial_record first = slept(100);
        assert_true(work_is_identical(&c, &first, &ref));
        assert_true(ref.set && ref.units == 100);
        for (enum difference d = NOTHING; d < DIFFERENCES; d++) {
            struct histogram latency;
            histogram_init(&latency);
            struct trial_record r = slept(100);
            r.latency = &latency;
            histogram_record(&latency, 2 * NS_PER_MS);
            differ(&r, d);
            /* closed: 99 units of as many ops and bytes as 100 have are not in proportion either */
            bool same = work_is_identical(&c, &r, &ref);
            assert_int_equal(same, d == NOTHING);
            assert_int_equal(r.status, same ? TRIAL_OK : TRIAL_VOID);
            if (d == UNITS && mode == MODE_CLOSED)
                assert_non_null(strstr(r.reason, "sleep ops"));
            else if (!same && !strstr(r.reason, say[d]))
                print_error("'%s' should be in '%s'\n", say[d], r.reason);
            assert_true(same || strstr(r.reason, d == UNITS && mode == MODE_CLOSED ? "sleep ops" : say[d]));
        }
        struct trial_record half = slept(50); /* all in proportion */
        assert_int_equal(work_is_identical(&c, &half, &ref), mode == MODE_CLOSED);
    }
}

/* A trial that differs becomes no reference for those that come after it. */
static void test_reference(void **state)
{
    (void)state;
    struct cell c = sleeping(MODE_BATCH);
    struct work_reference ref = {0};
    struct trial_record bad = slept(100), good = slept(100);
    differ(&bad, CHECKSUM);
    assert_true(!work_is_identical(&c, &bad, &ref));
    assert_false(ref.set);
    assert_true(work_is_identical(&c, &good, &ref));
    assert_true(ref.set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_identity), cmocka_unit_test(test_reference)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
