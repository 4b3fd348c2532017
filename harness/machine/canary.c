/* SPDX-License-Identifier: MIT */
/*
 * The work of each kind of canary. Results and memory go through volatiles, so that no compiler can drop the work, join
 * stores or take several loads for one. A timing is some 5 to 50 us (a page fault's 1 us or more): long next to the
 * clock's 30 to 90 ns, short enough that of 3 one is likely to see no interrupt.
 */
#include "harness/machine/canary.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bench/workload.h"
#include "harness/base/base.h"
#include "harness/machine/machine.h"
#include "harness/measure/clock.h"

enum {
    TIMINGS = 3,
    /* A record's chain is that of 50,000 rounds since before it took fewer to tell it, and runs are compared by it. */
    CHAIN_ROUNDS = 10000,
    CHAIN_ROUNDS_TOLD = 50000,
    STREAM_ROUNDS = 2000,
    STORES_BYTES = 32 << 10,
    STORES_PASSES = 12,
    LOADS_BYTES = 256 << 10,
    LOADS_PASSES = 6,
    LINE_WORDS =
        8, /* of 64 bits, as on most machines; where lines are longer, some loads are the first-level cache's */
    CALLS = 64,
    PAGES = 4, /* few: on some virtual machines each costs 13 us */
    FAULTS_NS = 30000,
    PAGE_MOST = 64 << 10
};

static volatile uint64_t sink;

static int canary_chain(struct canary_room *room, unsigned times, uint64_t *ns)
{
    (void)room;
    uint64_t x = sink, begin = now_ns();
    for (unsigned i = 0; i < times * CHAIN_ROUNDS; i++)
        x = mix64(x);
    sink = x;
    *ns = now_ns() - begin;
    return 0;
}

/* Each stream waits for itself alone; 4 of them keep the units of a wide core busy. */
static int canary_independent(struct canary_room *room, unsigned times, uint64_t *ns)
{
    (void)room;
    uint64_t a = sink, b = a + 1, c = a + 2, d = a + 3, begin = now_ns();
    for (unsigned i = 0; i < times * STREAM_ROUNDS; i++) {
        a = mix64(a);
        b = mix64(b);
        c = mix64(c);
        d = mix64(d);
    }
    sink = a ^ b ^ c ^ d;
    *ns = now_ns() - begin;
    return 0;
}

/* A cache line in each step, so that the stores are what takes time: a loop of one store took twice as long in one
 * build as in another (measured), by where it lay. */
static int canary_stores(struct canary_room *room, unsigned times, uint64_t *ns)
{
    volatile uint64_t *to = room->stores;
    if (!to)
        return -ENOMEM;
    uint64_t begin = now_ns();
    for (unsigned pass = 0; pass < times * STORES_PASSES; pass++)
        for (unsigned i = 0; i < STORES_BYTES / sizeof *to; i += LINE_WORDS) {
            to[i] = pass;
            to[i + 1] = pass;
            to[i + 2] = pass;
            to[i + 3] = pass;
            to[i + 4] = pass;
            to[i + 5] = pass;
            to[i + 6] = pass;
            to[i + 7] = pass;
        }
    *ns = now_ns() - begin;
    return 0;
}

/* One load a cache line: more would be loads from the first-level cache. */
static int canary_loads(struct canary_room *room, unsigned times, uint64_t *ns)
{
    const volatile uint64_t *from = room->loads;
    if (!from)
        return -ENOMEM;
    uint64_t sum = 0, begin = now_ns();
    for (unsigned pass = 0; pass < times * LOADS_PASSES; pass++)
        for (unsigned i = 0; i < LOADS_BYTES / sizeof *from; i += 4 * LINE_WORDS) {
            sum += from[i];
            sum += from[i + LINE_WORDS];
            sum += from[i + 2 * LINE_WORDS];
            sum += from[i + 3 * LINE_WORDS];
        }
    sink = sum;
    *ns = now_ns() - begin;
    return 0;
}

/* Through syscall(2): no libc and no vdso answers for the kernel. getppid, since no part of it depends on how many
 * files or threads the process has. */
static int canary_syscall(struct canary_room *room, unsigned times, uint64_t *ns)
{
    (void)room;
    long ppid = 0;
    uint64_t begin = now_ns();
    for (unsigned i = 0; i < times * CALLS && ppid >= 0; i++)
        ppid = syscall(SYS_getppid);
    *ns = now_ns() - begin;
    return ppid < 0 ? -errno : 0;
}

