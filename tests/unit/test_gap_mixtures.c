/* SPDX-License-Identifier: MIT */
/*
 * Several causes in one gap, on made-up pairs of counters: each mixture in each order of size, ties, causes that
 * overlap in time, counters that are missing or fall, and what must hold of any pair at all.
 */
#include "tests/unit/gap_pair.h"

#include "harness/stats/rng.h"

enum { FAULT_NS = 4 * 500 }; /* what one claims with the scales here */

/* Lets a cause take that much of the gap. An interrupt takes what the others leave, which is as much. */
static void give(struct pair *p, enum gap_cause cause, uint64_t ns)
{
    bool waiting = cause == GAP_THROTTLING || cause == GAP_PREEMPTION;
    if (waiting)
        waits(p, ns);
    if (cause == GAP_THROTTLING)
        p->b.throttled_ns += ns;
    if (cause == GAP_FAULTS)
        p->b.minor_faults += (int64_t)(ns / FAULT_NS);
    if (cause == GAP_INTERRUPTS)
        p->b.interrupts++;
    if (cause == GAP_HOST) /* stolen, as this kernel tells */
        p->b.cpu_ns -= ns;
}

/* A gap of these causes in these parts (of none, where it is 0), and nothing else. */
static void assert_parts(const enum gap_cause *cause, const uint64_t *ns, unsigned n, enum gap_cause top)
{
    uint64_t share[GAP_CAUSES], want[GAP_CAUSES] = {0}, sum = 0;
    for (unsigned i = 0; i < n; i++)
        sum += ns[i];
    struct pair p = pair(sum);
    for (unsigned i = 0; i < n; i++) {
        give(&p, cause[i], ns[i]);
        want[cause[i]] = ns[i];
    }
    assert_int_equal(shared(&p, sum, 0, &counts_steal, share), top);
    assert_memory_equal(share, want, sizeof want);
    p.b.unit++; /* a move takes all that it brings */
    assert_int_equal(shared(&p, sum, 0, &counts_steal, share), GAP_MIGRATION);
    assert_int_equal(share[GAP_MIGRATION], sum);
}

static void test_each_alone(void **state)
{
    (void)state;
    for (unsigned i = GAP_MIGRATION + 1; i < GAP_CAUSES; i++)
        assert_parts((enum gap_cause[]){(enum gap_cause)i}, (uint64_t[]){100000}, 1, (enum gap_cause)i);
}

static void test_two_in_each_order(void **state)
{
    (void)state;
    for (unsigned i = GAP_MIGRATION + 1; i < GAP_CAUSES; i++)
        for (unsigned k = GAP_MIGRATION + 1; k < GAP_CAUSES; k++) {
            enum gap_cause both[] = {(enum gap_cause)i, (enum gap_cause)k};
            if (i != k)
                assert_parts(both, (uint64_t[]){60000, 40000}, 2, both[0]);
        }
}

static void test_three_in_each_order(void **state)
{
    (void)state;
    for (unsigned i = GAP_MIGRATION + 1; i < GAP_CAUSES; i++)
        for (unsigned k = GAP_MIGRATION + 1; k < GAP_CAUSES; k++)
            for (unsigned m = GAP_MIGRATION + 1; m < GAP_CAUSES; m++) {
                enum gap_cause all[] = {(enum gap_cause)i, (enum gap_cause)k, (enum gap_cause)m};
                if (i == k || i == m || k == m)
                    continue;
                assert_parts(all, (uint64_t[]){40000, 34000, 26000}, 3, all[0]); /* less than half is enough */
            }
}

static void test_of_equal_shares_the_first_cause_is_told(void **state)
{
    (void)state;
    for (unsigned i = GAP_MIGRATION + 1; i < GAP_CAUSES; i++)
        for (unsigned k = i + 1; k < GAP_CAUSES; k++) {
            enum gap_cause rising[] = {(enum gap_cause)i, (enum gap_cause)k};
            enum gap_cause falling[] = {(enum gap_cause)k, (enum gap_cause)i};
            assert_parts(rising, (uint64_t[]){50000, 50000}, 2, rising[0]);
            assert_parts(falling, (uint64_t[]){50000, 50000}, 2, rising[0]);
            for (unsigned m = k + 1; m < GAP_CAUSES; m++) {
                enum gap_cause three[] = {(enum gap_cause)m, (enum gap_cause)k, (enum gap_cause)i};
                assert_parts(three, (uint64_t[]){30000, 30000, 30000}, 3, rising[0]);
            }
        }
}

