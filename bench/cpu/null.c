/* SPDX-License-Identifier: MIT */
/* null: one empty op a unit. What it costs is the harness itself: the step, the op, the count. */
#include "bench/workload.h"

static void nothing(void *arg, struct cpu_ctx *cx)
{
    (void)cx;
    (*(uint64_t *)arg)++; /* seen in the checksum, so a compiler can't drop the call */
}

static int task_init(void *task, const struct wl_env *env, const struct share *share)
{
    (void)env;
    span_init(task, share);
    return 0;
}

static enum step step(void *task, struct op *op)
{
    struct span *units = task; /* that is all of it */
    if (span_end(units))
        return STEP_UNIT;
    return span_begin(units, op) ? op_compute(op, nothing, &units->sum) : STEP_DONE;
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
    .task_size = sizeof(struct span),
    .task_init = task_init,
    .step = step,
    .checksum = span_checksum,
    .expected = expected,
};