/* The least first touch of any of the pages in this time. */
static int least_fault(struct canary_room *room, size_t page, uint64_t *least)
{
    volatile unsigned char *at = room->pages;
    uint64_t begin = now_ns(), end = begin;
    *least = UINT64_MAX;
    while (end - begin < FAULTS_NS) {
        if (madvise(room->pages, PAGES * page, MADV_DONTNEED))
            return -errno;
        end = now_ns();
        for (unsigned i = 0; i < PAGES; i++) {
            uint64_t was = end;
            at[i * page] = 1;
            end = now_ns();
            *least = end - was < *least ? end - was : *least;
        }
    }
    return 0;
}

/* Told for one fault, the least of many: after other work the first 50 take up to 1.7 times as long as all others
 * (measured), and one in ten 6 times, where the kernel fills up a list or settles an account. Giving the pages back is
 * not timed: with other threads in the process it is another piece of work, an interrupt of their units. */
static int canary_page_fault(struct canary_room *room, unsigned times, uint64_t *ns)
{
    if (!room->pages)
        return -ENOMEM;
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    int rc = 0;
    *ns = 0;
    for (unsigned i = 0; i < times && !rc; i++) {
        uint64_t least;
        rc = least_fault(room, page, &least);
        *ns += least;
    }
    return rc;
}

/* Each page once. The kernel's own loop, where it has it: on some virtual machines a fault costs 13 us, and these
 * are 72. */
static void touch(char *m, size_t bytes)
{
    if (madvise(m, bytes, MADV_POPULATE_WRITE))
        memset(m, 1, bytes);
}

int canary_room_init(struct canary_room *room)
{
    /* The pages come first: what is given back begins with a page, also where one has 64 KiB. */
    const size_t pages = PAGES * PAGE_MOST, touched = STORES_BYTES + LOADS_BYTES, bytes = pages + touched;
    *room = (struct canary_room){0};
    char *m = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (m == MAP_FAILED)
        return -errno;
    /* A huge page would be one fault for all pages. Fails only where the kernel knows of none. */
    madvise(m, bytes, MADV_NOHUGEPAGE);
    char *rest = m + pages;
    touch(rest, touched);
    *room = (struct canary_room){m, bytes, (uint64_t *)rest, (uint64_t *)(rest + STORES_BYTES), (unsigned char *)m};
    return 0;
}

void canary_room_release(struct canary_room *room)
{
    if (room->mapped)
        munmap(room->mapped, room->bytes);
    *room = (struct canary_room){0};
}

static int (*const work_of[CANARIES])(struct canary_room *room, unsigned times, uint64_t *ns) = {
#define CANARY(NAME, name, function, limit, does) [CANARY_##NAME] = canary_##function,
#include "harness/record/canary.def"
#undef CANARY
};

int canary_once(enum canary kind, unsigned times, struct canary_room *room, uint64_t *ns)
{
    return work_of[kind](room, times, ns);
}

/* One timing into the least so far. */
static void keep_least(enum canary kind, struct canary_room *room, struct metric *least)
{
    uint64_t ns;
    int rc = canary_once(kind, 1, room, &ns);
    if (rc)
        least->why = rc == -ENOMEM ? "the canary's memory can't be mapped" : "the canary's system call is refused";
    else if ((int64_t)ns < least->value)
        least->value = (int64_t)ns;
}

int canary_time(int os_index, unsigned kinds, struct canary_room *room, struct metric ns[CANARIES])
{
    void *was;
    int rc = pin_away(os_index, &was);
    for (int k = 0; !rc && k < CANARIES; k++)
        if (kinds >> k & 1)
            ns[k] = (struct metric){.value = INT64_MAX};
    /* A kind's timings are apart by those of the others: a disturbance of 50 us then meets one of them, not all. */
    for (int i = 0; !rc && i < TIMINGS; i++)
        for (int k = 0; k < CANARIES; k++)
            if (kinds >> k & 1 && !ns[k].why)
                keep_least((enum canary)k, room, &ns[k]);
    pin_back(was);
    if (!rc && kinds >> CANARY_CHAIN & 1)
        ns[CANARY_CHAIN].value *= CHAIN_ROUNDS_TOLD / CHAIN_ROUNDS;
    return rc;
}
