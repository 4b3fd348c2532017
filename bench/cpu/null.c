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

static const struct expectation expectations[] = {
    /* What the harness adds to a unit is a few ns under each model; 1.5 is far beyond their differences. */
    {.id = "models-cost-little",
     .text =
         "Counting and giving out empty work takes threads, processes and one loop at most 1.5 times as long as one "
         "task at a time, on one CPU",
     .least = 1 / 1.5,
     .a = {.kinds = KIND_THREADS | KIND_PROCESSES | KIND_LOOP, .cpus_least = 1, .cpus_most = 1},
     .b = {.kinds = KIND_SERIAL}},
    {0}};

const struct workload workload_null = {
    .name = "null",
    .family = "cpu",
    .summary = "one empty op a unit: the harness itself, counting and giving out",
    .unit = "one empty op",
    .needs = NEED_CPU,
    .task_size = sizeof(struct span),
    .task_init = task_init,
    .step = step,
    .checksum = span_checksum,
    .expected = expected,
    .expectations = expectations,
};
