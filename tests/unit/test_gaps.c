/* SPDX-License-Identifier: MIT */
/*
 * What took a gap's time, on made-up pairs of counters, one rule at a time; the columns of the kernel's tables; sums of
 * reports. Several causes in one gap are in test_gap_mixtures.c.
 */
#include "tests/unit/gap_pair.h"

static void test_nothing_counted_is_the_host(void **state)
{
    (void)state;
    struct pair p = pair(50000);
    assert_int_equal(told(&p, 50000, 0, &plain), GAP_HOST);
    p.b.at_ns += 20000; /* stolen time, too */
    assert_int_equal(told(&p, 70000, 0, &counts_steal), GAP_HOST);
}

static void test_waiting(void **state)
{
    (void)state;
    struct pair p = pair(4000000);
    waits(&p, 3900000);
    p.b.ticks += 4;
    p.b.interrupts += 3; /* they come to the other's account */
    assert_int_equal(told(&p, 4000000, 0, &counts_steal), GAP_PREEMPTION);
    p.b.throttled_ns += 1000000; /* a stop of a quarter of it, as on another unit */
    assert_int_equal(told(&p, 4000000, 0, &counts_steal), GAP_PREEMPTION);
    p.b.throttled_ns += 2000000;
    assert_int_equal(told(&p, 4000000, 0, &counts_steal), GAP_THROTTLING);
    p.b.throttled_ns += 90000000; /* of several groups, one below the other */
    assert_int_equal(told(&p, 4000000, 0, &counts_steal), GAP_THROTTLING);
    p.a.have &= ~(1u << GAP_READ_QUOTA);
    assert_int_equal(told(&p, 4000000, 0, &counts_steal), GAP_PREEMPTION);
}

static void test_throttling_without_waiting_is_another_units(void **state)
{
    (void)state;
    struct pair p = pair(60000);
    p.b.throttled_ns += 60000;
    p.b.interrupts++;
    assert_int_equal(told(&p, 60000, 0, &plain), GAP_INTERRUPTS);
}

static void test_without_a_count_of_waiting_the_switch_tells(void **state)
{
    (void)state;
    struct pair p = pair(60000);
    p.b.have &= ~(1u << GAP_READ_WAIT);
    assert_int_equal(told(&p, 60000, 0, &plain), GAP_HOST);
    p.b.involuntary++;
    assert_int_equal(told(&p, 60000, 0, &plain), GAP_PREEMPTION);
}

static void test_a_move_is_told_before_the_waiting_that_it_brings(void **state)
{
    (void)state;
    struct pair p = pair(3000000);
    waits(&p, 2900000);
    p.b.unit = 0;
    p.b.interrupts += 100; /* of another unit: no difference of the same counter */
    p.b.minor_faults += 3;
    assert_int_equal(told(&p, 3000000, 0, &plain), GAP_MIGRATION);
}

static void test_faults(void **state)
{
    (void)state;
    struct pair p = pair(100000);
    p.b.minor_faults += 60;
    p.b.ticks++;
    assert_int_equal(told(&p, 100000, 0, &plain), GAP_FAULTS);
    p.b.minor_faults = p.a.minor_faults + 1; /* one of 500 ns does not make 100 us */
    assert_int_equal(told(&p, 100000, 0, &plain), GAP_INTERRUPTS);
    p.b.major_faults++;
    assert_int_equal(told(&p, 100000, 0, &plain), GAP_FAULTS);
    p.b.cpu_ns = p.a.cpu_ns; /* it slept until the page was there: that is not stolen */
    assert_int_equal(told(&p, 100000, 0, &counts_steal), GAP_FAULTS);
}

static void test_interrupts(void **state)
{
    (void)state;
    struct pair p = pair(80000);
    p.b.softirqs++;
    assert_int_equal(told(&p, 80000, 0, &plain), GAP_HOST); /* no interrupt at whose end it could run */
    p.b.interrupts++;
    assert_int_equal(told(&p, 80000, 0, &plain), GAP_INTERRUPTS);
    p = pair(80000);
    p.b.ticks++;
    assert_int_equal(told(&p, 80000, 0, &plain), GAP_INTERRUPTS);
    p.b.have &= ~(1u << GAP_READ_INTERRUPTS);
    assert_int_equal(told(&p, 80000, 0, &plain), GAP_HOST);
    p.b.softirqs++; /* all that is known then */
    assert_int_equal(told(&p, 80000, 0, &plain), GAP_INTERRUPTS);
}

static void test_ticks_of_the_time_before(void **state)
{
    (void)state;
    struct pair p = pair(80000);
    p.b.at_ns += 5000000; /* longer than from tick to tick */
    p.b.cpu_ns += 5000000;
    p.b.ticks++;
    p.b.tick_softirqs++;
    assert_int_equal(told(&p, 80000, 0, &plain), GAP_INTERRUPTS); /* no other pause was seen: it was the gap's */
    assert_int_equal(told(&p, 80000, 1, &plain), GAP_HOST);
    assert_int_equal(told(&p, 80000, 9, &plain), GAP_HOST);
    p.b.ticks++;
    assert_int_equal(told(&p, 80000, 1, &plain), GAP_INTERRUPTS);
    assert_int_equal(told(&p, 80000, 9, &plain), GAP_INTERRUPTS); /* only one was due in that time */
}

