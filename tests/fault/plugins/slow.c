/* SPDX-License-Identifier: MIT */
/* Work that is nothing next to setting up for it, which takes 60 ms for each task: as large arrays do where memory is
 * slow to get. */
#include <contend/workload.h>

#include <unistd.h>

static int setup(struct wl_env *env)
{
    for (unsigned i = 0; i < env->tasks; i++)
        usleep(60000);
    return 0;
}

static int task_init(void *task, const struct wl_env *env, const struct share *share)
{
    (void)env;
    span_init(task, share);
    return 0;
}

static enum step step(void *task, struct op *op)
{
    return span_next(task, op) ? STEP_UNIT : STEP_DONE;
}

static uint64_t checksum(const void *task)
{
    return ((const struct span *)task)->next * 0;
}

static uint64_t expected(const struct wl_env *env, uint64_t first, uint64_t n)
{
    (void)env;
    return (first + n) * 0;
}

static const struct workload slow = {
    .name = "slow-setup",
    .family = "test",
    .summary = "sets up for a long time",
    .lesson = "What is made before a run takes its time, too.",
    .unit = "nothing",
    .rounds = 1,
    .task_size = sizeof(struct span),
    .setup = setup,
    .task_init = task_init,
    .step = step,
    .checksum = checksum,
    .expected = expected,
};

WORKLOAD_PLUGIN(&slow);
