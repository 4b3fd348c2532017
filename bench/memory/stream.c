/* SPDX-License-Identifier: MIT */
/*
 * stream: the triad a = b + s c over three arrays of each task's own, slice by slice (after STREAM, McCalpin 1995). The
 * size is that of one task's arrays, not of all together: how many tasks are under way at once differs from model to
 * model, and with it would the cache level that the work stays in. Where one task's arrays are several times the
 * last-level cache, memory is measured whatever runs. Setup touches all first, for any worker may take any task: on a
 * machine with several NUMA nodes all of it lies on the node where setup ran. Values are small whole numbers and s
 * depends on the unit, so a few samples of a tell whether the unit was done, exactly.
 */
#include "bench/workload.h"

enum { ARRAYS = 3, BEYOND = 4 };     /* a trial says so where a task's arrays are less than BEYOND times the cache */
enum { SLICE = 32768, SAMPLES = 4 }; /* doubles that a unit writes: 256 KiB, and as much is read from b and from c */

struct task {
    struct span span;
    double *a; /* the task's arrays, `words` doubles each */
    const double *b, *c;
    uint64_t slices;
};

/* Slices in an array of a task. */
static uint64_t slices_of(const struct wl_env *env)
{
    return (uint64_t)env->p[0] / sizeof(double) / SLICE;
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
    uint64_t words = slices_of(env) * SLICE, cache = wl_cache_bytes(), bytes = ARRAYS * words * sizeof(double);
    if (!wl_map_slices(env, bytes))
        return -ENOMEM;
    for (unsigned i = 0; i < env->tasks; i++) {
        double *b = (double *)wl_slice(env, i) + words, *c = b + words;
        for (uint64_t k = 0; k < words; k++) {
            b[k] = b_at(k);
            c[k] = c_at(k);
        }
    }
    if (bytes < BEYOND * cache)
        wl_warn(env,
                "the arrays of a task (%llu MiB) are not %d times the largest cache (%llu MiB): part of this is the "
                "bandwidth of a cache, not of memory",
                (unsigned long long)(bytes >> 20), BEYOND, (unsigned long long)(cache >> 20));
    return 0;
}

static int task_init(void *task, const struct wl_env *env, const struct share *share)
{
    struct task *t = task;
    span_init(&t->span, share);
    t->slices = slices_of(env);
    t->a = wl_slice(env, share->task);
    t->b = t->a + t->slices * SLICE;
    t->c = t->b + t->slices * SLICE;
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
    if (span_end(&t->span)) {
        for (unsigned n = 0; n < SAMPLES; n++)
            t->span.sum +=
                unit_sum(t->span.at, (uint64_t)t->a[t->span.at % t->slices * SLICE + sample(t->span.at, n)] << 20);
        return STEP_UNIT;
    }
    return span_begin(&t->span, op) ? op_compute(op, triad, t) : STEP_DONE;
}

static uint64_t expected(const struct wl_env *env, uint64_t first, uint64_t n_units)
{
    uint64_t slices = slices_of(env), sum = 0;
    for (uint64_t i = first; i < first + n_units; i++)
        for (unsigned n = 0; n < SAMPLES; n++) {
            uint64_t k = i % slices * SLICE + sample(i, n);
            sum += unit_sum(i, (k % 1021 + (1 + i % 1000) * (k % 509)) << 20);
        }
    return sum;
}

static const struct param params[] = {
    {"size", "bytes of each of a task's three arrays; more than the last-level cache", PARAM_SIZE, 144 << 20, 256 << 10,
     INT64_C(1) << 36, NULL},
    {0},
};

static const struct expectation_reason wide[] = {
    {.text = "one CPU can't use up this machine's memory bandwidth, nor can so few"}, {0}};
static const struct expectation_reason shared[] = {REASONS_OF_SHARED_CPUS, {0}};
static const struct expectation expectations[] = {
    {.id = "bandwidth-ends",
     .text = "Two or more CPUs share the memory: each adds at most 0.95 times what one task at a time moves",
     .most = 0.95,
     .per_cpu = true,
     .a = {.kinds = KIND_THREADS | KIND_PROCESSES | KIND_LOOPS_THREADS, .cpus_least = 2, .flight_each = 1},
     .b = {.kinds = KIND_SERIAL},
     .reasons = wide},
    EXPECT_ALIKE(shared),
    {0}};

const struct workload workload_stream = {
    .name = "stream",
    .family = "memory",
    .summary = "the triad a = b + s c over arrays beyond the caches: memory bandwidth",
    .unit = "256 KiB of the triad",
    .params = params,
    .needs = NEED_CPU,
    .rounds = 1,
    .task_size = sizeof(struct task),
    .setup = setup,
    .teardown = wl_unmap,
    .task_init = task_init,
    .step = step,
    .checksum = span_checksum,
    .expected = expected,
    .expectations = expectations,
};