static void test_a_long_gap_holds_a_tick_by_chance(void **state)
{
    (void)state;
    struct pair p = pair(3000000);
    p.b.ticks++;
    p.b.tick_softirqs += 3;
    assert_int_equal(told(&p, 3000000, 0, &plain), GAP_HOST);
    p.b.softirqs += 2; /* at the tick's end; 1 ms at most for both */
    assert_int_equal(told(&p, 3000000, 0, &plain), GAP_HOST);
    p.b.softirqs += 2;
    assert_int_equal(told(&p, 3000000, 0, &plain), GAP_INTERRUPTS);
}

static void test_stolen_time_is_the_hosts_where_the_kernel_counts_it(void **state)
{
    (void)state;
    struct pair p = pair(200000);
    p.b.cpu_ns -= 150000;
    p.b.ticks++;
    assert_int_equal(told(&p, 200000, 0, &counts_steal), GAP_HOST);
    assert_int_equal(told(&p, 200000, 0, &plain), GAP_INTERRUPTS); /* it may as well be the interrupt's */
}

static void test_columns(void **state)
{
    (void)state;
    static const char text[] = "           CPU0       CPU2       CPU11      \n"
                               "   4:         10         20         30  IR-IO-APIC   26-edge      ACPI:Ged\n"
                               "  11:          7          8          9  GICv3  27 Level     arch_timer\n"
                               " LOC:        100        200        300   Local timer interrupts\n"
                               " RES:          1          2          3   Rescheduling interrupts\n"
                               " ERR:       5000\n"
                               " MIS:       6000\n";
    static const char *const ticks[] = {"LOC", NULL};
    uint64_t sum, tick;
    assert_true(gap_sum_column(text, 0, ticks, &sum, &tick));
    assert_int_equal(sum, 11);
    assert_int_equal(tick, 107);
    assert_true(gap_sum_column(text, 11, ticks, &sum, &tick));
    assert_int_equal(sum, 33);
    assert_int_equal(tick, 309);
    assert_true(gap_sum_column(text, 2, ticks, &sum, &tick));
    assert_int_equal(sum, 22);
    assert_false(gap_sum_column(text, 1, ticks, &sum, &tick)); /* offline, and no prefix of 11 */
    assert_false(gap_sum_column("", 0, ticks, &sum, &tick));
    static const char soft[] = "                    CPU0       CPU1       \n          HI:          1          2\n"
                               "       TIMER:          4          8\n      NET_RX:         16         32\n";
    static const char *const soft_ticks[] = {"TIMER", NULL};
    assert_true(gap_sum_column(soft, 1, soft_ticks, &sum, &tick));
    assert_int_equal(sum, 34);
    assert_int_equal(tick, 8);
}

static void test_top_and_sums(void **state)
{
    (void)state;
    struct gap_report a = {.have = ALL}, b = {.have = ALL & ~1u,
                                              .gaps = 3,
                                              .lost_ns = 90,
                                              .largest_ns = 50,
                                              .largest_cause = GAP_FAULTS,
                                              .sampled_ns = 1000,
                                              .reading_ns = 10};
    assert_int_equal(gap_top_cause(&a), GAP_CAUSES);
    b.by[GAP_FAULTS].gaps = 1;
    b.by[GAP_FAULTS].lost_ns = 50;
    b.by[GAP_INTERRUPTS].gaps = 2;
    b.by[GAP_INTERRUPTS].lost_ns = 40;
    assert_int_equal(gap_top_cause(&b), GAP_FAULTS); /* by time, not by number */
    gap_report_add(&a, &b);
    gap_report_add(&a, &b);
    assert_int_equal(a.gaps, 6);
    assert_int_equal(a.lost_ns, 180);
    assert_int_equal(a.largest_ns, 50);
    assert_int_equal(a.largest_cause, GAP_FAULTS);
    assert_int_equal(a.by[GAP_INTERRUPTS].lost_ns, 80);
    assert_int_equal(a.sampled_ns, 2000);
    assert_int_equal(a.have, ALL & ~1u);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_counted_is_the_host),
        cmocka_unit_test(test_waiting),
        cmocka_unit_test(test_throttling_without_waiting_is_another_units),
        cmocka_unit_test(test_without_a_count_of_waiting_the_switch_tells),
        cmocka_unit_test(test_a_move_is_told_before_the_waiting_that_it_brings),
        cmocka_unit_test(test_faults),
        cmocka_unit_test(test_interrupts),
        cmocka_unit_test(test_ticks_of_the_time_before),
        cmocka_unit_test(test_a_long_gap_holds_a_tick_by_chance),
        cmocka_unit_test(test_stolen_time_is_the_hosts_where_the_kernel_counts_it),
        cmocka_unit_test(test_columns),
        cmocka_unit_test(test_top_and_sums),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
