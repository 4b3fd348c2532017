/* SPDX-License-Identifier: MIT */
/* How many listening sockets have room for so many connections, and the kernel's counts of TCP. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "harness/machine/listen_queue.h"
#include "harness/service/service.h"

static void test_one_is_enough(void **state)
{
    (void)state;
    assert_int_equal(listeners_needed(4096, 4096), 1);
    assert_int_equal(listeners_needed(0, 0), 1);
    assert_int_equal(listeners_needed(1000000, -ENOENT), 1); /* not known: as if there were room */
}

/* Dealt out at random to as many as are said to be needed, no queue overflows; in 2,000 deals each. */
static void test_they_have_room(void **state)
{
    (void)state;
    static const struct {
        unsigned connections, limit;
    } cases[] = {{512, 128}, {6000, 4096}, {4097, 4096}, {2000, 256}, {129, 128}, {100, 16}};
    uint64_t x = 7;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        unsigned n = listeners_needed(cases[i].connections, cases[i].limit), over = 0;
        assert_in_range(n, 2, LISTENERS_MOST);
        assert_true((uint64_t)n * cases[i].limit > cases[i].connections);
        for (unsigned deal = 0; deal < 2000; deal++) {
            unsigned queued[LISTENERS_MOST] = {0};
            for (unsigned k = 0; k < cases[i].connections; k++) {
                x = x * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
                over += ++queued[(x >> 33) % n] > cases[i].limit;
            }
        }
        assert_int_equal(over, 0);
    }
}

static void test_too_many(void **state)
{
    (void)state;
    assert_int_equal(listeners_needed(600, 4), 0);
    assert_int_equal(listeners_needed(1, 0), 0);
    assert_int_equal(listeners_needed(UINT64_MAX, INT32_MAX), 0);
}

static void test_counters_are_found(void **state)
{
    (void)state;
    static const char text[] = "TcpExt: SyncookiesSent ListenOverflows ListenDrops Last\n"
                               "TcpExt: 1 22 333 4444\n"
                               "IpExt: ListenOverflows\n"
                               "IpExt: 9\n"
                               "Short: A B\n"
                               "Short: 5\n"
                               "Alone: A\n";
    assert_int_equal(net_counter(text, "TcpExt", "ListenOverflows"), 22);
    assert_int_equal(net_counter(text, "TcpExt", "Last"), 4444);
    assert_int_equal(net_counter(text, "IpExt", "ListenOverflows"), 9);
    assert_int_equal(net_counter(text, "TcpExt", "Listen"), -ENOENT);
    assert_int_equal(net_counter(text, "Tcp", "ListenDrops"), -ENOENT);
    assert_int_equal(net_counter(text, "Short", "B"), -ENOENT);
    assert_int_equal(net_counter(text, "Alone", "A"), -ENOENT);
    assert_int_equal(net_counter("", "TcpExt", "A"), -ENOENT);
}

/* What one of two marks lacks is not known, with the reason; and no difference of error numbers. */
static void test_what_lies_between(void **state)
{
    (void)state;
    struct net_mark a = {{5, 5, -ENOENT, 5}}, b = {{9, -EACCES, -ENOENT, 5}};
    struct metric m[NETS];
    assert_int_equal(NETS, 4);
    net_between(&a, &b, m);
    assert_null(m[0].why);
    assert_int_equal(m[0].value, 4);
    assert_non_null(strstr(m[1].why, "Permission denied"));
    assert_non_null(strstr(m[2].why, "not there"));
    assert_int_equal(m[3].value, 0);
}

static void test_this_machine(void **state)
{
    (void)state;
    struct net_mark m;
    net_mark(&m);
    if (listen_queue_limit() == -ENOENT)
        skip(); /* no /proc/sys/net here */
    assert_true(listen_queue_limit() >= 0);
    for (unsigned i = 0; i < NETS; i++)
        assert_true(m.n[i] >= 0);
}

/* Another program's overflows are none of the service's; sent again is what anybody sent again. */
static void test_own(void **state)
{
    (void)state;
    static const struct {
        int64_t from, to, counted, left;
    } rows[] = {{3, 3, 60, 0},          {3, 10, 60, 7},         {3, 99, 60, 60},
                {-ENOTSOCK, 3, 60, 60}, {3, -ENOTSOCK, 60, 60}, {3, 2, 60, 60} /* it wrapped around */};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct service_usage from = {.drops = rows[i].from}, to = {.drops = rows[i].to};
        struct metric net[NETS];
        for (unsigned k = 0; k < NETS; k++)
            net[k] = (struct metric){.value = rows[i].counted};
        service_net_own(&from, &to, net);
        assert_int_equal(net[NET_LISTEN_OVERFLOWS].value, rows[i].left);
        assert_int_equal(net[NET_LISTEN_DROPS].value, rows[i].left);
        assert_int_equal(net[NET_RETRANSMITS].value, rows[i].counted);
    }
    struct metric unknown[NETS];
    for (unsigned k = 0; k < NETS; k++)
        unknown[k] = (struct metric){.why = "not there"};
    service_net_own(NULL, &(struct service_usage){.drops = 2}, unknown);
    assert_string_equal(unknown[NET_LISTEN_DROPS].why, "not there");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_is_enough),
        cmocka_unit_test(test_they_have_room),
        cmocka_unit_test(test_too_many),
        cmocka_unit_test(test_counters_are_found),
        cmocka_unit_test(test_what_lies_between),
        cmocka_unit_test(test_this_machine),
        cmocka_unit_test(test_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
