/* SPDX-License-Identifier: MIT */
/*
 * alloc: malloc and free in random order, with up to `live` blocks held at a time. A block that is given up goes into a
 * bundle, and a full bundle into a mailbox; what the task finds in its own mailbox it frees. With freed=own it puts its
 * bundles there itself; with freed=other two tasks that are in flight together put them into each other's, so blocks go
 * back to an arena that another thread is allocating from. All else is the same in both. Each block is written at both
 * ends and checked when it is freed, and the last to end looks whether all that were made have been freed, so blocks
 * that overlap, get lost, or come from nowhere are seen. The golden value is the sum over all blocks, which needs no
 * heap.
 */
#include "bench/workload.h"

#include <limits.h>
#include <malloc.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { P_COUNT, P_SIZES, P_LIVE, P_FREED };
enum { SMALL, MIXED, LARGE };
enum { OWN, OTHER };
/* A mailbox holds at most MOST_WAITING bundles, lest memory grow without end while its owner does not run. */
enum {
    PAGE = 4096,
    LARGE_LEAST = 64 << 10,
    MMAP_MOST = 32 << 20 /* that mallopt takes */,
    MOST_WARM = MMAP_MOST - PAGE
};
enum { MOST_LIVE = 1024, CHECK_EVERY = 256, BUNDLE = 32, MOST_WAITING = 128, PARTNERS = 2, SCATTERED = 4 };

struct block {
    uint64_t tag, size;
    struct block *next; /* in its bundle */
};

struct mailbox {
    _Alignas(128) _Atomic(struct block *) bundles; /* on lines of its own: the prefetcher fetches them in pairs */
    _Atomic unsigned waiting;                      /* about how many bundles */
};

/* The tasks of a group, which free each other's blocks or, with freed=own, the one that frees its own. */
struct group {
    struct mailbox mailbox[PARTNERS];
    _Alignas(128) _Atomic uint64_t made, freed; /* tags and sizes of those tasks that have ended */
    _Atomic unsigned ended;
};

struct task {
    struct span span;
    uint64_t count, live, unit, made, freed; /* tags and sizes of a unit; of all until now */
    int64_t sizes;
    int failed; /* -errno, or 1: a block was not as it was left */
    unsigned bundled, members;
    struct block *bundle, *bundle_end;
    struct mailbox *in, *out; /* the same one with freed=own */
    struct group *group;
    struct block *blocks[MOST_LIVE];
};

/* 24 … 256 bytes evenly; 24 bytes … 16 KiB, each power of two as often; 64 KiB … 1 MiB evenly. */
static uint64_t size_of(uint64_t tag, int64_t sizes)
{
    uint64_t r = tag >> 32, power = UINT64_C(16) << r % 10;
    switch (sizes) {
    case SMALL:
        return 24 + r % 233;
    case MIXED:
        return 24 + power + (r >> 8) % power - 16;
    default:
        return LARGE_LEAST + r % (960 << 10);
    }
}

static uint64_t tag_of(uint64_t unit, uint64_t k)
{
    return mix64(mix64(unit) + k);
}

static unsigned char *last_byte(struct block *b)
{
    return (unsigned char *)b + b->size - 1;
}

static void free_all(struct task *t, struct block *b)
{
    while (b) {
        struct block *next = b->next;
        if (b->size != size_of(b->tag, t->sizes) || (b->size > sizeof *b && *last_byte(b) != (unsigned char)b->tag))
            t->failed = 1;
        t->freed += b->tag + b->size;
        free(b);
        b = next;
    }
}

/* The order is that of handing memory over: a block's bytes are written before another reads them. */
static struct block *take(struct mailbox *m)
{
    atomic_store_explicit(&m->waiting, 0, memory_order_relaxed);
    return atomic_exchange_explicit(&m->bundles, NULL, memory_order_acq_rel);
}

/* One more bundle before those in the mailbox. Only whole lists are ever taken out, so a head that is the same has the
 * same blocks behind it, or is a new block whose maker is done with it: either way it may be linked to. */
static void put(struct mailbox *m, struct block *first, struct block *last)
{
    struct block *head = atomic_load_explicit(&m->bundles, memory_order_relaxed);
    do
        last->next = head;
    while (
        !atomic_compare_exchange_weak_explicit(&m->bundles, &head, first, memory_order_acq_rel, memory_order_relaxed));
    atomic_fetch_add_explicit(&m->waiting, 1, memory_order_relaxed);
}

static void post(struct task *t)
{
    struct block *mine = t->bundle, *found = take(t->in);
    if (atomic_load_explicit(&t->out->waiting, memory_order_relaxed) >= MOST_WAITING)
        free_all(t, take(t->out));
    if (mine)
        put(t->out, mine, t->bundle_end);
    t->bundle = NULL;
    t->bundled = 0;
    free_all(t, found);
}

