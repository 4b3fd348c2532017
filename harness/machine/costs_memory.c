/* SPDX-License-Identifier: MIT */
/* Costs of loads, copies, and of what threads share: locks, atomic operations and cache lines. */
#include <errno.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "bench/workload.h"
#include "harness/base/base.h"
#include "harness/machine/costs_internal.h"
#include "harness/machine/machine.h"
#include "harness/measure/clock.h"

enum {
    MIB = 1 << 20,
    LINE = 64,
    LOADS = 20000,
    LOADS_FAR = 4000, /* some 0.5 ms: what is longer is more often interrupted */
    WARM_PASSES = 5,
    LAST_LEVEL_MOST = 32 * MIB, /* a guest seldom has more of a host's cache */
    FAR_LEAST = 64 * MIB,
    FAR_MOST = 256 * MIB,
    COPY_BYTES = 8 * MIB,
    COPY_BYTES_LARGE = 64 * MIB,
    LOCKS = 2000,
    TRANSFERS = 500,
    SPINS = 1 << 14,
    SPIN_MOST_MS = 500
};

/* --- loads --- */

/* Each line holds the address of the next, in one cycle over all of them (Sattolo's shuffle, from a fixed seed). */
static void link_lines(char *at, size_t lines)
{
    uint64_t seed = 1;
    for (size_t i = 0; i < lines; i++)
        *(size_t *)(void *)(at + i * LINE) = i;
    for (size_t i = lines - 1; i > 0; i--) {
        size_t *a = (size_t *)(void *)(at + i * LINE), *b, was = *a;
        seed = mix64(seed + i);
        b = (size_t *)(void *)(at + seed % i * LINE);
        *a = *b;
        *b = was;
    }
    for (size_t i = 0; i < lines; i++) {
        size_t next = *(size_t *)(void *)(at + i * LINE);
        *(void **)(void *)(at + i * LINE) = at + next * LINE;
    }
}

static void *walk(void *at, size_t loads)
{
    for (size_t i = 0; i < loads; i++)
        at = *(void **)at;
    COST_KEEP(at);
    return at;
}

/* `warm`: all lines are loaded before the timed ones, several times, since some caches keep what is used again: after
 * one pass a load within 4 MiB took 110 ns on one machine, after three 55 ns. */
static int load(struct cost_room *room, unsigned index, size_t bytes, unsigned loads, bool warm, double *value)
{
    void **kept = &room->at[index];
    if (!*kept && room->memory && room->memory < 4 * bytes)
        return cost_fail(room, 0, "it needs %zu MiB and %llu MiB are left: a quarter is taken", bytes / MIB,
                         (unsigned long long)(room->memory / MIB));
    if (!*kept) {
        char *m = cost_map(room, bytes);
        if (!m)
            return -ENOMEM;
        cost_touch(m, bytes, true);
        link_lines(m, bytes / LINE);
        *kept = m;
    }
    if (warm)
        walk(*kept, WARM_PASSES * bytes / LINE);
    uint64_t begin = now_ns();
    void *at = walk(*kept, loads);
    *value = cost_each(begin, loads);
    if (!warm)
        *kept = at; /* goes on where it ended: those lines are not cached */
    return 0;
}

static int load_level(struct cost_room *room, unsigned index, unsigned level, double *value)
{
    size_t bytes = room->cache[level - 1] / 2;
    if (!bytes)
        return cost_fail(room, 0, "no data cache of level %u is known", level);
    return load(room, index, bytes, LOADS, true, value);
}

int cost_load_l1(struct cost_room *room, double *value)
{
    return load_level(room, COST_INDEX_load_l1, 1, value);
}

int cost_load_l2(struct cost_room *room, double *value)
{
    return load_level(room, COST_INDEX_load_l2, 2, value);
}

/* Of the third-level cache, at most half; 0: it is not known, or hardly larger than that much. */
static size_t third_level(const struct cost_room *room, size_t bytes)
{
    return bytes && 2 * bytes <= room->cache[2] ? bytes : 0;
}

int cost_load_l3(struct cost_room *room, double *value)
{
    size_t bytes = third_level(room, 4 * room->cache[1]);
    if (!bytes)
        return cost_fail(room, 0, "no third-level cache is known that is 8 times the second-level one");
    return load(room, COST_INDEX_load_l3, bytes, LOADS_FAR, true, value);
}

int cost_load_l3_half(struct cost_room *room, double *value)
{
    size_t most = room->cache[2] / 2, bytes = third_level(room, most < LAST_LEVEL_MOST ? most : LAST_LEVEL_MOST);
    if (!bytes || bytes <= 4 * room->cache[1])
        return cost_fail(room, 0, "no third-level cache is known that is more than 8 times the second-level one");
    return load(room, COST_INDEX_load_l3_half, bytes, LOADS_FAR, true, value);
}

int cost_load_memory(struct cost_room *room, double *value)
{
    size_t bytes = 4 * room->cache[2];
    bytes = bytes < FAR_LEAST ? FAR_LEAST : bytes < FAR_MOST ? bytes : FAR_MOST;
    return load(room, COST_INDEX_load_memory, bytes, LOADS_FAR, false, value);
}

