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

const struct workload workload_request = {
    .name = "request",
    .family = "mixed",
    .summary = "compute, then wait, in turn: a server's request, from CPU-bound to I/O-bound by one dial",
    .lesson = "The share of waiting decides: the more of it, the more a loop does with one core; the "
              "less, the more only cores help.",
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
};
