/* SPDX-License-Identifier: MIT */
/*
 * sum: partial sums of one big array that all tasks read. Unit i adds up every stride-th byte's word, beginning at word
 * i modulo the words of a stride, so that stride/8 units in a row make up the sum of all. Loads don't wait for one
 * another: what limits them is bandwidth of whichever cache, or memory, holds the array, and each line is fetched whole
 * however little of it is used. Word k is a linear function of k, so the golden value is an arithmetic series that
 * needs no array.
 */
#include "bench/workload.h"

enum { P_SIZE, P_STRIDE };
enum { CHECK_EVERY = 8192 }; /* loads between checkpoints: below a millisecond even if each went to memory alone */

static const uint64_t slope = UINT64_C(0x9e3779b97f4a7c15);

struct task {
    struct span span;
    const uint64_t *array;
    uint64_t words, stride, partial;
};

static int setup(struct wl_env *env)
{
    uint64_t size = (uint64_t)env->p[P_SIZE], stride = (uint64_t)env->p[P_STRIDE];
    if (size % stride || stride % 8)
        return wl_error(env, EINVAL, "stride must be a multiple of 8 bytes, and size one of stride");
    uint64_t *array = wl_map(env, size);
    if (!array)
        return -ENOMEM;
    for (uint64_t k = 0; k < size / 8; k++)
        array[k] = mix64(env->seed) + k * slope;
    env->state = array;
    return 0;
}

static int task_init(void *task, const struct wl_env *env, const struct share *share)
{
    struct task *t = task;
    span_init(&t->span, share);
    t->array = env->state;
    t->words = (uint64_t)env->p[P_SIZE] / 8;
    t->stride = (uint64_t)env->p[P_STRIDE] / 8;
    return 0;
}

static void add_up(void *arg, struct cpu_ctx *cx)
{
    struct task *t = arg;
    uint64_t partial = 0;
    for (uint64_t k = t->span.at % t->stride; k < t->words; cpu_checkpoint(cx)) {
        uint64_t until = k + CHECK_EVERY * t->stride;
        for (until = until < t->words ? until : t->words; k < until; k += t->stride)
            partial += t->array[k];
    }
    t->partial = partial;
}

static enum step step(void *task, struct op *op)
{
    struct task *t = task;
    if (span_end(&t->span))
        return span_unit(&t->span, t->partial);
    return span_begin(&t->span, op) ? op_compute(op, add_up, t) : STEP_DONE;
}

/* n terms from word k0 on, `stride` words apart: n * first + slope * stride * n (n-1) / 2, modulo 2^64. */
static uint64_t expected(const struct wl_env *env, uint64_t first, uint64_t n)
{
    uint64_t stride = (uint64_t)env->p[P_STRIDE] / 8, terms = (uint64_t)(env->p[P_SIZE] / env->p[P_STRIDE]), sum = 0;
    uint64_t steps = terms % 2 ? (terms - 1) / 2 * terms : terms / 2 * (terms - 1);
    for (uint64_t i = first; i < first + n; i++) {
        uint64_t head = mix64(env->seed) + i % stride * slope;
        sum += unit_sum(i, terms * head + slope * stride * steps);
    }
    return sum;
}

static const struct param params[] = {
    {"size", "bytes of the array that all tasks read", PARAM_SIZE, 8 << 20, 4096, INT64_C(1) << 34, NULL},
    {"stride", "bytes from one word that is read to the next", PARAM_SIZE, 64, 8, 1 << 20, NULL},
    {0},
};

static const struct expectation_reason shared[] = {
    {.text = "one CPU alone uses up most of the memory bandwidth"}, REASONS_OF_SHARED_CPUS, {0}};
static const struct expectation_reason near[] = {
    {.text = "the array lies in a cache so near that its lines cost little, and adding up takes the time"}, {0}};
static const struct expectation expectations[] = {
    EXPECT_CPUS_ADD_UP(shared),
    EXPECT_ALIKE(shared),
    /* Eight times the words from as many lines: by words alone it would be 0.125. */
    {.id = "line-costs",
     .text = "Reading all 8 words of each cache line takes one task at a time less than 4 times as long as reading one",
     .least = 0.25,
     .a = {.kinds = KIND_SERIAL, .with = {"stride", 8, 8}},
     .b = {.with = {"stride", 64, 64}},
     .reasons = near},
    {0}};

const struct workload workload_sum = {
    .name = "sum",
    .family = "cpu",
    .summary = "strided partial sums of one big array that all read: cache and memory bandwidth by lines "
               "of 64 bytes",
    .unit = "one partial sum",
    .params = params,
    .needs = NEED_CPU,
    .scales = "size",
    .task_size = sizeof(struct task),
    .setup = setup,
    .teardown = wl_unmap,
    .task_init = task_init,
    .step = step,
    .checksum = span_checksum,
    .expected = expected,
    .expectations = expectations,
};
