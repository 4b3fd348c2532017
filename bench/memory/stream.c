/* SPDX-License-Identifier: MIT */
/*
 * stream: the triad a = b + s c over arrays that every task has its own part of, slice by slice (after STREAM, McCalpin
 * 1995). With arrays of several times the last-level cache it measures memory bandwidth. Values are small whole numbers
 * and s depends on the unit, so a few samples of a tell whether the unit was done, exactly.
 */
#include "bench/workload.h"

enum { SLICE = 32768, SAMPLES = 4 }; /* doubles that a unit writes: 256 KiB, and as much is read from b and from c */

struct task {
    struct span span;
    double *a; /* the task's parts, `words` doubles each */
    const double *b, *c;
    uint64_t slices, sum;
    bool due;
};

/* Slices in a task's part. */
static uint64_t slices_of(const struct wl_env *env)
{
    return (uint64_t)env->p[0] / sizeof(double) / SLICE / env->tasks;
}

static double b_at(uint64_t k)
{
    return (double)(k % 1021);
}

static double c_at(uint64_t k)
{
    return (double)(k % 509);
}

static double factor(uint64_t unit)
{
    return (double)(1 + unit % 1000);
}

static uint64_t sample(uint64_t unit, unsigned n)
{
    return mix64(unit * SAMPLES + n) % SLICE;
}

static int setup(struct wl_env *env)
{
    uint64_t words = slices_of(env) * SLICE, all = words * env->tasks;
    if (!words)
        return wl_error(env, EINVAL, "size must be at least 256KiB for each of %u tasks", env->tasks);
    double *a = wl_map(env, 3 * all * sizeof *a);
    if (!a)
        return -ENOMEM;
    for (uint64_t k = 0; k < all; k++) {
        a[k] = 0;
        a[all + k] = b_at(k % words);
        a[2 * all + k] = c_at(k % words);
    }
    return 0;
}

static int task_init(void *task, const struct wl_env *env, const struct share *share)
{
    struct task *t = task;
    span_init(&t->span, share);
    t->slices = slices_of(env);
    uint64_t words = t->slices * SLICE, all = words * env->tasks;
    t->a = (double *)env->shared + share->task * words;
    t->b = t->a + all;
    t->c = t->b + all;
    return 0;
}

static void triad(void *arg, struct cpu_ctx *cx)
{
    (void)cx; /* some 50 µs: done before a checkpoint is due */
    struct task *t = arg;
    uint64_t at = t->span.at % t->slices * SLICE;
    double *restrict a = t->a + at, s = factor(t->span.at);
    const double *restrict b = t->b + at, *restrict c = t->c + at;
    for (uint64_t k = 0; k < SLICE; k++)
        a[k] = b[k] + s * c[k];
}

static enum step step(void *task, struct op *op)
{
    struct task *t = task;
    if (t->due) {
        t->due = false;
        for (unsigned n = 0; n < SAMPLES; n++)
            t->sum += mix64(t->span.at ^ (uint64_t)t->a[t->span.at % t->slices * SLICE + sample(t->span.at, n)] << 20);
        return STEP_UNIT;
    }
    if (!span_next(&t->span, op))
        return STEP_DONE;
    t->due = true;
    op->kind = OP_CPU;
    op->fn = triad;
    op->arg = t;
    return STEP_OP;
}

static uint64_t checksum(const void *task)
{
    return ((const struct task *)task)->sum;
}

static uint64_t expected(const struct wl_env *env, uint64_t first, uint64_t n_units)
{
    uint64_t slices = slices_of(env), sum = 0;
    for (uint64_t i = first; i < first + n_units; i++)
        for (unsigned n = 0; n < SAMPLES; n++) {
            uint64_t k = i % slices * SLICE + sample(i, n);
            sum += mix64(i ^ (k % 1021 + (1 + i % 1000) * (k % 509)) << 20);
        }
    return sum;
}

static const struct param params[] = {
    {"size", "bytes of each of the three arrays, for all tasks together; several times the last-level cache",
     PARAM_SIZE, 64 << 20, 256 << 10, INT64_C(1) << 36, NULL},
    {0},
};

const struct workload workload_stream = {
    .name = "stream",
    .family = "memory",
    .summary = "the triad a = b + s c over arrays beyond the caches: memory bandwidth",
    .lesson = "Bandwidth is shared by all cores: when a few have used it up, more workers of any model "
              "add nothing.",
    .unit = "256 KiB of the triad",
    .params = params,
    .needs = NEED_CPU,
    .rounds = 1,
    .task_size = sizeof(struct task),
    .setup = setup,
    .teardown = wl_unmap,
    .task_init = task_init,
    .step = step,
    .checksum = checksum,
    .expected = expected,
};
