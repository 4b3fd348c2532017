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

static const struct expectation_reason timers[] = {
    {.text = "timers are late here", .what = "timer_late", .least = 500000}, REASON_OTHERS, REASON_STEAL, {0}};
static const struct expectation expectations[] = {
    /* 16 tasks that only wait do 16 times as much; a third is left for timers that are late together. */
    {.id = "in-flight-adds-up",
     .text =
         "With 16 or more tasks in flight, threads, processes and one loop do at least 10 times as many waits of 1 ms "
         "or more as one task at a time, for a given duration",
     .least = 10,
     .closed_only = true,
     .a = {.kinds = KIND_THREADS | KIND_PROCESSES | KIND_LOOP, .flight_least = 16},
     .b = {.kinds = KIND_SERIAL},
     .where = {{"time", 1000000, INT64_MAX}},
     .reasons = timers},
    {.id = "loop-cpu-time",
     .text = "With 64 or more tasks in flight, one loop takes at most 0.7 times the CPU time of threads for each wait",
     .quantity = EXPECT_CPU_TIME,
     .most = 0.7,
     .closed_only = true,
     .a = {.kinds = KIND_LOOP, .flight_least = 64},
     .b = {.kinds = KIND_THREADS, .flight_least = 64}},
    {.id = "loop-memory",
     .text = "With 64 or more tasks in flight, processes take at least 2 times the memory of one loop",
     .quantity = EXPECT_MEMORY,
     .least = 2,
     .a = {.kinds = KIND_PROCESSES, .flight_least = 64},
     .b = {.kinds = KIND_LOOP, .flight_least = 64}},
    {0}};

const struct workload workload_sleep = {
    .name = "sleep",
    .family = "io",
    .summary = "waiting and nothing else: timers, and tasks in flight",
    .unit = "one sleep",
    .params = params,
    .task_size = sizeof(struct task),
    .task_init = task_init,
    .step = step,
    .checksum = span_checksum,
    .expected = expected,
    .floor_ns = floor_ns,
    .expectations = expectations,
};
