/* SPDX-License-Identifier: MIT */
/*
 * matmul: C = A B with doubles, in blocks. A unit is one block row of C; A and B are made once and read by all. Entries
 * are small whole numbers, so every sum is exact in any order. A unit's checksum is w'Cv with random vectors w and v
 * modulo 2^64, and the golden value is w'(A(Bv)), which needs no product of matrices (Freivalds 1977).
 *
 * With barrier=m a unit is D = A (A B), whose block rows a team of m tasks shares out. All of A B must be there before
 * the second step reads it, and all of D done before the next unit writes over A B, so the team meets after each step:
 *
 *     member p ──up[p]──▶ member 0 (hears all, then tells all) ──down[p]──▶ member p
 */
#include "bench/support/pipes.h"

#include <stdlib.h>

enum { P_N, P_BLOCK, P_BARRIER };
enum { STRIP = 8 };               /* columns that are summed side by side in registers */
enum { CHECK_EVERY = 8 * STRIP }; /* columns between checkpoints: below a millisecond in the largest block */

struct state {
    double *a; /* n × n, row by row; then b, each team's A B, and each task's block row of C */
    double *c;
    struct pipes *pipes; /* up and down of each task, those of member 0 included */
};

struct task {
    struct span span;
    const double *a, *b; /* n × n each, row by row */
    double *c;           /* block × n */
    size_t n, block, rows;
    uint64_t product;
    /* with a barrier */
    double *ab; /* n × n, the team's */
    const struct pipe *pipes;
    unsigned team, member, peer;
    uint64_t unit;
    size_t done;
    uint8_t byte;
    bool second, last;
    enum { BEGIN, WORKED, SEND, RECEIVE } at;
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

static void release(struct wl_env *env)
{
    struct state *st = env->state;
    pipes_free(st->pipes);
    free(st);
    wl_unmap(env);
}

static int setup(struct wl_env *env)
{
    size_t n = (size_t)env->p[P_N], team = (size_t)env->p[P_BARRIER];
    if (n % STRIP || env->p[P_BLOCK] % STRIP || n % (size_t)env->p[P_BLOCK])
        return wl_error(env, EINVAL, "block must be a multiple of %d, and n one of block", STRIP);
    struct state *st = malloc(sizeof *st);
    if (!st)
        return -ENOMEM;
    size_t matrices = (2 + (team ? env->tasks / team : 0)) * n * n;
    size_t all = matrices + env->tasks * (size_t)env->p[P_BLOCK] * n;
    *st = (struct state){.a = wl_map(env, all * sizeof *st->a)};
    if (!st->a) {
        free(st);
        return -ENOMEM;
    }
    env->state = st;
    st->c = st->a + matrices;
    for (size_t k = 0; k < all; k++) /* the rest is touched as well: threads would fault in the run */
        st->a[k] = k < 2 * n * n ? entry(env->seed, k) : 0;
    int rc = pipes_new(&st->pipes, env, team > 1 ? 2 * env->tasks : 0);
    if (rc)
        release(env);
    return rc;
}

static int task_init(void *task, const struct wl_env *env, const struct share *share)
{
    struct task *t = task;
    const struct state *st = env->state;
    span_init(&t->span, share);
    t->n = (size_t)env->p[P_N];
    t->block = (size_t)env->p[P_BLOCK];
    t->rows = t->n / t->block;
    t->a = st->a;
    t->b = t->a + t->n * t->n;
    t->ab = st->a + (2 + share->group) * t->n * t->n;
    t->team = (unsigned)env->p[P_BARRIER];
    t->member = share->member;
    t->pipes = st->pipes->at + (size_t)2 * (share->task - share->member);
    t->unit = share->first;
    t->c = st->c + share->task * t->block * t->n;
    return 0;
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

/* The block row of A times `right` whose first row is `first`. */
static void multiply(const struct task *t, const double *right, size_t first, double *out, struct cpu_ctx *cx)
{
    size_t n = t->n, block = t->block;
    for (size_t k = 0; k < block * n; k++)
        out[k] = 0;
    for (size_t jj = 0; jj < n; jj += block)
        for (size_t kk = 0; kk < n; kk += block)
            for (size_t i = 0; i < block; i++) {
                for (size_t j = jj; j < jj + block; j += STRIP) {
                    strip(out + i * n + j, t->a + (first + i) * n + kk, right + kk * n + j, block, n);
                    if (j % CHECK_EVERY == 0)
                        cpu_checkpoint(cx);
                }
                cpu_checkpoint(cx);
            }
}

/* w'Cv for the block row t->c */
static uint64_t weigh(const struct task *t, size_t first, struct cpu_ctx *cx)
{
    uint64_t product = 0;
    for (size_t i = 0; i < t->block; i++) {
        uint64_t row = 0;
        for (size_t j = 0; j < t->n; j++)
            row += (uint64_t)(int64_t)t->c[i * t->n + j] * weight(j);
        product += row * weight(first + i);
        cpu_checkpoint(cx);
    }
    return product;
}

static void block_row(void *arg, struct cpu_ctx *cx)
{
    struct task *t = arg;
    size_t first = t->span.at % t->rows * t->block;
    multiply(t, t->b, first, t->c, cx);
    t->product = weigh(t, first, cx);
}

/* The same whatever the team is, so that the checksum is too. */
static uint64_t contribution(uint64_t unit, uint64_t row, uint64_t product)
{
    return mix64(mix64(unit ^ row << 44) + product);
}

/* A member's rows of one step. */
static void team_rows(void *arg, struct cpu_ctx *cx)
{
    struct task *t = arg;
    for (size_t r = t->member; r < t->rows; r += t->team) {
        size_t first = r * t->block;
        if (!t->second) {
            multiply(t, t->b, first, t->ab + first * t->n, cx);
            continue;
        }
        multiply(t, t->ab, first, t->c, cx);
        t->span.sum += contribution(t->unit, r, weigh(t, first, cx));
    }
}

static enum step work(struct task *t, struct op *op, bool second)
{
    t->second = second;
    t->at = WORKED;
    return op_compute(op, team_rows, t);
}

/* Member 0 knows which unit is the last; the others hear of it when they meet. */
static enum step begin(struct task *t, struct op *op)
{
    if (t->member ? t->last || t->span.next == t->span.end : !span_next(&t->span, op))
        return STEP_DONE;
    if (!t->member) {
        t->unit = t->span.at;
        t->last = t->span.ending;
    }
    return work(t, op, false);
}

/* One byte to or from t->peer: which meeting it is, and whether the unit is the last. */
static enum step talk(struct task *t, struct op *op)
{
    bool send = t->at == SEND, down = send == !t->member;
    const struct pipe *p = &t->pipes[2 * (t->member ? t->member : t->peer) + down];
    t->done = 0;
    t->byte = (uint8_t)((t->unit * 2 + t->second) << 1 | t->last);
    return op_pipe(op, p, send, &t->byte, sizeof t->byte);
}

/* All have met. */
static enum step met(struct task *t, struct op *op)
{
    if (!t->second)
        return work(t, op, true);
    t->at = BEGIN;
    t->unit++;
    return t->member ? begin(t, op) : STEP_UNIT;
}

/* A byte has been sent or received. */
static enum step talked(struct task *t, struct op *op)
{
    int rc = transfer(op, &t->done, sizeof t->byte);
    if (rc <= 0)
        return rc < 0 ? STEP_FAIL : STEP_OP;
    if (t->at == RECEIVE && t->byte >> 1 != ((t->unit * 2 + t->second) & 0x7f))
        return op_fail(op, 0);
    if (t->at == RECEIVE && t->member)
        t->last = t->byte & 1;
    if (!t->member && ++t->peer < t->team)
        return talk(t, op);
    if (t->at == (t->member ? RECEIVE : SEND))
        return met(t, op);
    t->at = t->member ? RECEIVE : SEND;
    t->peer = 1;
    return talk(t, op);
}

static enum step team_step(struct task *t, struct op *op)
{
    switch (t->at) {
    case BEGIN:
        return begin(t, op);
    case WORKED:
        if (t->team == 1)
            return met(t, op);
        t->at = t->member ? SEND : RECEIVE;
        t->peer = 1;
        return talk(t, op);
    case SEND:
    case RECEIVE:
        return talked(t, op);
    }
    return STEP_FAIL;
}

static enum step step(void *task, struct op *op)
{
    struct task *t = task;
    if (t->team)
        return team_step(t, op);
    if (span_end(&t->span))
        return span_unit(&t->span, t->product);
    return span_begin(&t->span, op) ? op_compute(op, block_row, t) : STEP_DONE;
}

/* out = m v, modulo 2^64 */
static void times(const double *m, const uint64_t *v, size_t n, uint64_t *out)
{
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < n; k++)
            out[i] += (uint64_t)(int64_t)m[i * n + k] * v[k];
}

static uint64_t expected(const struct wl_env *env, uint64_t first, uint64_t n_units)
{
    size_t n = (size_t)env->p[P_N], block = (size_t)env->p[P_BLOCK], rows = n / block;
    const double *a = ((const struct state *)env->state)->a, *b = a + n * n;
    bool team = env->p[P_BARRIER] > 0;
    uint64_t *v = calloc(4 * n, sizeof *v), sum = 0;
    if (!v)
        return wl_unknown(env, ENOMEM);
    uint64_t *bv = v + n, *abv = bv + n, *aabv = abv + n;
    for (size_t k = 0; k < n; k++)
        v[k] = weight(k);
    times(b, v, n, bv);
    times(a, bv, n, abv);
    if (team)
        times(a, abv, n, aabv);
    uint64_t *blocks = v; /* v is no longer needed */
    for (size_t r = 0; r < rows; r++) {
        uint64_t product = 0;
        for (size_t k = r * block; k < (r + 1) * block; k++)
            product += weight(k) * (team ? aabv[k] : abv[k]);
        blocks[r] = product;
    }
    for (uint64_t i = first; i < first + n_units; i++)
        if (team)
            for (size_t r = 0; r < rows; r++)
                sum += contribution(i, r, blocks[r]);
        else
            sum += mix64(i ^ blocks[i % rows]);
    free(v);
    return sum;
}

static unsigned group_of(const int64_t *p)
{
    return p[P_BARRIER] ? (unsigned)p[P_BARRIER] : 1;
}

static unsigned needs_of(const int64_t *p)
{
    return p[P_BARRIER] > 1 ? NEED_STREAMS : 0;
}

static const struct param params[] = {
    {"n", "rows and columns", PARAM_COUNT, 192, 8, 8192, NULL},
    {"block", "rows and columns of a block", PARAM_COUNT, 32, 8, 8192, NULL},
    {"barrier", "tasks that share out the rows of a product of two steps and meet after each; 0: rows one by one",
     PARAM_COUNT, 0, 0, 64, NULL},
    {0},
};

static const struct expectation_reason shared[] = {REASONS_OF_SHARED_CPUS, {0}};
static const struct expectation expectations[] = {EXPECT_CPUS_ADD_UP(shared), EXPECT_ALIKE(shared), {0}};

const struct workload workload_matmul = {
    .name = "matmul",
    .family = "cpu",
    .summary = "blocked matrix product of shared matrices: floating point that uses each line it fetches "
               "many times",
    .unit = "one block row; with a barrier, both steps of a product",
    .params = params,
    .needs = NEED_CPU,
    .needs_of = needs_of,
    .group_of = group_of,
    .scales = "n",
    .task_size = sizeof(struct task),
    .setup = setup,
    .teardown = release,
    .task_init = task_init,
    .step = step,
    .checksum = span_checksum,
    .expected = expected,
    .expectations = expectations,
};
