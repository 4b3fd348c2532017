/* SPDX-License-Identifier: MIT */
/*
 * chase: loads that each need the one before, along one random cycle through all lines of a buffer that all tasks
 * read. What a hop costs is the latency of whichever cache, or memory, holds the buffer (and of the address
 * translation: pages are small ones). Each node knows its rank in the cycle, so where a walk must end is known without
 * walking.
 */
#include "bench/workload.h"

#include <stdlib.h>

enum { P_SIZE, P_HOPS };
enum { CHECK_EVERY = 4096 }; /* hops between checkpoints: half a millisecond when each goes to memory */

struct node {
    const struct node *next; /* the same address in every process: the mapping is inherited */
    uint64_t rank;
    uint64_t line[6]; /* a node fills a line of 64 bytes */
};

struct task {
    struct span span;
    const struct node *nodes, *end;
    uint64_t n, hops;
};

static uint64_t nodes_of(const struct wl_env *env)
{
    return (uint64_t)env->p[P_SIZE] / sizeof(struct node);
}

/* A random order (Fisher and Yates), closed to a ring: every cyclic permutation is equally likely, as with Sattolo's
 * algorithm, and the ranks come with it. */
static int setup(struct wl_env *env)
{
    uint64_t n = nodes_of(env), x = mix64(env->seed);
    struct node *nodes = wl_map(env, n * sizeof *nodes);
    uint32_t *order = malloc(n * sizeof *order);
    if (!nodes || !order) {
        free(order);
        wl_unmap(env);
        return wl_error(env, ENOMEM, "out of memory for %llu nodes", (unsigned long long)n);
    }
    for (uint64_t k = 0; k < n; k++)
        order[k] = (uint32_t)k;
    for (uint64_t k = n - 1; k > 0; k--) {
        uint64_t j = mix64(x + k) % (k + 1);
        uint32_t was = order[k];
        order[k] = order[j];
        order[j] = was;
    }
    for (uint64_t k = 0; k < n; k++)
        nodes[order[k]] = (struct node){.next = &nodes[order[k + 1 < n ? k + 1 : 0]], .rank = k};
    free(order);
    return 0;
}

static int task_init(void *task, const struct wl_env *env, const struct share *share)
{
    struct task *t = task;
    span_init(&t->span, share);
    t->nodes = env->shared;
    t->n = nodes_of(env);
    t->hops = (uint64_t)env->p[P_HOPS];
    return 0;
}

static const struct node *start(const struct node *nodes, uint64_t n, uint64_t unit)
{
    return &nodes[mix64(unit) % n];
}

static void walk(void *arg, struct cpu_ctx *cx)
{
    struct task *t = arg;
    const struct node *at = start(t->nodes, t->n, t->span.at);
    for (uint64_t left = t->hops; left; cpu_checkpoint(cx)) {
        uint64_t n = left < CHECK_EVERY ? left : CHECK_EVERY;
        left -= n;
        while (n--)
            at = at->next;
    }
    t->end = at;
}

static enum step step(void *task, struct op *op)
{
    struct task *t = task;
    if (span_end(&t->span))
        return span_unit(&t->span, t->end->rank << 20);
    return span_begin(&t->span, op) ? op_compute(op, walk, t) : STEP_DONE;
}

static uint64_t expected(const struct wl_env *env, uint64_t first, uint64_t n_units)
{
    uint64_t n = nodes_of(env), sum = 0;
    for (uint64_t i = first; i < first + n_units; i++)
        sum += unit_sum(i, (start(env->shared, n, i)->rank + (uint64_t)env->p[P_HOPS]) % n << 20);
    return sum;
}

static const struct param params[] = {
    {"size", "bytes of the buffer", PARAM_SIZE, 32 << 20, 4096, INT64_C(1) << 34, NULL},
    {"hops", "dependent loads a unit", PARAM_COUNT, 5000, 1, 1 << 30, NULL},
    {0},
};

static const struct expectation_reason shared[] = {
    {.text = "one CPU alone uses up most of the memory bandwidth"}, REASONS_OF_SHARED_CPUS, {0}};
static const struct expectation_reason large_cache[] = {{.text = "the last-level cache holds the whole buffer"}, {0}};
static const struct expectation expectations[] = {
    EXPECT_CPUS_ADD_UP(shared),
    /* First-level caches answer in 4 to 5 cycles, last-level ones in 40 and more, memory in 200 and more. */
    {.id = "levels",
     .text = "One walk through 16 KiB is at least 5 times as fast as through 32 MiB or more",
     .least = 5,
     .a = {.kinds = KIND_SERIAL | KIND_THREADS, .with = {"size", 4096, 16 << 10}},
     .b = {.with = {"size", 32 << 20, INT64_C(1) << 34}},
     .reasons = large_cache},
    {0}};

const struct workload workload_chase = {
    .name = "chase",
    .family = "memory",
    .summary = "dependent loads round a random cycle through a buffer: latency of each cache level, of "
               "memory and of translation",
    .unit = "one walk",
    .params = params,
    .needs = NEED_CPU,
    .scales = "hops",
    .task_size = sizeof(struct task),
    .setup = setup,
    .teardown = wl_unmap,
    .task_init = task_init,
    .step = step,
    .checksum = span_checksum,
    .expected = expected,
    .expectations = expectations,
};
