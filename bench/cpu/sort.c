/* SPDX-License-Identifier: MIT */
/*
 * sort: bottom-up merge sort of random records, each moved whole, in memory that is the task's own. What is left is
 * hashed in order. A record's further words follow from its key, so equal keys leave no doubt about the order, and
 * qsort on the same records gives the golden value.
 */
#include "bench/workload.h"

#include <stdlib.h>

enum { P_RECORDS, P_BYTES };
enum { SPREAD = 16 };        /* different sets of records; unit i sorts set i % SPREAD */
enum { CHECK_EVERY = 4096 }; /* records between checkpoints: some 20 µs, with the largest below a millisecond */

struct task {
    struct span span;
    size_t records, words; /* of a record */
    uint64_t seed, order;
    uint64_t *from, *to; /* records * words each */
};

static void checkpoint(struct cpu_ctx *cx, size_t k)
{
    if (k % CHECK_EVERY == CHECK_EVERY - 1)
        cpu_checkpoint(cx);
}

static void fill(uint64_t *to, size_t records, size_t words, uint64_t seed, uint64_t set, struct cpu_ctx *cx)
{
    uint64_t x = mix64(seed ^ mix64(set));
    for (size_t k = 0; k < records; k++, to += words) {
        to[0] = mix64(x + k);
        for (size_t w = 1; w < words; w++)
            to[w] = to[0] + w;
        checkpoint(cx, k);
    }
}

/* A hash of the words in their order. */
static uint64_t order_sum(const uint64_t *at, size_t records, size_t words, struct cpu_ctx *cx)
{
    uint64_t sum = 0;
    for (size_t k = 0; k < records; k++) {
        for (size_t w = 0; w < words; w++)
            sum = sum * UINT64_C(0x9e3779b97f4a7c15) + *at++;
        checkpoint(cx, k);
    }
    return sum;
}

static const uint64_t *move(uint64_t *to, const uint64_t *from, size_t words)
{
    for (size_t w = 0; w < words; w++)
        to[w] = from[w];
    return from + words;
}

/* Records a … b-1 and b … end-1, both in order, into `to`. */
static void merge(const uint64_t *a, const uint64_t *b, const uint64_t *end, uint64_t *to, size_t words,
                  struct cpu_ctx *cx)
{
    const uint64_t *a_end = b;
    for (size_t k = 0; a < a_end || b < end; k++, to += words) {
        if (b == end || (a < a_end && *a <= *b))
            a = move(to, a, words);
        else
            b = move(to, b, words);
        checkpoint(cx, k);
    }
    cpu_checkpoint(cx);
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static void sort(void *arg, struct cpu_ctx *cx)
{
    struct task *t = arg;
    fill(t->from, t->records, t->words, t->seed, t->span.at % SPREAD, cx);
    for (size_t run = 1; run < t->records; run *= 2) {
        for (size_t at = 0; at < t->records; at += 2 * run) {
            size_t mid = least(at + run, t->records), end = least(at + 2 * run, t->records);
            merge(t->from + at * t->words, t->from + mid * t->words, t->from + end * t->words, t->to + at * t->words,
                  t->words, cx);
        }
        uint64_t *sorted = t->to;
        t->to = t->from;
        t->from = sorted;
    }
    t->order = order_sum(t->from, t->records, t->words, cx);
}

/* The records' memory is made here, a slice for each task: from malloc more than 128 KiB would be mapped and unmapped
 * again by every task, which threads queue for in their one address space and processes do not. */
static int setup(struct wl_env *env)
{
    if (env->p[P_BYTES] % 8)
        return wl_error(env, EINVAL, "record must be a multiple of 8 bytes");
    return wl_map_slices(env, 2 * (size_t)env->p[P_RECORDS] * (size_t)env->p[P_BYTES]) ? 0 : -ENOMEM;
}

static int task_init(void *task, const struct wl_env *env, const struct share *share)
{
    struct task *t = task;
    span_init(&t->span, share);
    t->records = (size_t)env->p[P_RECORDS];
    t->words = (size_t)env->p[P_BYTES] / 8;
    t->seed = env->seed;
    t->from = wl_slice(env, share->task);
    t->to = t->from + t->records * t->words;
    return 0;
}

static enum step step(void *task, struct op *op)
{
    struct task *t = task;
    if (span_end(&t->span))
        return span_unit(&t->span, t->order);
    return span_begin(&t->span, op) ? op_compute(op, sort, t) : STEP_DONE;
}

static int by_key(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static uint64_t expected(const struct wl_env *env, uint64_t first, uint64_t n)
{
    size_t records = (size_t)env->p[P_RECORDS], bytes = (size_t)env->p[P_BYTES];
    struct cpu_ctx cx = {0};
    uint64_t orders[SPREAD], sum = 0, *at = malloc(records * bytes);
    if (!at)
        return wl_unknown(env, ENOMEM);
    for (uint64_t i = first; i < first + n; i++) {
        if (i - first < SPREAD) {
            fill(at, records, bytes / 8, env->seed, i % SPREAD, &cx);
            qsort(at, records, bytes, by_key);
            orders[i % SPREAD] = order_sum(at, records, bytes / 8, &cx);
        }
        sum += unit_sum(i, orders[i % SPREAD]);
    }
    free(at);
    return sum;
}

static const struct param params[] = {
    {"records", "records to sort", PARAM_COUNT, 4096, 1, 1 << 26, NULL},
    {"record", "bytes of a record, of which the first 8 are the key", PARAM_SIZE, 16, 8, 1024, NULL},
    {0},
};

static const struct expectation_reason shared[] = {REASONS_OF_SHARED_CPUS, {0}};
static const struct expectation expectations[] = {EXPECT_CPUS_ADD_UP(shared), EXPECT_ALIKE(shared), {0}};

const struct workload workload_sort = {
    .name = "sort",
    .family = "cpu",
    .summary = "merge sort of random records in private memory: branches that can't be guessed, and moves",
    .unit = "one sort",
    .params = params,
    .needs = NEED_CPU,
    .scales = "records",
    .task_size = sizeof(struct task),
    .setup = setup,
    .teardown = wl_unmap,
    .task_init = task_init,
    .step = step,
    .checksum = span_checksum,
    .expected = expected,
    .expectations = expectations,
};