/* --- copies --- */

static int copy(struct cost_room *room, unsigned index, size_t bytes, double *value)
{
    void **kept = &room->at[index];
    if (!*kept && room->memory && room->memory < 4 * 2 * bytes)
        return cost_fail(room, 0, "it needs %zu MiB and %llu MiB are left: a quarter is taken", 2 * bytes / MIB,
                         (unsigned long long)(room->memory / MIB));
    if (!*kept) {
        if (!(*kept = cost_map(room, 2 * bytes)))
            return -ENOMEM;
        cost_touch(*kept, 2 * bytes, true);
    }
    char *to = *kept;
    uint64_t begin = now_ns();
    memcpy(to, to + bytes, bytes);
    COST_KEEP(to);
    *value = 1e9 * (double)bytes / cost_each(begin, 1);
    return 0;
}

int cost_copy_bandwidth(struct cost_room *room, double *value)
{
    return copy(room, COST_INDEX_copy_bandwidth, COPY_BYTES, value);
}

int cost_memory_bandwidth(struct cost_room *room, double *value)
{
    return copy(room, COST_INDEX_memory_bandwidth, COPY_BYTES_LARGE, value);
}

/* --- what is shared --- */

static void *stay(void *arg)
{
    while (sem_wait(arg) && errno == EINTR)
        ;
    return NULL;
}

/* With a second thread about: libc leaves out atomic operations while there is one. */
int cost_mutex(struct cost_room *room, double *value)
{
    pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
    pthread_t other;
    sem_t end;
    sem_init(&end, 0, 0);
    int rc = cost_thread(room, stay, &end, &other);
    if (!rc) {
        uint64_t begin = now_ns();
        for (unsigned i = 0; i < LOCKS; i++) {
            pthread_mutex_lock(&m);
            pthread_mutex_unlock(&m);
        }
        *value = cost_each(begin, LOCKS);
        sem_post(&end);
        pthread_join(other, NULL);
    }
    sem_destroy(&end);
    return rc;
}

int cost_atomic_add(struct cost_room *room, double *value)
{
    (void)room;
    _Atomic uint64_t sum = 0;
    uint64_t begin = now_ns();
    for (unsigned i = 0; i < LOCKS; i++)
        atomic_fetch_add(&sum, i); /* seq_cst, as counters that are shared are written */
    *value = cost_each(begin, LOCKS);
    COST_KEEP(&sum);
    return 0;
}

int cost_malloc_free(struct cost_room *room, double *value)
{
    uint64_t begin = now_ns();
    for (unsigned i = 0; i < LOCKS; i++) {
        void *p = malloc(64);
        COST_KEEP(p);
        if (!p)
            return cost_fail(room, ENOMEM, "malloc failed");
        free(p);
    }
    *value = cost_each(begin, LOCKS);
    return 0;
}

/* A word that two CPUs change in turn, both spinning; alone on its line and the next, which may be fetched with it. */
struct ball {
    _Alignas(128) _Atomic uint32_t turns; /* even: home's */
    int cpu;
    _Atomic int failed;
};

/* false: the other side did not come in time; it may share its CPU with somebody. */
static bool spin_until(struct ball *b, uint32_t turn)
{
    uint64_t until = 0;
    for (unsigned i = 0; atomic_load(&b->turns) != turn; i++) {
        if (i % SPINS != SPINS - 1)
            continue;
        until = until ? until : now_ns() + SPIN_MOST_MS * NS_PER_MS;
        if (now_ns() > until || atomic_load(&b->failed))
            return false;
    }
    return true;
}

static void *hit_back(void *arg)
{
    struct ball *b = arg;
    int rc = pin_self(b->cpu);
    if (rc)
        atomic_store(&b->failed, rc);
    for (uint32_t i = 0; !rc && i < TRANSFERS && spin_until(b, 2 * i + 1); i++)
        atomic_store(&b->turns, 2 * i + 2);
    return NULL;
}

int cost_line_transfer(struct cost_room *room, double *value)
{
    struct ball b = {0};
    pthread_t other;
    int rc = cost_peer(room, &b.cpu);
    rc = rc ? rc : cost_thread(room, hit_back, &b, &other);
    if (rc)
        return rc;
    uint64_t begin = 0;
    bool there = true;
    for (uint32_t i = 0; there && i < TRANSFERS; i++) {
        if (i == TRANSFERS / 10) /* the first ones are the other's start */
            begin = now_ns();
        atomic_store(&b.turns, 2 * i + 1);
        there = spin_until(&b, 2 * i + 2);
    }
    if (there)
        *value = cost_each(begin, 2 * (TRANSFERS - TRANSFERS / 10));
    atomic_store(&b.failed, 1); /* so that it waits no longer, where it does */
    pthread_join(other, NULL);
    return there ? 0 : cost_fail(room, 0, "the thread on the other CPU did not answer in time");
}
