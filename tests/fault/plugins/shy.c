/* SPDX-License-Identifier: MIT */
/* A service that gives turns, and tasks that never connect to it: as those that are done before others have come. */
#include <contend/workload.h>

static size_t room(const struct wl_env *env)
{
    (void)env;
    return 16;
}

static unsigned active(const struct wl_env *env)
{
    (void)env;
    return 1;
}

static ssize_t answer(const void *state, const char *in, size_t n, struct answer *out)
{
    (void)state;
    out->head = in;
    out->head_n = n;
    out->turn = TURN_LAST;
    return (ssize_t)n;
}

static const struct service service = {
    .name = "shy",
    .summary = "waits for those who do not come",
    .room = room,
    .active = active,
    .answer = answer,
};

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
    (void)task;
    return 0;
}

static uint64_t expected(const struct wl_env *env, uint64_t first, uint64_t n)
{
    return env->tasks * 0 + first * 0 + n * 0;
}

static const struct workload shy = {
    .name = "shy",
    .family = "test",
    .summary = "does nothing, and connects to nobody",
    .lesson = "none",
    .unit = "nothing",
    .needs = NEED_STREAMS,
    .service = &service,
    .task_size = sizeof(struct span),
    .task_init = task_init,
    .step = step,
    .checksum = checksum,
    .expected = expected,
};

WORKLOAD_PLUGIN(&shy);
