/* SPDX-License-Identifier: MIT */
/*
 * openclose: open and close, many in one op. Threads of a process share one table of descriptors, whose lock each open
 * and close takes, and one record of credentials, which each open file counts; processes have their own of both. Beyond
 * what the kernel has in common for one process, tasks share nothing: each opens a file of its own, made by setup, by
 * its name alone in the working directory. Not by a descriptor of the directory: with a shared table the kernel counts
 * each use of such a descriptor, so threads would meet at that one as well; nor by a path, which would be walked.
 */
#include "bench/support/digits.h"
#include "bench/workload.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CHECK_EVERY = 128, NAME = 12 }; /* CHECK_EVERY: pairs between checkpoints, well under 1 ms */

struct task {
    struct span span;
    uint64_t calls, right;
    int code; /* of the first call that failed */
    char name[NAME];
};

static void work(void *arg, struct cpu_ctx *cx)
{
    struct task *t = arg;
    t->right = 0;
    for (uint64_t i = 1; i <= t->calls; i++) {
        int fd = open(t->name, O_RDONLY | O_CLOEXEC);
        if (fd < 0 || close(fd)) {
            t->code = errno;
            return;
        }
        t->right++;
        if (i % CHECK_EVERY == 0)
            cpu_checkpoint(cx);
    }
}

static void name_of(char name[NAME], unsigned task)
{
    name[put_digits(name, task, 10)] = 0;
}

static int setup(struct wl_env *env)
{
    for (unsigned i = 0; i < env->tasks; i++) {
        char name[NAME];
        name_of(name, i);
        int fd = wl_scratch_file(env, name, 0);
        if (fd < 0)
            return fd;
        close(fd);
    }
    int *was = malloc(sizeof *was); /* the working directory until now; -1: it may be entered but not opened */
    if (!was)
        return -ENOMEM;
    *was = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (chdir(env->scratch)) {
        int code = errno;
        if (*was >= 0)
            close(*was);
        free(was);
        return wl_error_call(env, code, "chdir", "%s can't be entered", env->scratch);
    }
    env->state = was;
    return 0;
}

static void teardown(struct wl_env *env)
{
    int *was = env->state;
    if (*was >= 0) {
        int ignored = fchdir(*was); /* the trial's process is about to end */
        (void)ignored;
        close(*was);
    }
    free(was);
}

static int task_init(void *task, const struct wl_env *env, const struct share *share)
{
    struct task *t = task;
    span_init(&t->span, share);
    t->calls = (uint64_t)env->p[0];
    name_of(t->name, share->task);
    return 0;
}

static enum step step(void *task, struct op *op)
{
    struct task *t = task;
    if (span_end(&t->span))
        return t->code ? op_fail(op, -t->code) : span_unit(&t->span, t->right << 32);
    return span_begin(&t->span, op) ? op_compute(op, work, t) : STEP_DONE;
}

static uint64_t expected(const struct wl_env *env, uint64_t first, uint64_t n)
{
    return units_sum(first, n, (uint64_t)env->p[0] << 32); /* every pair went well */
}

static const struct param params[] = {
    {"calls", "pairs of open and close in a unit", PARAM_COUNT, 100, 1, 1000000000, NULL},
    {0},
};

static const struct expectation_reason table[] = {
    {.text = "the shared table's lock is held so shortly that two CPUs seldom meet at it"},
    REASON_OTHERS,
    REASON_STEAL,
    {0}};
static const struct expectation_reason shared[] = {REASONS_OF_SHARED_CPUS, {0}};
static const struct expectation expectations[] = {
    {.id = "own-table-wins",
     .text = "On two or more CPUs processes, with a table of descriptors each, open and close at least 1.2 times as "
             "often as threads, which share one",
     .least = 1.2,
     .a = {.kinds = KIND_PROCESSES, .cpus_least = 2, .flight_each = 1},
     .b = {.kinds = KIND_THREADS, .cpus_least = 2, .flight_each = 1},
     .reasons = table},
    {.id = "cpus-add-up",
     .text = "Every CPU that a process has adds at least 0.7 times what one task at a time opens and closes",
     .least = 0.7,
     .per_cpu = true,
     .a = {.kinds = KIND_PROCESSES, .cpus_least = 2, .flight_each = 1},
     .b = {.kinds = KIND_SERIAL},
     .reasons = shared},
    {0}};

const struct workload workload_openclose = {
    .name = "openclose",
    .family = "kernel",
    .summary = "open and close: threads meet at the lock of their shared descriptor table, processes have one each",
    .unit = "one batch of opens and closes",
    .params = params,
    .needs = NEED_CPU | NEED_SCRATCH,
    .scales = "calls",
    .task_size = sizeof(struct task),
    .setup = setup,
    .teardown = teardown,
    .task_init = task_init,
    .step = step,
    .checksum = span_checksum,
    .expected = expected,
    .expectations = expectations,
};
