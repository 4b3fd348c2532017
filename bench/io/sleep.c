/* SPDX-License-Identifier: MIT */
/* sleep: wait and nothing else. What many tasks in flight are worth when all they do is wait. */
#include "bench/workload.h"

struct task {
    struct span span;
    uint64_t ns, sum;
    bool due;
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
    if (t->due) {
        if (op->res < 0)
            return STEP_FAIL;
        t->due = false;
        t->sum += mix64(t->span.at ^ t->ns);
        return STEP_UNIT;
    }
    if (!span_next(&t->span, op))
        return STEP_DONE;
    t->due = true;
    op->kind = OP_SLEEP;
    op->ns = t->ns;
    return STEP_OP;
}

static uint64_t checksum(const void *task)
{
    return ((const struct task *)task)->sum;
}

static uint64_t expected(const struct wl_env *env, uint64_t first, uint64_t n)
{
    uint64_t sum = 0;
    for (uint64_t i = first; i < first + n; i++)
        sum += mix64(i ^ (uint64_t)env->p[0]);
    return sum;
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
    .checksum = checksum,
    .expected = expected,
    .floor_ns = floor_ns,
};
