/* SPDX-License-Identifier: MIT */
/* What disturbs a trial, each cause alone and just below its threshold; and what makes work differ, each difference
 * alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "harness/insight/disturbance.h"
#include "harness/insight/identity.h"
#include "harness/insight/resemblance.h"
#include "tests/unit/made_run.h"

/* A trial of one second on two units. */
static struct trial_record quiet(void)
{
    struct plan p = {.cells = &(struct cell){.units = 1000}};
    struct trial_record r = made_trial(&p, 0, 0, 1000);
    assert_int_equal(r.run_ns, NS_PER_S);
    return r;
}

static void test_thresholds(void **state)
{
    (void)state;
    static const struct {
        size_t metric;
        enum disturbance by;
        int64_t most; /* that tells nothing yet */
    } rows[] = {
        {offsetof(struct trial_record, foreign_cpu_ns), DISTURBED_LOAD, 100000000}, /* 5 % of two units */
        {offsetof(struct trial_record, steal_ns), DISTURBED_STEAL, 10000000},
        {offsetof(struct trial_record, throttled_ns), DISTURBED_QUOTA, 0},
        {offsetof(struct trial_record, migrations), DISTURBED_MIGRATION, 0},
    };
    const struct cell c = {.workers = 4, .n_pus = 2};
    struct trial_record r = quiet();
    assert_int_equal(trial_disturbances(&c, &r), 0);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        r = quiet();
        struct metric *m = (struct metric *)((char *)&r + rows[i].metric);
        m->value = rows[i].most;
        assert_int_equal(trial_disturbances(&c, &r), 0);
        m->value = rows[i].most + 1;
        assert_int_equal(trial_disturbances(&c, &r), 1u << rows[i].by);
        m->why = "missing"; /* then it tells nothing, whatever the value */
        assert_int_equal(trial_disturbances(&c, &r), 0);
    }
}

/* Which workload's trial is labelled by which kind of canary, from which change on. */
static void speed_of(const char *workload, unsigned kinds)
{
    const struct cell c = {.workload = workload, .workers = 1, .n_pus = 1};
    assert_int_equal(canary_kinds_of_cell(&c), kinds);
    for (unsigned k = 0; k < CANARIES; k++)
        for (int after = 0; after < 2; after++) {
            struct trial_record r = quiet();
            struct metric *m = after ? &r.canaries[k].after_ns : &r.canaries[k].before_ns;
            m->value = (int64_t)((double)m->value * (1 + canary_kinds[k].limit));
            assert_int_equal(trial_disturbances(&c, &r), 0);
            m->value += 2;
            assert_int_equal(trial_disturbances(&c, &r), (kinds >> k & 1) << DISTURBED_SPEED);
            m->why = "missing";
            assert_int_equal(trial_disturbances(&c, &r), 0);
        }
}

static void test_speed(void **state)
{
    (void)state;
    const unsigned all = (1u << CANARIES) - 1, chain = 1u << CANARY_CHAIN, independent = 1u << CANARY_INDEPENDENT;
    const unsigned stores = 1u << CANARY_STORES, loads = 1u << CANARY_LOADS, call = 1u << CANARY_SYSCALL;
    const unsigned fault = 1u << CANARY_PAGE_FAULT;
    speed_of("primes", chain | independent | stores);
    speed_of("stream", stores | loads | fault);
    speed_of("syscall", call | fault);
    speed_of("sleep", call | chain);
    speed_of("pingpong", call | chain);
    speed_of("fetch", call | chain);
    speed_of("request", chain | independent | stores | call);
    speed_of("of a plug-in that is gone", all);
    speed_of(NULL, all);
    assert_int_equal(canary_kinds_of("a family of a plug-in's own"), all);
    const struct workload *w;
    for (size_t i = 0; (w = workload_at(i)); i++) /* a new family needs a row */
        if (canary_kinds_of(w->family) == all)
            fail_msg("the family \"%s\" resembles no kind of canary", w->family);
}

