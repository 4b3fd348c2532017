/* SPDX-License-Identifier: MIT */
/* The canary is a number only where it ran on the unit that it was to watch. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <sched.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "harness/machine/machine.h"
#include "harness/trial/collect.h"

static size_t kernel_bytes; /* a kernel that knows 8 times as many units refuses masks that are shorter */

int sched_getaffinity(pid_t pid, size_t bytes, cpu_set_t *set)
{
    if (bytes < kernel_bytes) {
        errno = EINVAL;
        return -1;
    }
    memset(set, 0, bytes);
    return syscall(SYS_sched_getaffinity, pid, bytes, set) < 0 ? -1 : 0;
}

static int first_allowed(void)
{
    cpu_set_t set;
    assert_int_equal(sched_getaffinity(0, sizeof set, &set), 0);
    for (unsigned i = 0; i < CPU_SETSIZE; i++)
        if (CPU_ISSET(i, &set))
            return (int)i;
    fail();
    return -1;
}

static void test_canary_ns(void **state)
{
    (void)state;
    cpu_set_t before, after;
    uint64_t ns = 77;
    assert_int_equal(sched_getaffinity(0, sizeof before, &before), 0);
    assert_true(canary_ns(-1, &ns) < 0);
    assert_true(canary_ns(8191, &ns) < 0);
    assert_int_equal(ns, 77);
    assert_int_equal(canary_ns(first_allowed(), &ns), 0);
    assert_true(ns > 77); /* thousands of dependent rounds */
    assert_int_equal(sched_getaffinity(0, sizeof after, &after), 0);
    assert_true(CPU_EQUAL(&before, &after));
}

/* The mask is given back where it takes more than a cpu_set_t holds; where it can't be read nobody is pinned. */
static void test_wide_masks(void **state)
{
    (void)state;
    cpu_set_t before, after;
    uint64_t ns = 77;
    int pu = first_allowed();
    assert_int_equal(sched_getaffinity(0, sizeof before, &before), 0);
    kernel_bytes = SIZE_MAX;
    int unreadable = canary_ns(pu, &ns);
    kernel_bytes = 0;
    assert_int_equal(unreadable, -EINVAL);
    assert_int_equal(ns, 77);
    assert_int_equal(sched_getaffinity(0, sizeof after, &after), 0);
    assert_true(CPU_EQUAL(&before, &after));
    kernel_bytes = 2 * sizeof before;
    int wide = canary_ns(pu, &ns);
    kernel_bytes = 0;
    assert_int_equal(wide, 0);
    assert_true(ns > 77);
    assert_int_equal(sched_getaffinity(0, sizeof after, &after), 0);
    assert_true(CPU_EQUAL(&before, &after));
}

static void test_missing(void **state)
{
    (void)state;
    struct cell c = {.n_pus = 1, .pus = {first_allowed()}};
    struct metric m = collect_canary(&c);
    assert_null(m.why);
    assert_true(m.value > 0);
    c.n_pus = 2;
    c.pus[1] = 8191;
    assert_non_null(collect_canary(&c).why);
    c.n_pus = 0; /* not pinned: any of the allowed ones, and then free to run on all of them again */
    cpu_set_t before, after;
    assert_int_equal(sched_getaffinity(0, sizeof before, &before), 0);
    m = collect_canary(&c);
    assert_null(m.why);
    assert_true(m.value > 0);
    assert_int_equal(sched_getaffinity(0, sizeof after, &after), 0);
    assert_true(CPU_EQUAL(&before, &after));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_canary_ns),
        cmocka_unit_test(test_wide_masks),
        cmocka_unit_test(test_missing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
