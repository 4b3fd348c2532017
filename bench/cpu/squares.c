/* SPDX-License-Identifier: MIT */
/*
 * squares: the squares of a range of numbers, dealt out in chunks, as a pool's map(chunksize) does. A unit is a chunk
 * and every task has one unit, so with chunk=1 there is nothing but giving out. The golden value is the closed form of
 * the sum of squares.
 */
#include "bench/workload.h"

enum { CHECK_EVERY = 1 << 18 }; /* squares between checkpoints: some 100 µs */

/* The first number of chunk i. Indexes count on from 2^40 times a group's in closed mode: cut, so that nothing wraps.
 */
static uint64_t first_of(uint64_t i, uint64_t chunk)
{
    return (i & UINT32_MAX) * chunk;
}

struct task {
    struct span span;
    uint64_t chunk, squares;
};

static void square_all(void *arg, struct cpu_ctx *cx)
{
    struct task *t = arg;
    uint64_t x = first_of(t->span.at, t->chunk), sum = 0;
    for (uint64_t left = t->chunk; left; cpu_checkpoint(cx)) {
        uint64_t n = left < CHECK_EVERY ? left : CHECK_EVERY;
        for (uint64_t end = x + n; x != end; x++) {
            uint64_t v = x;
            __asm__ volatile("" : "+r"(v)); /* each is computed: a compiler knows the closed form too */
            sum += v * v;
        }
        left -= n;
    }
    t->squares = sum;
}

static int task_init(void *task, const struct wl_env *env, const struct share *share)
{
    struct task *t = task;
    span_init(&t->span, share);
    t->chunk = (uint64_t)env->p[0];
    return 0;
}

static enum step step(void *task, struct op *op)
{
    struct task *t = task;
    if (span_end(&t->span))
        return span_unit(&t->span, t->squares);
    return span_begin(&t->span, op) ? op_compute(op, square_all, t) : STEP_DONE;
}

/* 0² + 1² + … + (n-1)² = (n-1) n (2n-1) / 6, modulo 2^64: divided by 2 and 3 before anything is cut off. */
static uint64_t sum_below(uint64_t n)
{
    uint64_t a = n - 1, b = n, c = 2 * n - 1;
    if (n == 0)
        return 0;
    if (a % 2 == 0)
        a /= 2;
    else
        b /= 2;
    if (a % 3 == 0)
        a /= 3;
    else if (b % 3 == 0)
        b /= 3;
    else
        c /= 3;
    return a * b * c;
}

static uint64_t expected(const struct wl_env *env, uint64_t first, uint64_t n)
{
    uint64_t chunk = (uint64_t)env->p[0], sum = 0;
    for (uint64_t i = first; i < first + n; i++) {
        uint64_t x = first_of(i, chunk);
        sum += unit_sum(i, sum_below(x + chunk) - sum_below(x));
    }
    return sum;
}

static uint64_t task_units(const int64_t *p)
{
    (void)p;
    return 1;
}

static const struct param params[] = {
    {"chunk", "squares that a task gets at once (about 0.4 ns each)", PARAM_COUNT, 65536, 1, 1 << 24, NULL},
    {0},
};

static const struct expectation_reason cheap[] = {
    {.text = "a switch between processes costs little here", .what = "process_switch", .most = 2000}, {0}};
static const struct expectation expectations[] = {
    /* 1024 squares take some 400 ns, less than any hand-over to another task: what is compared is giving out. */
    {.id = "tiny-tasks-pipes",
     .text =
         "Tasks of at most 1024 squares go out at least 1.5 times as fast to a pool of threads as through pipes or to "
         "a new process each",
     .least = 1.5,
     .batch_only = true,
     .a = {.kinds = KIND_THREADS},
     .b = {.kinds = KIND_PIPE_FED | KIND_PROCESS_EACH},
     .where = {{"chunk", 1, 1024}},
     .reasons = cheap},
    {.id = "tiny-tasks-pool",
     .text = "Tasks of at most 1024 squares go out at least 1.5 times as fast to a pool of threads as through a loop's "
             "pool",
     .least = 1.5,
     .batch_only = true,
     .a = {.kinds = KIND_THREADS},
     .b = {.kinds = KIND_LOOP_POOL},
     .where = {{"chunk", 1, 1024}}},
    /* 4 Mi squares take more than a millisecond, a hundred times what a pipe's two switches do. */
    {.id = "large-tasks",
     .text = "With 4194304 or more squares in a task, pipes cost nothing that counts: a pool fed through them does at "
             "least 0.9 times what threads do",
     .least = 0.9,
     .batch_only = true,
     .a = {.kinds = KIND_PIPE_FED},
     .b = {.kinds = KIND_THREADS},
     .where = {{"chunk", 4 << 20, 1 << 24}}},
    {0}};

const struct workload workload_squares = {
    .name = "squares",
    .family = "cpu",
    .summary = "squares of a range dealt out in chunks, one task each: giving out work, and little else "
               "with chunk=1",
    .unit = "one chunk",
    .params = params,
    .needs = NEED_CPU,
    .scales = "chunk",
    .task_units = task_units,
    .task_size = sizeof(struct task),
    .task_init = task_init,
    .step = step,
    .checksum = span_checksum,
    .expected = expected,
    .expectations = expectations,
};
