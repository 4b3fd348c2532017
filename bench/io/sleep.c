/* SPDX-License-Identifier: MIT */
/* sleep: wait and nothing else. What many tasks in flight are worth when all they do is wait. */
#include "bench/workload.h"

struct task {
    struct span span;
    uint64_t ns;
};

static int task_init(void *task, const struct wl_env *env, const struct share *share)
{
    struct task *t = task;
    span_init(&t->span, share);
    t->ns = (uint64_t)env->p[0];
    return 0;
}

static enum step step(void *task, struct op *op)
{
    struct task *t = task;
    if (span_end(&t->span))
        return op->res < 0 ? STEP_FAIL : span_unit(&t->span, t->ns);
    return span_begin(&t->span, op) ? op_sleep(op, t->ns) : STEP_DONE;
}

static uint64_t expected(const struct wl_env *env, uint64_t first, uint64_t n)
{
    return units_sum(first, n, (uint64_t)env->p[0]);
}

static uint64_t floor_ns(const int64_t *p)
{
    return (uint64_t)p[0];
}

static const struct param params[] = {
    {"time", "how long a unit waits", PARAM_TIME, 1000000, 1000, 3600000000000, NULL},
    {0},
};

const struct workload workload_sleep = {
    .name = "sleep",
    .family = "io",
    .summary = "waiting and nothing else: timers, and tasks in flight",
    .lesson = "Waiting needs no core: throughput grows with the tasks in flight, and one loop holds "
              "thousands at the cost that threads have with few.",
    .unit = "one sleep",
    .params = params,
    .task_size = sizeof(struct task),
    .task_init = task_init,
    .step = step,
    .checksum = span_checksum,
    .expected = expected,
    .floor_ns = floor_ns,
};