/* Of each kind the geometric mean by block, without what is missing. */
static void test_canary_means(void **state)
{
    (void)state;
    struct plan p = made_plan(3, 1, 1);
    made_stand(made_point(&p, 1, 1), made_cell(&p, "null", "serial", 1, 1));
    struct summarizer *z = summarizer_new(&p);
    struct summary s;
    struct err e = {0};
    assert_non_null(z);
    for (unsigned b = 0; b < 2; b++) {
        struct trial_record r = made_trial(&p, 0, b, 1e5);
        for (unsigned k = 0; k < CANARIES; k++)
            r.canaries[k] = (struct canary_record){{.value = 100 * (k + 1)}, {.value = 400 * (k + 1)}};
        r.canaries[CANARY_LOADS].after_ns.why = "missing";
        r.canaries[CANARY_SYSCALL] = (struct canary_record){{.why = "missing"}, {.why = "missing"}};
        assert_int_equal(summarizer_add(z, &r, &e), 0);
    }
    assert_int_equal(summarizer_finish(z, &s, &e), 0);
    for (unsigned k = 0; k < CANARIES; k++)
        for (unsigned b = 0; b < 3; b++) {
            double due = (k == CANARY_LOADS ? 100 : 200) * (double)(k + 1);
            if (b == 2 || k == CANARY_SYSCALL)
                assert_true(isnan(s.canaries[k][b]));
            else
                assert_true(fabs(s.canaries[k][b] - due) < 1e-6 * due);
        }
    assert_ptr_equal(s.canary_ns, s.canaries[CANARY_CHAIN]);
    summary_release(&s);
    plan_release(&p);
}

/* The counters' grain is a tick: in a short trial a tick alone tells nothing, though it is a large share. */
static void test_grain(void **state)
{
    (void)state;
    const struct cell c = {.workers = 1, .n_pus = 1};
    struct trial_record r = quiet();
    r.run_ns = NS_PER_MS;
    r.steal_ns.value = 10 * (int64_t)NS_PER_MS;
    r.foreign_cpu_ns.value = 20 * (int64_t)NS_PER_MS;
    assert_int_equal(trial_disturbances(&c, &r), 0);
    r.steal_ns.value++;
    assert_int_equal(trial_disturbances(&c, &r), 1u << DISTURBED_STEAL);
    r.foreign_cpu_ns.value++;
    assert_int_equal(trial_disturbances(&c, &r), 1u << DISTURBED_STEAL | 1u << DISTURBED_LOAD);
}

/* A worker that is not pinned may move; load counts against the units that are used, not all that are offered. */
static void test_cells(void **state)
{
    (void)state;
    struct cell c = {.workers = 4, .n_pus = 0};
    struct trial_record r = quiet();
    r.migrations.value = 9;
    assert_int_equal(trial_disturbances(&c, &r), 0);
    r = quiet();
    r.foreign_cpu_ns.value = 60000000;
    c = (struct cell){.workers = 1, .n_pus = 2};
    assert_int_equal(trial_disturbances(&c, &r), 1u << DISTURBED_LOAD);
    c.workers = 2;
    assert_int_equal(trial_disturbances(&c, &r), 0);
    c = (struct cell){.workers = 1, .pool = 4, .offered = 2, .n_pus = 2}; /* one loop, and a pool on both units */
    assert_int_equal(trial_disturbances(&c, &r), 0);
    c.n_pus = 1;
    assert_int_equal(trial_disturbances(&c, &r), 1u << DISTURBED_LOAD);
}

/* A summary counts a trial once, however many causes it has, and each cause. */
static void test_counted(void **state)
{
    (void)state;
    struct plan p = made_plan(3, 1, 1);
    made_stand(made_point(&p, 1, 1), made_cell(&p, "null", "serial", 1, 1));
    struct summarizer *z = summarizer_new(&p);
    struct summary s;
    struct err e = {0};
    assert_non_null(z);
    for (unsigned b = 0; b < 3; b++) {
        struct trial_record r = made_trial(&p, 0, b, 1e5);
        r.throttled_ns.value = b > 0;
        r.migrations.value = b > 1;
        assert_int_equal(summarizer_add(z, &r, &e), 0);
    }
    assert_int_equal(summarizer_finish(z, &s, &e), 0);
    assert_int_equal(s.cells[0].trials, 3);
    assert_int_equal(s.cells[0].disturbed, 2);
    assert_int_equal(s.cells[0].disturbed_by[DISTURBED_QUOTA], 2);
    assert_int_equal(s.cells[0].disturbed_by[DISTURBED_MIGRATION], 1);
    assert_int_equal(s.cells[0].disturbed_by[DISTURBED_LOAD], 0);
    summary_release(&s);
    plan_release(&p);
}

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
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_thresholds), cmocka_unit_test(test_speed),     cmocka_unit_test(test_canary_means),
        cmocka_unit_test(test_grain),      cmocka_unit_test(test_cells),     cmocka_unit_test(test_counted),
        cmocka_unit_test(test_identity),   cmocka_unit_test(test_reference),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
