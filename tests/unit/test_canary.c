/* SPDX-License-Identifier: MIT */
/* A canary is a number only where it ran on the unit that it was to watch, and did its work there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dlfcn.h>
#include <errno.h>
#include <sched.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "harness/base/base.h"
#include "harness/machine/canary.h"
#include "harness/machine/machine.h"
#include "harness/trial/accounts.h"
#include "harness/trial/canaries.h"
#include "harness/trial/canary_memory.h"

static size_t kernel_bytes; /* a kernel that knows 8 times as many units refuses masks that are shorter */
static bool refused;        /* a sandbox refuses the canary's system call */
static unsigned slept;      /* how often a canary waited to be timed again */

int nanosleep(const struct timespec *wanted, struct timespec *left)
{
    (void)left;
    slept += wanted->tv_nsec > 0;
    return 0;
}

/* Takes six arguments, however many there are, so the address sanitizer would find some missing. */
__attribute__((no_sanitize_address)) long syscall(long number, ...)
{
    static long (*real)(long, ...);
    va_list ap;
    long a[6];
    va_start(ap, number);
    for (unsigned i = 0; i < ARRAY_LEN(a); i++)
        a[i] = va_arg(ap, long);
    va_end(ap);
    if (!real)
        *(void **)&real = dlsym(RTLD_NEXT, "syscall");
    if (refused && number == SYS_getppid) {
        errno = EPERM;
        return -1;
    }
    return real(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

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

static int time_all(int pu, struct metric ns[CANARIES])
{
    struct canary_room room;
    assert_int_equal(canary_room_init(&room), 0);
    int rc = canary_time(pu, CANARIES_ALL, &room, ns);
    canary_room_release(&room);
    return rc;
}

static void test_table(void **state)
{
    (void)state;
    for (unsigned i = 0; i < CANARIES; i++) {
        assert_true(canary_kinds[i].name[0] && canary_kinds[i].does[0] && canary_kinds[i].limit > 0);
        for (unsigned k = 0; k < i; k++)
            assert_string_not_equal(canary_kinds[i].name, canary_kinds[k].name);
    }
}

static void test_units(void **state)
{
    (void)state;
    cpu_set_t before, after;
    struct metric ns[CANARIES] = {{.value = 77}};
    assert_int_equal(sched_getaffinity(0, sizeof before, &before), 0);
    assert_true(time_all(-1, ns) < 0);
    assert_true(time_all(8191, ns) < 0);
    assert_int_equal(ns[0].value, 77);
    assert_int_equal(time_all(first_allowed(), ns), 0);
    for (unsigned i = 0; i < CANARIES; i++)
        assert_true(!ns[i].why && ns[i].value > 0 && ns[i].value < INT64_MAX / 10);
    assert_true(ns[CANARY_CHAIN].value > 77); /* thousands of dependent rounds */
    assert_int_equal(sched_getaffinity(0, sizeof after, &after), 0);
    assert_true(CPU_EQUAL(&before, &after));
}

/* The mask is given back where it takes more than a cpu_set_t holds; where it can't be read nobody is pinned. */
static void test_wide_masks(void **state)
{
    (void)state;
    cpu_set_t before, after;
    struct metric ns[CANARIES] = {{.value = 77}};
    int pu = first_allowed();
    assert_int_equal(sched_getaffinity(0, sizeof before, &before), 0);
    kernel_bytes = SIZE_MAX;
    int unreadable = time_all(pu, ns);
    kernel_bytes = 0;
    assert_int_equal(unreadable, -EINVAL);
    assert_int_equal(ns[0].value, 77);
    assert_int_equal(sched_getaffinity(0, sizeof after, &after), 0);
    assert_true(CPU_EQUAL(&before, &after));
    kernel_bytes = 2 * sizeof before;
    int wide = time_all(pu, ns);
    kernel_bytes = 0;
    assert_int_equal(wide, 0);
    assert_true(ns[CANARY_CHAIN].value > 77);
    assert_int_equal(sched_getaffinity(0, sizeof after, &after), 0);
    assert_true(CPU_EQUAL(&before, &after));
}

/* Only the kinds that were asked for are timed. */
static void test_set(void **state)
{
    (void)state;
    struct metric ns[CANARIES] = {{0}};
    struct canary_room none = {0};
    ns[CANARY_STORES].value = 77;
    assert_int_equal(canary_time(first_allowed(), 1u << CANARY_CHAIN, &none, ns), 0);
    assert_true(ns[CANARY_CHAIN].value > 0 && !ns[CANARY_CHAIN].why);
    assert_true(ns[CANARY_STORES].value == 77 && !ns[CANARY_STORES].why);
}

/* Four times the work takes about four times as long, by the least of many timings: nothing was dropped. */
static void test_work(void **state)
{
    (void)state;
    struct canary_room room;
    assert_int_equal(canary_room_init(&room), 0);
    for (int k = 0; k < CANARIES; k++) {
        uint64_t once = UINT64_MAX, four = UINT64_MAX, ns;
        for (unsigned i = 0; i < 2000 && (i < 5 || four < 2 * once || four > 8 * once); i++) {
            assert_int_equal(canary_once((enum canary)k, 1, &room, &ns), 0);
            once = ns < once ? ns : once;
            assert_int_equal(canary_once((enum canary)k, 4, &room, &ns), 0);
            four = ns < four ? ns : four;
        }
        if (four < 2 * once || four > 8 * once)
            fail_msg("%s: %llu ns, and %llu ns for four times the work", canary_kinds[k].name, (unsigned long long)once,
                     (unsigned long long)four);
    }
    canary_room_release(&room);
}

static long minor_faults(void)
{
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return u.ru_minflt;
}

/* Each page is a fault of its own, again and again. */
static void test_faults(void **state)
{
    (void)state;
    enum { TIMES = 100 };
    struct canary_room room;
    uint64_t ns;
    assert_int_equal(canary_room_init(&room), 0);
    long before = minor_faults();
    assert_int_equal(canary_once(CANARY_PAGE_FAULT, TIMES, &room, &ns), 0);
    assert_true(minor_faults() - before >= 2 * TIMES);
    canary_room_release(&room);
}

static void test_can_not_be_timed(void **state)
{
    (void)state;
    struct canary_room room;
    struct rlimit was, none;
    struct metric ns[CANARIES];
    assert_int_equal(getrlimit(RLIMIT_AS, &was), 0);
    none = (struct rlimit){.rlim_cur = 1, .rlim_max = was.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_AS, &none), 0);
    int rc = canary_room_init(&room);
    assert_int_equal(setrlimit(RLIMIT_AS, &was), 0);
    assert_int_equal(rc, -ENOMEM);
    assert_int_equal(canary_time(first_allowed(), CANARIES_ALL, &room, ns), 0);
    canary_room_release(&room);
    for (unsigned i = 0; i < CANARIES; i++)
        if (i == CANARY_STORES || i == CANARY_LOADS || i == CANARY_PAGE_FAULT)
            assert_string_equal(ns[i].why, "the canary's memory can't be mapped");
        else
            assert_true(!ns[i].why && ns[i].value > 0);
    refused = true;
    rc = time_all(first_allowed(), ns);
    refused = false;
    assert_int_equal(rc, 0);
    for (unsigned i = 0; i < CANARIES; i++)
        if (i == CANARY_SYSCALL)
            assert_string_equal(ns[i].why, "the canary's system call is refused");
        else
            assert_true(!ns[i].why && ns[i].value > 0);
}

static void test_cells(void **state)
{
    (void)state;
    struct cell c = {.n_pus = 1, .pus = {first_allowed()}};
    struct trial_record r;
    trial_record_init(&r);
    canaries_before(&c, &r);
    for (unsigned i = 0; i < CANARIES; i++) {
        assert_true(!r.canaries[i].before_ns.why && r.canaries[i].before_ns.value > 0);
        assert_non_null(r.canaries[i].after_ns.why);
    }
    c.n_pus = 12; /* of which 8 are looked at: the chain on each, the others on two */
    for (unsigned i = 0; i < c.n_pus; i++)
        c.pus[i] = i < 8 ? first_allowed() : 8191;
    canaries_after(&c, &r);
    for (unsigned i = 0; i < CANARIES; i++)
        assert_true(!r.canaries[i].after_ns.why && r.canaries[i].after_ns.value > 0);
    c.pus[1] = 8191;
    canaries_after(&c, &r);
    for (unsigned i = 0; i < CANARIES; i++)
        assert_non_null(r.canaries[i].after_ns.why);
    c.n_pus = 0; /* not pinned: any of the allowed ones, and then free to run on all of them again */
    cpu_set_t before, after;
    assert_int_equal(sched_getaffinity(0, sizeof before, &before), 0);
    canaries_after(&c, &r);
    for (unsigned i = 0; i < CANARIES; i++)
        assert_true(!r.canaries[i].after_ns.why && r.canaries[i].after_ns.value > 0);
    assert_int_equal(sched_getaffinity(0, sizeof after, &after), 0);
    assert_true(CPU_EQUAL(&before, &after));
}

/* What is slower than the trial before is timed again, apart, and not for ever; what is not, and what nobody knows
 * anything of, is not. After the run the same trial's first sample is what counts. */
static void test_again(void **state)
{
    (void)state;
    struct cell c = {.n_pus = 1, .pus = {first_allowed()}};
    struct trial_record r;
    trial_record_init(&r);
    slept = 0;
    canaries_before(&c, &r);
    assert_int_equal(slept, 0);
    for (unsigned i = 0; i < CANARIES; i++)
        c.canaries_seen[i] = UINT64_MAX / 4;
    canaries_before(&c, &r);
    assert_int_equal(slept, 0);
    c.canaries_seen[CANARY_CHAIN] = 1;
    canaries_before(&c, &r);
    assert_int_equal(slept, 4);
    assert_true(!r.canaries[CANARY_CHAIN].before_ns.why && r.canaries[CANARY_CHAIN].before_ns.value > 1);
    slept = 0;
    for (unsigned i = 0; i < CANARIES; i++)
        r.canaries[i].before_ns = (struct metric){.why = "not timed"};
    canaries_after(&c, &r);
    assert_int_equal(slept, 0);
    r.canaries[CANARY_STORES].before_ns = (struct metric){.value = 1};
    canaries_after(&c, &r);
    assert_int_equal(slept, 4);
}

/* What one trial saw after its run, the next on these CPUs and by this program gets, and no other. */
static void test_memory(void **state)
{
    (void)state;
    struct cell c = {.n_pus = 2, .pus = {3, 5}}, other = {.n_pus = 2, .pus = {3, 4}};
    struct trial_record r;
    uint64_t seen[CANARIES];
    trial_record_init(&r);
    canary_memory_recall(NULL, &c, seen);
    assert_int_equal(seen[CANARY_CHAIN], 0);
    r.canaries[CANARY_CHAIN].after_ns = (struct metric){.value = 250};
    r.canaries[CANARY_LOADS].after_ns = (struct metric){.why = "not timed"};
    canary_memory_keep(NULL, &c, &r);
    canary_memory_recall(NULL, &c, seen);
    assert_int_equal(seen[CANARY_CHAIN], 250);
    assert_int_equal(seen[CANARY_LOADS], 0);
    r.canaries[CANARY_CHAIN].after_ns.value = 300;
    canary_memory_keep(NULL, &c, &r);
    canary_memory_recall("other", &c, seen);
    assert_int_equal(seen[CANARY_CHAIN], 0);
    canary_memory_recall(NULL, &other, seen);
    assert_int_equal(seen[CANARY_CHAIN], 0);
    canary_memory_recall(NULL, &c, seen);
    assert_int_equal(seen[CANARY_CHAIN], 300);
    for (int i = 0; i < 1000; i++) { /* more sets than are kept */
        other.pus[1] = 10 + i;
        canary_memory_keep(NULL, &other, &r);
    }
    canary_memory_recall(NULL, &other, seen);
    assert_int_equal(seen[CANARY_CHAIN], 300);
    canary_memory_recall(NULL, &c, seen);
    assert_int_equal(seen[CANARY_CHAIN], 0);
}

/* A peak that was forgotten is no part of one that is read later, where the kernel can forget. */
static void test_peak(void **state)
{
    (void)state;
    const size_t bytes = 16 << 20;
    void *m = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_true(m != MAP_FAILED);
    memset(m, 1, bytes);
    munmap(m, bytes);
    int64_t high = memory_peak();
    assert_true(high >= (int64_t)bytes);
    memory_forget_peak();
    if (access("/proc/self/clear_refs", W_OK) == 0)
        assert_true(memory_peak() < high - (int64_t)bytes / 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_units),
        cmocka_unit_test(test_wide_masks),
        cmocka_unit_test(test_set),
        cmocka_unit_test(test_work),
        cmocka_unit_test(test_faults),
        cmocka_unit_test(test_can_not_be_timed),
        cmocka_unit_test(test_cells),
        cmocka_unit_test(test_again),
        cmocka_unit_test(test_memory),
        cmocka_unit_test(test_peak),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
