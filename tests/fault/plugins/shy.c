/* SPDX-License-Identifier: MIT */
/* A service that gives turns, and tasks of which so many connect to it as `bold` says. Those that do wait for one
 * another, so they are all there at once; the others come not at all, as those that are done too early. For loops: it
 * counts in one address space. */
#include <contend/workload.h>

#include <stdatomic.h>

struct task {
    struct span span;
    const struct wl_env *env;
    enum { BEGIN, CONNECTED, LET_IN, MEETING, NEXT, SLEPT, CLOSED } at;
    unsigned index;
    int fd; /* -1: it is one of those that don't come */
    char go;
};

static _Atomic unsigned there;

static size_t room(const struct wl_env *env)
{
    (void)env;
    return 16;
}

static unsigned active(const struct wl_env *env)
{
    return env->concurrency;
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
    .summary = "waits for those who may not come",
    .room = room,
    .active = active,
    .answer = answer,
};

static int task_init(void *task, const struct wl_env *env, const struct share *share)
{
    struct task *t = task;
    span_init(&t->span, share);
    t->env = env;
    t->index = share->task;
    t->fd = -1;
    return 0;
}

static enum step rest(struct task *t, struct op *op, int then)
{
    op->kind = OP_SLEEP;
    op->ns = 1000000;
    op->resumed = then == MEETING; /* how often is no part of the work */
    t->at = then;
    return STEP_OP;
}

/* Until all that connect are there: those with units, of the first `bold`. */
static enum step meet(struct task *t, struct op *op)
{
    const struct wl_env *env = t->env;
    uint64_t n = (uint64_t)env->p[0];
    n = n < env->units ? n : env->units;
    n = n < env->tasks ? n : env->tasks;
    if (atomic_load(&there) < n)
        return rest(t, op, MEETING);
    t->at = NEXT;
    return STEP_READY;
}

static enum step next(struct task *t, struct op *op)
{
    if (span_next(&t->span, op))
        return rest(t, op, SLEPT);
    if (t->fd < 0)
        return STEP_DONE;
    op->kind = OP_CLOSE;
    op->fd = t->fd;
    t->at = CLOSED;
    return STEP_OP;
}

static enum step begin(struct task *t, struct op *op)
{
    if (t->span.next == t->span.end)
        return STEP_DONE;
    if (t->index >= t->env->p[0])
        return next(t, op);
    op->kind = OP_CONNECT;
    op->port = t->env->port;
    t->at = CONNECTED;
    return STEP_OP;
}

static enum step step(void *task, struct op *op)
{
    struct task *t = task;
    if (op->res < 0 && t->at != BEGIN)
        return STEP_FAIL;
    switch (t->at) {
    case BEGIN:
        return begin(t, op);
    case CONNECTED:
        t->fd = op->fd;
        op->kind = OP_READ;
        op->buf = &t->go;
        op->len = 1;
        t->at = LET_IN;
        return STEP_OP;
    case LET_IN:
        atomic_fetch_add(&there, 1);
        return meet(t, op);
    case MEETING:
        return meet(t, op);
    case NEXT:
        return next(t, op);
    case SLEPT:
        t->at = NEXT;
        return STEP_UNIT;
    case CLOSED:
        return STEP_DONE;
    }
    return STEP_FAIL;
}

static uint64_t checksum(const void *task)
{
    return ((const struct task *)task)->span.at * 0;
}

static uint64_t expected(const struct wl_env *env, uint64_t first, uint64_t n)
{
    return env->tasks * 0 + first * 0 + n * 0;
}

static const struct param params[] = {
    {"bold", "how many of the tasks connect", PARAM_COUNT, 0, 0, 1000000, NULL},
    {0},
};

static const struct workload shy = {
    .name = "shy",
    .family = "test",
    .summary = "tasks that connect, or do not",
    .lesson = "none",
    .unit = "a millisecond",
    .params = params,
    .needs = NEED_STREAMS,
    .uneven = true,
    .service = &service,
    .task_size = sizeof(struct task),
    .task_init = task_init,
    .step = step,
    .checksum = checksum,
    .expected = expected,
};

WORKLOAD_PLUGIN(&shy);
