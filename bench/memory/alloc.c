/* SPDX-License-Identifier: MIT */
/*
 * alloc: malloc and free in random order, with up to `live` blocks held at a time, all freed by the task that allocated
 * them. Each block is written at both ends and checked when it is freed, so blocks that overlap would be seen. The
 * golden value is the sum over all blocks, which needs no heap. (Blocks freed by another worker can't be part of it:
 * processes have no heap in common.)
 */
#include "bench/workload.h"

#include <stdlib.h>

enum { P_COUNT, P_SIZES, P_LIVE };
enum { SMALL, MIXED, LARGE };
enum { MOST_LIVE = 1024, CHECK_EVERY = 256 };

struct block {
    uint64_t tag, size;
};

struct task {
    struct span span;
    uint64_t count, live, held, sum;
    int64_t sizes;
    bool due, failed;
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

static void release(struct task *t, struct block **slot)
{
    struct block *b = *slot;
    if (!b)
        return;
    t->held += b->tag + b->size + *last_byte(b);
    free(b);
    *slot = NULL;
}

static void churn(void *arg, struct cpu_ctx *cx)
{
    struct task *t = arg;
    t->held = 0;
    for (uint64_t k = 0; k < t->count && !t->failed; k++) {
        uint64_t tag = tag_of(t->span.at, k), size = size_of(tag, t->sizes);
        struct block **slot = &t->blocks[tag % t->live];
        release(t, slot);
        if (!(*slot = malloc(size))) {
            t->failed = true;
            break;
        }
        **slot = (struct block){tag, size};
        *last_byte(*slot) = (unsigned char)tag;
        if (k % CHECK_EVERY == CHECK_EVERY - 1)
            cpu_checkpoint(cx);
    }
    for (uint64_t k = 0; k < t->live; k++)
        release(t, &t->blocks[k]);
}

static int task_init(void *task, const struct wl_env *env, const struct share *share)
{
    struct task *t = task;
    span_init(&t->span, share);
    t->count = (uint64_t)env->p[P_COUNT];
    t->sizes = env->p[P_SIZES];
    t->live = (uint64_t)env->p[P_LIVE];
    return 0;
}

static enum step step(void *task, struct op *op)
{
    struct task *t = task;
    if (t->due) {
        t->due = false;
        if (t->failed) {
            op->res = -ENOMEM;
            return STEP_FAIL;
        }
        t->sum += mix64(t->span.at ^ t->held);
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
            all += tag + size_of(tag, env->p[P_SIZES]) + (tag & 255);
        }
        sum += mix64(i ^ all);
    }
    return sum;
}

static const char *const sizes[] = {[SMALL] = "small", [MIXED] = "mixed", [LARGE] = "large", NULL};
static const struct param params[] = {
    {"count", "blocks allocated, and freed, a unit", PARAM_COUNT, 2000, 1, 1 << 24, NULL},
    {"sizes", "small: 24 to 256 bytes; mixed: to 16 KiB; large: 64 KiB to 1 MiB", PARAM_CHOICE, MIXED, SMALL, LARGE,
     sizes},
    {"live", "blocks held at a time", PARAM_COUNT, 128, 1, MOST_LIVE, NULL},
    {0},
};

const struct workload workload_alloc = {
    .name = "alloc",
    .family = "memory",
    .summary = "malloc and free of one's own blocks: arenas let threads scale as processes do",
    .unit = "one round of allocations",
    .params = params,
    .needs = NEED_CPU,
    .task_size = sizeof(struct task),
    .task_init = task_init,
    .step = step,
    .checksum = checksum,
    .expected = expected,
};