/* Causes that claim the same time: the one that comes first in gaps.h has it. */
static void test_overlaps(void **state)
{
    (void)state;
    uint64_t share[GAP_CAUSES];
    struct pair p = pair(100000);
    waits(&p, 100000);
    p.b.minor_faults += 50; /* made after the wait, which took all of it */
    p.b.interrupts += 4;
    assert_int_equal(shared(&p, 100000, 0, &counts_steal, share), GAP_PREEMPTION);
    assert_int_equal(share[GAP_PREEMPTION], 100000);
    p.b.throttled_ns += 30000;
    p.b.wait_ns += 900000; /* it began before the gap and went on after it */
    assert_int_equal(shared(&p, 100000, 0, &counts_steal, share), GAP_PREEMPTION);
    assert_int_equal(share[GAP_THROTTLING], 30000);
    assert_int_equal(share[GAP_PREEMPTION], 70000);
    p = pair(100000);
    waits(&p, 20000);
    p.b.throttled_ns += 90000; /* stopped on other CPUs as well: as far as this thread waited */
    assert_int_equal(shared(&p, 100000, 0, &plain, share), GAP_HOST);
    assert_int_equal(share[GAP_THROTTLING], 20000);
    assert_int_equal(share[GAP_PREEMPTION], 0);
    p = pair(100000);
    p.b.minor_faults += 500; /* they could have taken ten times as long */
    p.b.interrupts++;
    assert_int_equal(shared(&p, 100000, 0, &plain, share), GAP_FAULTS);
    assert_int_equal(share[GAP_FAULTS], 100000);
}

static void test_major_faults_with_waiting(void **state)
{
    (void)state;
    uint64_t share[GAP_CAUSES];
    for (uint64_t wait = 30000; wait <= 70000; wait += 40000) {
        struct pair p = pair(100000);
        waits(&p, wait);
        p.b.cpu_ns = p.a.cpu_ns; /* it slept for the rest */
        p.b.major_faults++;
        p.b.minor_faults += 2;
        p.b.interrupts += 9; /* the device's */
        enum gap_cause top = wait > 50000 ? GAP_PREEMPTION : GAP_FAULTS;
        assert_int_equal(shared(&p, 100000, 0, &counts_steal, share), top);
        assert_int_equal(share[GAP_PREEMPTION], wait);
        assert_int_equal(share[GAP_FAULTS], 100000 - wait);
        assert_int_equal(shared(&p, 100000, 0, &plain, share), top);
        assert_int_equal(share[GAP_FAULTS], 100000 - wait);
    }
}

static void test_steal_with_interrupts(void **state)
{
    (void)state;
    uint64_t share[GAP_CAUSES];
    struct pair p = pair(800000);
    give(&p, GAP_HOST, 200000);
    p.b.interrupts++; /* 500 us at most; what is left over is the host's again */
    assert_int_equal(shared(&p, 800000, 0, &counts_steal, share), GAP_INTERRUPTS);
    assert_int_equal(share[GAP_HOST], 300000);
    assert_int_equal(shared(&p, 800000, 0, &plain, share), GAP_INTERRUPTS);
    assert_int_equal(share[GAP_HOST], 300000);
    give(&p, GAP_HOST, 300000);
    assert_int_equal(shared(&p, 800000, 0, &counts_steal, share), GAP_HOST);
    assert_int_equal(share[GAP_INTERRUPTS], 300000);
}

/* A reader that was closed and opened anew, or another group's file: what fell tells nothing. */
static void test_counters_that_fall(void **state)
{
    (void)state;
    struct pair p = pair(100000);
    struct gap_counters low = {.have = ALL, .unit = p.a.unit, .at_ns = p.b.at_ns};
    p.a.major_faults = 7;
    p.a.throttled_ns = 70;
    p.b = low;
    assert_int_equal(told(&p, 100000, 0, &plain), GAP_HOST);
    assert_int_equal(told(&p, 100000, 0, &counts_steal), GAP_HOST);
    p.a.have = p.b.have = 0;
    assert_int_equal(told(&p, 100000, 0, &counts_steal), GAP_HOST);
    p = pair(100000);
    p.b.wait_ns = 0;
    p.b.throttled_ns = 0;
    p.b.softirqs = p.b.ticks = 0;
    p.b.interrupts++; /* the others count on */
    assert_int_equal(told(&p, 100000, 0, &plain), GAP_INTERRUPTS);
}

/* The top cause with one source unread before, after and in both: the same, whichever it is. */
static enum gap_cause without(const struct pair *p, enum gap_source s, uint64_t ns, const struct gap_scale *scale)
{
    struct pair before = *p, after = *p, both = *p;
    before.a.have = both.a.have &= ~(1u << s);
    after.b.have = both.b.have &= ~(1u << s);
    enum gap_cause top = told(&both, ns, 0, scale);
    assert_int_equal(told(&before, ns, 0, scale), top);
    assert_int_equal(told(&after, ns, 0, scale), top);
    return top;
}