static void give_up(struct task *t, struct block **slot)
{
    struct block *b = *slot;
    if (!b)
        return;
    *slot = NULL;
    b->next = t->bundle;
    t->bundle_end = t->bundle ? t->bundle_end : b;
    t->bundle = b;
    if (++t->bundled == BUNDLE)
        post(t);
}

/* The last of a group finds nobody to free what is left, and sees whether any block got lost or came back twice. */
static void leave(struct task *t)
{
    struct group *g = t->group;
    atomic_fetch_add(&g->made, t->made);
    atomic_fetch_add(&g->freed, t->freed);
    if (atomic_fetch_add(&g->ended, 1) + 1 < t->members)
        return;
    t->freed = 0;
    for (unsigned i = 0; i < t->members; i++)
        free_all(t, take(&g->mailbox[i]));
    if (!t->failed && atomic_load(&g->made) != atomic_load(&g->freed) + t->freed)
        t->failed = 1;
}

/* Blocks are held from unit to unit: were all freed at the end of each, the heap would be given back to the kernel and
 * fetched again, or not, as its layout happens to be. */
static void clear(struct task *t)
{
    for (uint64_t k = 0; k < t->live; k++)
        give_up(t, &t->blocks[k]);
    post(t);
    leave(t);
}

static void churn(void *arg, struct cpu_ctx *cx)
{
    struct task *t = arg;
    uint64_t sum = 0;
    for (uint64_t k = 0; k < t->count && !t->failed; k++) {
        uint64_t tag = tag_of(t->span.at, k), size = size_of(tag, t->sizes);
        struct block **slot = &t->blocks[tag % t->live];
        give_up(t, slot);
        struct block *b = *slot = malloc(size);
        if (!b) {
            t->failed = -ENOMEM;
            break;
        }
        *b = (struct block){.tag = tag, .size = size};
        if (size > sizeof *b)
            *last_byte(b) = (unsigned char)tag;
        sum += tag + size;
        if (k % CHECK_EVERY == CHECK_EVERY - 1)
            cpu_checkpoint(cx);
    }
    t->unit = sum;
    t->made += sum;
    if (t->span.ending)
        clear(t);
}

static unsigned group_of(const int64_t *p)
{
    return p[P_FREED] == OTHER ? PARTNERS : 1;
}

/* What blocks take on average: see size_of. */
static uint64_t mean_size(int64_t sizes)
{
    return sizes == SMALL ? 140 : 2464;
}

/*
 * The heap grows before the run to what the worker's tasks will hold, SCATTERED times over since blocks of all sizes
 * leave gaps that few fit: one block of all that, written on each page and freed, which then is the free end of the
 * heap that others are taken from. How often, and by how much, a heap grows differs between a process's first one and
 * those that further threads get, and is over with the first units; it is not what is measured here.
 */
static int warm(const struct wl_env *env, unsigned in_flight)
{
    if (env->p[P_SIZES] == LARGE)
        return 0; /* each block is a mapping of its own: none of them grows a heap */
    uint64_t bundled = BUNDLE * (env->p[P_FREED] == OTHER ? MOST_WAITING : 2);
    uint64_t each = (SCATTERED * (uint64_t)env->p[P_LIVE] + bundled) * mean_size(env->p[P_SIZES]);
    uint64_t all = in_flight * each, most = env->memory_left / 4 / env->concurrency * in_flight;
    all = most && all > most ? most : all;
    all = all < MOST_WARM ? all : MOST_WARM;
    char *m = malloc(all);
    if (!m)
        return -ENOMEM;
    for (uint64_t k = 0; k < all; k += PAGE)
        *(volatile char *)(m + k) = 1;
    free(m);
    return 0;
}

/* In all threads and processes alike: a large block is a mapping of its own, and others never are (left to itself,
 * malloc decides by what was freed before); and no heap is given back to the kernel. Malloc asks for a mapping only
 * when a heap has no room, so where blocks are large none has: the free end of this one is given back, and those of
 * threads begin with less than the least of these blocks. */
static int setup(struct wl_env *env)
{
    bool large = env->p[P_SIZES] == LARGE;
    int mapped_from = large ? LARGE_LEAST : MMAP_MOST;
    if (!mallopt(M_MMAP_THRESHOLD, mapped_from) || !mallopt(M_TRIM_THRESHOLD, INT_MAX) ||
        (large && !mallopt(M_TOP_PAD, 0)))
        wl_warn(env, "malloc can't be told to keep its heap (a sanitizer's?): some of this may be a heap that grows");
    if (large)
        malloc_trim(0);
    struct group *g = aligned_alloc(_Alignof(struct group), env->tasks * sizeof *g);
    if (!g)
        return -ENOMEM;
    memset(g, 0, env->tasks * sizeof *g);
    env->state = g;
    return 0;
}

static void teardown(struct wl_env *env)
{
    free(env->state);
}

