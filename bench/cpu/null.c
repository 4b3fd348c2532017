/* SPDX-License-Identifier: MIT */
/* null: one empty op a unit. What it costs is the harness itself: the step, the op, the count. */
#include "bench/workload.h"

struct task {
    struct span span;
    uint64_t done, sum;
    bool due;
};

static void nothing(void *arg, struct cpu_ctx *cx)
{
    (void)cx;
    (*(uint64_t *)arg)++; /* seen in the checksum, so a compiler can't drop the call */
}

static int task_init(void *task, const struct wl_env *env, const struct share *share)
{
    struct task *t = task;
    (void)env;
    span_init(&t->span, share);
    return 0;
}

static enum step step(void *task, struct op *op)
{
    struct task *t = task;
    if (t->due) {
        t->due = false;
        return STEP_UNIT;
    }
    if (!span_next(&t->span, op))
        return STEP_DONE;
    t->due = true;
    op->kind = OP_CPU;
    op->fn = nothing;
    op->arg = &t->done;
    return STEP_OP;
}

static uint64_t checksum(const void *task)
{
    return ((const struct task *)task)->done;
}

static uint64_t expected(const struct wl_env *env, uint64_t first, uint64_t n)
{
    (void)env;
    (void)first;
    return n;
}

const struct workload workload_null = {
    .name = "null",
    .family = "cpu",
    .summary = "one empty op a unit: the harness itself, counting and giving out",
    .lesson = "The floor: no difference between models on real work means anything below what they differ "
              "by here.",
    .unit = "one empty op",
    .needs = NEED_CPU,
    .task_size = sizeof(struct task),
    .task_init = task_init,
    .step = step,
    .checksum = checksum,
    .expected = expected,
};