static void test_each_counter_missing(void **state)
{
    (void)state;
    struct pair p = pair(100000);
    give(&p, GAP_THROTTLING, 90000);
    assert_int_equal(told(&p, 100000, 0, &plain), GAP_THROTTLING);
    assert_int_equal(without(&p, GAP_READ_QUOTA, 100000, &plain), GAP_PREEMPTION);
    assert_int_equal(without(&p, GAP_READ_WAIT, 100000, &plain), GAP_THROTTLING); /* by the switch */
    p.b.involuntary = p.a.involuntary;
    assert_int_equal(without(&p, GAP_READ_WAIT, 100000, &plain), GAP_HOST);

    p = pair(100000); /* without the waiting there is no saying what was stolen */
    give(&p, GAP_HOST, 90000);
    p.b.interrupts++;
    assert_int_equal(told(&p, 100000, 0, &counts_steal), GAP_HOST);
    assert_int_equal(without(&p, GAP_READ_WAIT, 100000, &counts_steal), GAP_INTERRUPTS);

    p = pair(100000);
    p.b.interrupts++;
    assert_int_equal(without(&p, GAP_READ_SOFTIRQS, 100000, &plain), GAP_INTERRUPTS);
    assert_int_equal(without(&p, GAP_READ_INTERRUPTS, 100000, &plain), GAP_HOST);
    p.b.softirqs++; /* nothing else is known of it then */
    assert_int_equal(without(&p, GAP_READ_INTERRUPTS, 100000, &plain), GAP_INTERRUPTS);

    p = pair(1200000); /* 500 us of the interrupt, as much of the softirq */
    p.b.interrupts++;
    p.b.softirqs++;
    assert_int_equal(told(&p, 1200000, 0, &plain), GAP_INTERRUPTS);
    assert_int_equal(without(&p, GAP_READ_SOFTIRQS, 1200000, &plain), GAP_HOST);
}

/* Mostly of the size of a gap, now and then nothing, and sometimes anything. */
static uint64_t any(struct stats_rng *r)
{
    switch (stats_rng_below(r, 8)) {
    case 0:
        return stats_rng_next(r);
    case 1:
    case 2:
        return 0;
    case 3:
        return stats_rng_below(r, 10000000);
    default:
        return stats_rng_below(r, 200000);
    }
}

static int64_t any_number(struct stats_rng *r)
{
    return (int64_t)stats_rng_below(r, stats_rng_below(r, 2) ? 4 : 400);
}

static struct gap_counters any_counters(struct stats_rng *r)
{
    return (struct gap_counters){
        .have = (unsigned)stats_rng_below(r, ALL + 1),
        .unit = stats_rng_below(r, 6) == 0,
        .at_ns = any(r),
        .cpu_ns = any(r),
        .interrupts = stats_rng_below(r, 4) ? (uint64_t)any_number(r) : any(r),
        .ticks = (uint64_t)any_number(r),
        .softirqs = (uint64_t)any_number(r),
        .tick_softirqs = (uint64_t)any_number(r),
        .involuntary = any_number(r),
        .minor_faults = any_number(r),
        .major_faults = stats_rng_below(r, 4) == 0,
        .wait_ns = any(r),
        .throttled_ns = any(r),
    };
}

/* `shared` asserts it: the shares add up, none is larger than the gap, and the top is the first that is largest. */
static void test_any_pair_of_counters(void **state)
{
    enum { PAIRS = 50000 };
    struct stats_rng r;
    unsigned tops[GAP_CAUSES] = {0};
    (void)state;
    stats_rng_init(&r, 1);
    for (unsigned i = 0; i < PAIRS; i++) {
        struct pair p = {any_counters(&r), any_counters(&r)};
        const struct gap_scale scale = {
            .fault_ns = any(&r), .tick_ns = 1 + any(&r) / 2, .stolen_is_host = stats_rng_below(&r, 2)};
        uint64_t ns = any(&r), share[GAP_CAUSES];
        tops[shared(&p, ns, any(&r), &scale, share)] += ns > 0;
        if (p.a.unit != p.b.unit)
            assert_int_equal(share[GAP_MIGRATION], ns);
        else
            assert_int_equal(share[GAP_MIGRATION], 0);
    }
    for (unsigned i = 0; i < GAP_CAUSES; i++)
        assert_true(tops[i] > PAIRS / 1000); /* else the pairs are too much alike to tell anything */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_alone),
        cmocka_unit_test(test_two_in_each_order),
        cmocka_unit_test(test_three_in_each_order),
        cmocka_unit_test(test_of_equal_shares_the_first_cause_is_told),
        cmocka_unit_test(test_overlaps),
        cmocka_unit_test(test_major_faults_with_waiting),
        cmocka_unit_test(test_steal_with_interrupts),
        cmocka_unit_test(test_counters_that_fall),
        cmocka_unit_test(test_each_counter_missing),
        cmocka_unit_test(test_any_pair_of_counters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
