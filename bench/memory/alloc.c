/* SPDX-License-Identifier: MIT */
/*
 * alloc: malloc and free in random order, with up to `live` blocks held at a time. A block that is given up goes into a
 * bundle, and a full bundle into a mailbox, where another is found to be freed: with freed=own the task's own mailbox,
 * with freed=other its neighbour's in a ring of tasks, so blocks go back to an arena that another thread is allocating
 * from. All else is the same in both. Each block is written at both ends and checked when it is freed, so blocks that
 * overlap, or come from nowhere, are seen. The golden value is the sum over all blocks, which needs no heap.
 */
#include "bench/workload.h"

#include <stdatomic.h>
#include <stdlib.h>

enum { P_COUNT, P_SIZES, P_LIVE, P_FREED };
enum { SMALL, MIXED, LARGE };
enum { OWN, OTHER };
enum { MOST_LIVE = 1024, CHECK_EVERY = 256, BUNDLE = 32 };

struct block {
    uint64_t tag, size;
    struct block *next; /* in its bundle */
};

struct mailbox {
    _Alignas(128) _Atomic(struct block *) bundle; /* on lines of its own: the prefetcher fetches them in pairs */
};

struct task {
    struct span span;
    uint64_t count, live, unit, made, freed, sum; /* tags and sizes of a unit; of all until now */
    int64_t sizes;
    bool due;
    int failed; /* -errno, or 1: a block was not as it was left */
    unsigned bundled;
    struct block *bundle;
    struct mailbox *in, *out; /* the same one with freed=own */
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
        return (64 << 10) + r % (960 << 10);
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

/* Both mailboxes are emptied: what the task itself put out and nobody took is freed by it. The order is that of handing
 * memory over: a block's bytes are written before another reads them. */
static void post(struct task *t)
{
    struct block *mine = t->bundle;
    t->bundle = NULL;
    t->bundled = 0;
    free_all(t, atomic_exchange_explicit(&t->out->bundle, mine, memory_order_acq_rel));
    if (t->in != t->out)
        free_all(t, atomic_exchange_explicit(&t->in->bundle, NULL, memory_order_acq_rel));
}

static void give_up(struct task *t, struct block **slot)
{
    struct block *b = *slot;
    if (!b)
        return;
    *slot = NULL;
    b->next = t->bundle;
    t->bundle = b;
    if (++t->bundled == BUNDLE)
        post(t);
}

/* Blocks are held from unit to unit: were all freed at the end of each, the heap would be given back to the kernel and
 * fetched again, or not, as its layout happens to be. */
static void clear(struct task *t)
{
    for (uint64_t k = 0; k < t->live; k++)
        give_up(t, &t->blocks[k]);
    post(t);
    free_all(t, atomic_exchange_explicit(&t->in->bundle, NULL, memory_order_acq_rel));
    if (t->in == t->out && !t->failed && t->freed != t->made)
        t->failed = 1; /* a block got lost, or came back twice */
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

static int setup(struct wl_env *env)
{
    struct mailbox *m = aligned_alloc(_Alignof(struct mailbox), env->tasks * sizeof *m);
    if (!m)
        return -ENOMEM;
    for (unsigned i = 0; i < env->tasks; i++)
        atomic_init(&m[i].bundle, NULL);
    env->state = m;
    return 0;
}

/* With freed=other the last bundle of a task may lie where nobody looked any more. */
static void teardown(struct wl_env *env)
{
    struct mailbox *m = env->state;
    struct task t = {.sizes = env->p[P_SIZES]};
    for (unsigned i = 0; i < env->tasks; i++)
        free_all(&t, atomic_load(&m[i].bundle));
    free(m);
}

static int task_init(void *task, const struct wl_env *env, const struct share *share)
{
    struct task *t = task;
    struct mailbox *m = env->state;
    span_init(&t->span, share);
    t->count = (uint64_t)env->p[P_COUNT];
    t->sizes = env->p[P_SIZES];
    t->live = (uint64_t)env->p[P_LIVE];
    t->in = &m[share->task];
    t->out = env->p[P_FREED] == OTHER ? &m[(share->task + 1) % env->tasks] : t->in;
    return 0;
}

/* The task may have failed with bundles under way. */
static void task_fini(void *task)
{
    struct task *t = task;
    free_all(t, t->bundle);
    for (uint64_t k = 0; k < t->live; k++)
        free(t->blocks[k]);
    free_all(t, atomic_exchange_explicit(&t->in->bundle, NULL, memory_order_acq_rel));
}

static enum step step(void *task, struct op *op)
{
    struct task *t = task;
    if (t->due) {
        t->due = false;
        if (t->failed) {
            op->res = t->failed < 0 ? t->failed : 0;
            return STEP_FAIL;
        }
        t->sum += mix64(t->span.at ^ t->unit);
        return STEP_UNIT;
    }
    if (!span_next(&t->span, op))
        return STEP_DONE;
    t->due = true;
    op->kind = OP_CPU;
    op->fn = churn;
    op->arg = t;
    return STEP_OP;
}

static uint64_t checksum(const void *task)
{
    return ((const struct task *)task)->sum;
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
        sum += mix64(i ^ all);
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
    {"sizes", "small: 24 to 256 bytes; mixed: to 16 KiB; large: 64 KiB to 1 MiB", PARAM_CHOICE, MIXED, SMALL, LARGE,
     sizes},
    {"live", "blocks held at a time", PARAM_COUNT, 128, 1, MOST_LIVE, NULL},
    {"freed", "who frees a block: the task that allocated it, or its neighbour", PARAM_CHOICE, OWN, OWN, OTHER, freed},
    {0},
};

const struct workload workload_alloc = {
    .name = "alloc",
    .family = "memory",
    .summary = "malloc and free in random order, by the task that allocated or (freed=other) by its "
               "neighbour: the heap's locks",
    .lesson = "With an arena each, threads allocate as freely as processes. Blocks that another thread "
              "frees take its arena's lock, and two threads may do less than one.",
    .unit = "one round of allocations",
    .params = params,
    .needs = NEED_CPU,
    .needs_of = needs_of,
    .rounds = 1,
    .task_size = sizeof(struct task),
    .setup = setup,
    .teardown = teardown,
    .task_init = task_init,
    .step = step,
    .checksum = checksum,
    .task_fini = task_fini,
    .expected = expected,
};
