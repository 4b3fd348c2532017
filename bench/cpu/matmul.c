/* SPDX-License-Identifier: MIT */
/*
 * matmul: C = A B with doubles, in blocks. A unit is one block row of C; A and B are made once and read by all. Entries
 * are small whole numbers, so every sum is exact in any order. A unit's checksum is w'Cv with random vectors w and v
 * modulo 2^64, and the golden value is w'(A(Bv)), which needs no product of matrices (Freivalds 1977).
 */
#include "bench/workload.h"

#include <stdlib.h>

enum { P_N, P_BLOCK };
enum { STRIP = 8 }; /* columns that are summed side by side in registers */

struct task {
    struct span span;
    const double *a, *b; /* n × n each, row by row */
    double *c;           /* block × n */
    size_t n, block, rows;
    uint64_t product, sum;
    bool due;
};

/* -8 … 7 */
static double entry(uint64_t seed, size_t at)
{
    return (double)(mix64(seed ^ mix64(at)) >> 60) - 8;
}

static uint64_t weight(size_t at)
{
    return mix64(~(uint64_t)at);
}

static int setup(struct wl_env *env)
{
    size_t n = (size_t)env->p[P_N];
    if (n % STRIP || env->p[P_BLOCK] % STRIP || n % (size_t)env->p[P_BLOCK])
        return wl_error(env, EINVAL, "block must be a multiple of %d, and n one of block", STRIP);
    double *m = wl_map(env, 2 * n * n * sizeof *m);
    if (!m)
        return -ENOMEM;
    for (size_t k = 0; k < 2 * n * n; k++)
        m[k] = entry(env->seed, k);
    env->state = m;
    return 0;
}

static int task_init(void *task, const struct wl_env *env, const struct share *share)
{
    struct task *t = task;
    span_init(&t->span, share);
    t->n = (size_t)env->p[P_N];
    t->block = (size_t)env->p[P_BLOCK];
    t->rows = t->n / t->block;
    t->a = env->state;
    t->b = t->a + t->n * t->n;
    t->c = malloc(t->block * t->n * sizeof *t->c);
    return t->c ? 0 : -ENOMEM;
}

/* c += a times b over `depth` terms and STRIP columns; b's rows are n apart. */
static void strip(double *c, const double *a, const double *b, size_t depth, size_t n)
{
    double sum[STRIP];
    for (size_t j = 0; j < STRIP; j++)
        sum[j] = c[j];
    for (size_t k = 0; k < depth; k++, b += n)
        for (size_t j = 0; j < STRIP; j++)
            sum[j] += a[k] * b[j];
    for (size_t j = 0; j < STRIP; j++)
        c[j] = sum[j];
}

static void block_row(void *arg, struct cpu_ctx *cx)
{
    struct task *t = arg;
    size_t n = t->n, block = t->block, first = t->span.at % t->rows * block;
    for (size_t k = 0; k < block * n; k++)
        t->c[k] = 0;
    for (size_t jj = 0; jj < n; jj += block)
        for (size_t kk = 0; kk < n; kk += block)
            for (size_t i = 0; i < block; i++) {
                for (size_t j = jj; j < jj + block; j += STRIP)
                    strip(t->c + i * n + j, t->a + (first + i) * n + kk, t->b + kk * n + j, block, n);
                cpu_checkpoint(cx);
            }
    t->product = 0;
    for (size_t i = 0; i < block; i++) {
        uint64_t row = 0;
        for (size_t j = 0; j < n; j++)
            row += (uint64_t)(int64_t)t->c[i * n + j] * weight(j);
        t->product += row * weight(first + i);
        cpu_checkpoint(cx);
    }
}

static enum step step(void *task, struct op *op)
{
    struct task *t = task;
    if (t->due) {
        t->due = false;
        t->sum += mix64(t->span.at ^ t->product);
        return STEP_UNIT;
    }
    if (!span_next(&t->span, op))
        return STEP_DONE;
    t->due = true;
    op->kind = OP_CPU;
    op->fn = block_row;
    op->arg = t;
    return STEP_OP;
}

static uint64_t checksum(const void *task)
{
    return ((const struct task *)task)->sum;
}

static void task_fini(void *task)
{
    free(((struct task *)task)->c);
}

static uint64_t expected(const struct wl_env *env, uint64_t first, uint64_t n_units)
{
    size_t n = (size_t)env->p[P_N], block = (size_t)env->p[P_BLOCK];
    const double *a = env->state, *b = a + n * n;
    uint64_t *bv = calloc(n, sizeof *bv), *blocks = calloc(n / block, sizeof *blocks), sum = 0;
    if (bv && blocks) {
        for (size_t k = 0; k < n * n; k++)
            bv[k / n] += (uint64_t)(int64_t)b[k] * weight(k % n);
        for (size_t k = 0; k < n * n; k++)
            blocks[k / n / block] += (uint64_t)(int64_t)a[k] * bv[k % n] * weight(k / n);
        for (uint64_t i = first; i < first + n_units; i++)
            sum += mix64(i ^ blocks[i % (n / block)]);
    }
    free(bv);
    free(blocks);
    return sum;
}

static const struct param params[] = {
    {"n", "rows and columns", PARAM_COUNT, 192, 8, 8192, NULL},
    {"block", "rows and columns of a block", PARAM_COUNT, 32, 8, 512, NULL},
    {0},
};

const struct workload workload_matmul = {
    .name = "matmul",
    .family = "cpu",
    .summary = "blocked matrix product of shared matrices: floating point that uses each line it fetches "
               "many times",
    .lesson = "Blocks that fit the cache let cores add up; without them (block = n) the same operations "
              "wait for memory, whatever the model.",
    .unit = "one block row",
    .params = params,
    .needs = NEED_CPU,
    .task_size = sizeof(struct task),
    .setup = setup,
    .teardown = wl_unmap,
    .task_init = task_init,
    .step = step,
    .checksum = checksum,
    .task_fini = task_fini,
    .expected = expected,
};
