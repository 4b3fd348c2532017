/* SPDX-License-Identifier: MIT */
/*
 * request: compute, then wait, as a server's request does: the dial between CPU-bound and I/O-bound. Computing is a
 * fixed amount of work (rounds of a 64-bit mix, each of which needs the one before), never a time, so every model does
 * the same.
 */
#include "bench/support/rounds.h"

struct task {
    struct span span;
    uint64_t rounds, wait_ns, x;
    enum { BEGIN, COMPUTED, WAITED } at;
};

static void work(void *arg, struct cpu_ctx *cx)
{
    struct task *t = arg;
    t->x = mix_rounds(t->span.at, t->rounds, cx);
}

static int task_init(void *task, const struct wl_env *env, const struct share *share)
{
    struct task *t = task;
    span_init(&t->span, share);
    t->rounds = (uint64_t)env->p[0];
    t->wait_ns = (uint64_t)env->p[1];
    return 0;
}

static enum step step(void *task, struct op *op)
{
    struct task *t = task;
    switch (t->at) {
    case BEGIN:
        if (!span_next(&t->span, op))
            return STEP_DONE;
        t->at = COMPUTED;
        return op_compute(op, work, t);
    case COMPUTED:
        t->at = WAITED;
        if (!t->wait_ns)
            break;
        return op_sleep(op, t->wait_ns);
    case WAITED:
        if (op->res < 0)
            return STEP_FAIL;
        break;
    }
    t->at = BEGIN;
    t->span.sum += t->x;
    return STEP_UNIT;
}

static uint64_t expected(const struct wl_env *env, uint64_t first, uint64_t n)
{
    uint64_t sum = 0;
    for (uint64_t i = first; i < first + n; i++)
        sum += mix_rounds(i, (uint64_t)env->p[0], NULL);
    return sum;
}

static uint64_t floor_ns(const int64_t *p)
{
    return (uint64_t)p[1];
}

static const struct param params[] = {
    {"compute", "rounds of computing, some ns each (here: p50 of serial with wait=0s, over compute)", PARAM_COUNT,
     50000, 0, 1000000000, NULL},
    {"wait", "how long a unit waits after it", PARAM_TIME, 1000000, 0, 3600000000000, NULL},
    {0},
};

static const struct expectation_reason shared[] = {REASONS_OF_SHARED_CPUS, {0}};
static const struct expectation_reason timers[] = {
    {.text = "timers are late here", .what = "timer_late", .least = 2000000},
    {.text = "the compute of a request takes so long here that one CPU is not enough for it"},
    {0}};
static const struct expectation expectations[] = {
    /* 50000 rounds take 0.2 to 0.4 ms: 8 in flight for each CPU keep it busy whatever they wait up to 1 ms. */
    {.id = "cpus-help",
     .text =
         "With little waiting (at most 1 ms, 8 or more in flight for each CPU) threads and processes do at least 1.5 "
         "times what one loop does, on two or more CPUs",
     .least = 1.5,
     .a = {.kinds = KIND_THREADS | KIND_PROCESSES | KIND_PIPE_FED, .cpus_least = 2, .flight_each = 8},
     .b = {.kinds = KIND_LOOP, .cpus_least = 2, .flight_each = 8},
     .where = {{"compute", 50000, 1000000000}, {"wait", 0, 1000000}},
     .reasons = shared},
    /* 16 requests of at most 0.4 ms need a third of one CPU in 20 ms. */
    {.id = "loop-keeps-up",
     .text =
         "With 20 ms or more of waiting and at most 16 in flight, one loop on one CPU does as much as threads, within "
         "a factor of 1.1",
     .least = 1 / 1.1,
     .most = 1.1,
     .closed_only = true,
     .a = {.kinds = KIND_LOOP, .flight_least = 2, .flight_most = 16},
     .b = {.kinds = KIND_THREADS, .flight_least = 2, .flight_most = 16},
     .where = {{"compute", 0, 50000}, {"wait", 20000000, INT64_MAX}},
     .reasons = timers},
    {.id = "lock-slows-tail",
     .text =
         "With little waiting (at most 1 ms, 8 or more in flight for each CPU) the slowest hundredth takes at least "
         "1.5 times as long under an interpreter lock as under threads without, on two or more CPUs",
     .quantity = EXPECT_P99,
     .least = 1.5,
     .a = {.kinds = KIND_INTERPRETER_LOCK, .cpus_least = 2, .flight_each = 8},
     .b = {.kinds = KIND_THREADS, .cpus_least = 2, .flight_each = 8},
     .where = {{"compute", 50000, 1000000000}, {"wait", 0, 1000000}},
     .reasons = shared},
    {0}};

const struct workload workload_request = {
    .name = "request",
    .family = "mixed",
    .summary = "compute, then wait, in turn: a server's request, from CPU-bound to I/O-bound by one dial",
    .unit = "one request",
    .params = params,
    .needs = NEED_CPU,
    .scales = "compute",
    .task_size = sizeof(struct task),
    .task_init = task_init,
    .step = step,
    .checksum = span_checksum,
    .expected = expected,
    .floor_ns = floor_ns,
    .expectations = expectations,
};