/* Partners share out the units of their group; where nobody knows how many there will be, both go on from the first. */
static struct share part_of(const struct share *whole, unsigned members)
{
    struct share s = *whole;
    if (members == 1 || s.units == UINT64_MAX)
        return s;
    uint64_t half = whole->units / 2;
    s.first += s.member ? whole->units - half : 0;
    s.units = s.member ? half : whole->units - half;
    return s;
}

static int task_init(void *task, const struct wl_env *env, const struct share *share)
{
    struct task *t = task;
    t->members = group_of(env->p);
    t->group = (struct group *)env->state + share->group;
    t->in = &t->group->mailbox[share->member];
    t->out = &t->group->mailbox[t->members - 1 - share->member];
    struct share part = part_of(share, t->members);
    span_init(&t->span, &part);
    t->count = (uint64_t)env->p[P_COUNT];
    t->sizes = env->p[P_SIZES];
    t->live = (uint64_t)env->p[P_LIVE];
    if (!part.units)
        leave(t);
    return t->failed ? -EBADMSG : 0;
}

/* Only after a failure is there anything left. */
static void task_fini(void *task)
{
    struct task *t = task;
    free_all(t, t->bundle);
    for (uint64_t k = 0; k < t->live; k++)
        free(t->blocks[k]);
}

static enum step step(void *task, struct op *op)
{
    struct task *t = task;
    if (span_end(&t->span))
        return t->failed ? op_fail(op, t->failed < 0 ? t->failed : 0) : span_unit(&t->span, t->unit);
    return span_begin(&t->span, op) ? op_compute(op, churn, t) : STEP_DONE;
}

static uint64_t expected(const struct wl_env *env, uint64_t first, uint64_t n)
{
    uint64_t sum = 0;
    for (uint64_t i = first; i < first + n; i++) {
        uint64_t all = 0;
        for (uint64_t k = 0; k < (uint64_t)env->p[P_COUNT]; k++) {
            uint64_t tag = tag_of(i, k);
            all += tag + size_of(tag, env->p[P_SIZES]);
        }
        sum += unit_sum(i, all);
    }
    return sum;
}

static unsigned needs_of(const int64_t *p)
{
    return p[P_FREED] == OTHER ? NEED_HEAP : 0;
}

static const char *const freed[] = {[OWN] = "own", [OTHER] = "other", NULL};
static const char *const sizes[] = {[SMALL] = "small", [MIXED] = "mixed", [LARGE] = "large", NULL};
static const struct param params[] = {
    {"count", "blocks allocated, and freed, a unit", PARAM_COUNT, 2000, 1, 1 << 24, NULL},
    {"sizes", "small: 24 to 256 bytes; mixed: to 16 KiB; large: 64 KiB to 1 MiB, each a mapping", PARAM_CHOICE, MIXED,
     SMALL, LARGE, sizes},
    {"live", "blocks held at a time", PARAM_COUNT, 128, 1, MOST_LIVE, NULL},
    {"freed", "who frees a block: the task that allocated it, or its partner", PARAM_CHOICE, OWN, OWN, OTHER, freed},
    {0},
};

static const struct expectation_reason arenas[] = {
    {.text = "blocks are so large that malloc takes each from the kernel, where threads share one address space"},
    {.text = "page faults are costly here", .what = "page_fault", .least = 4000},
    {0}};
static const struct expectation_reason lock[] = {
    {.text = "this malloc keeps what others free in a list without a lock"}, {0}};
static const struct expectation expectations[] = {
    {.id = "arenas-suffice",
     .text = "Where each frees its own blocks, threads allocate at least 0.85 times what processes do",
     .least = 0.85,
     .a = {.kinds = KIND_THREADS},
     .b = {.kinds = KIND_PROCESSES},
     .where = {{"freed", OWN, OWN}},
     .reasons = arenas},
    {.id = "others-free",
     .text =
         "Threads on two or more CPUs whose blocks another thread frees do at most 0.8 times what they do where each "
         "frees its own",
     .most = 0.8,
     .a = {.kinds = KIND_THREADS, .cpus_least = 2, .with = {"freed", OTHER, OTHER}},
     .b = {.cpus_least = 2, .with = {"freed", OWN, OWN}},
     .reasons = lock},
    {0}};

const struct workload workload_alloc = {
    .name = "alloc",
    .family = "memory",
    .summary = "malloc and free in random order, by the task that allocated or (freed=other) by its "
               "partner: the heap's locks",
    .unit = "one round of allocations",
    .params = params,
    .needs = NEED_CPU,
    .needs_of = needs_of,
    .group_of = group_of,
    .scales = "count",
    .rounds = 1,
    .task_size = sizeof(struct task),
    .setup = setup,
    .teardown = teardown,
    .task_init = task_init,
    .step = step,
    .checksum = span_checksum,
    .task_fini = task_fini,
    .expected = expected,
    .warm = warm,
    .expectations = expectations,
};
