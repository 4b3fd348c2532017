/* SPDX-License-Identifier: MIT */
/*
 * syscall: the cheapest system call, many in one op, so that what is timed is the way into the kernel and back and not
 * the harness. It shares nothing and waits for nothing: threads and processes must come out alike, and a difference
 * between them is a flaw of the machine or of the harness. getppid goes through syscall(2), which no libc answers from
 * memory; each answer is checked.
 */
#include "bench/workload.h"

#include <sys/syscall.h>
#include <unistd.h>

enum { CHECK_EVERY = 1024 }; /* calls between checkpoints: well under 1 ms */

struct task {
    struct span span;
    uint64_t calls, right;
    long parent;
};

static void work(void *arg, struct cpu_ctx *cx)
{
    struct task *t = arg;
    uint64_t right = 0;
    /* Out of the task's memory: where the way into the kernel flushes the TLB (page-table isolation without PCID), each
     * page that the loop touches costs a miss a call, and a bare loop does not touch this one. */
    const uint64_t calls = t->calls;
    const long parent = t->parent;
    for (uint64_t i = 1; i <= calls; i++) {
        right += syscall(SYS_getppid) == parent;
        if (i % CHECK_EVERY == 0)
            cpu_checkpoint(cx);
    }
    t->right = right;
}

static int task_init(void *task, const struct wl_env *env, const struct share *share)
{
    struct task *t = task;
    span_init(&t->span, share);
    t->calls = (uint64_t)env->p[0];
    t->parent = getppid(); /* of the process that the task is in: all that carry its ops belong to it */
    return 0;
}

static enum step step(void *task, struct op *op)
{
    struct task *t = task;
    if (span_end(&t->span))
        return span_unit(&t->span, t->right << 32);
    return span_begin(&t->span, op) ? op_compute(op, work, t) : STEP_DONE;
}

static uint64_t expected(const struct wl_env *env, uint64_t first, uint64_t n)
{
    return units_sum(first, n, (uint64_t)env->p[0] << 32); /* every call gave the right answer */
}

static const struct param params[] = {
    {"calls", "system calls in a unit", PARAM_COUNT, 1000, 1, 1000000000, NULL},
    {0},
};

static const struct expectation_reason shared[] = {REASONS_OF_SHARED_CPUS, {0}};
static const struct expectation expectations[] = {
    {.id = "no-model-wins",
     .text = "The way into the kernel takes threads, processes and one loop the same as one task at a time, within a "
             "factor of 1.1, on one CPU",
     .least = 1 / 1.1,
     .most = 1.1,
     .a = {.kinds = KIND_THREADS | KIND_PROCESSES | KIND_LOOP, .cpus_least = 1, .cpus_most = 1},
     .b = {.kinds = KIND_SERIAL}},
    EXPECT_CPUS_ADD_UP(shared),
    {0}};

const struct workload workload_syscall = {
    .name = "syscall",
    .family = "kernel",
    .summary = "the cheapest system call, over and over: nothing is shared and nothing is waited for",
    .unit = "one batch of calls",
    .params = params,
    .needs = NEED_CPU,
    .scales = "calls",
    .task_size = sizeof(struct task),
    .task_init = task_init,
    .step = step,
    .checksum = span_checksum,
    .expected = expected,
    .expectations = expectations,
};
