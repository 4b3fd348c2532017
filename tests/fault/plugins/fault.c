/* SPDX-License-Identifier: MIT */
/*
 * A workload that goes wrong on purpose, in the way and under the kind of worker that its parameters name: tests show
 * what a run makes of it. A unit writes 64 bytes into a pipe of the task's own, reads them back, and sleeps.
 */
#include <contend/workload.h>

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BYTES = 64 };
enum way {
    NONE,
    SEGFAULT,
    HANG,
    SPIN,
    EXIT,
    KILL,
    ABORT,
    OVERFLOW,
    LEAK,
    LEAK_SETSID,
    LEAK_DOUBLE,
    UNITS,
    OPS,
    BYTES_OFF,
    CHECKSUM,
    FLOOR,
    OP_FAILS,
    UNKNOWN
};
static const char *const ways[] = {"none",     "segfault", "hang",        "spin",        "exit",  "kill", "abort",
                                   "overflow", "leak",     "leak-setsid", "leak-double", "units", "ops",  "bytes",
                                   "checksum", "floor",    "op-fails",    "unknown",     NULL};
enum where { ANYWHERE, THREAD, PROCESS, SETUP };
static const char *const wheres[] = {"anywhere", "thread", "process", "setup", NULL};

struct task {
    struct span span;
    const struct wl_env *env;
    int ends[2];
    size_t done;
    uint64_t sum, bytes;
    enum { NEXT, WROTE, READ, SLEPT, EXTRA } at;
    bool struck; /* it goes wrong once a task */
    char out[BYTES], in[BYTES];
};

static int *volatile nowhere;
static pid_t first_pid; /* of the process that setup ran in */

static bool here(const struct wl_env *env)
{
    switch ((enum where)env->p[1]) {
    case ANYWHERE:
        return true;
    case THREAD:
        return gettid() != getpid();
    case PROCESS:
        return getpid() != first_pid;
    case SETUP:
        break;
    }
    return false;
}

__attribute__((noinline)) static int deep(volatile char *above)
{
    volatile char frame[4096];
    frame[0] = above ? above[0] : 1;
    return frame[0] ? deep(frame) + frame[0] : 0;
}

static void leave_child(bool session, bool twice)
{
    pid_t pid = fork();
    if (pid == 0) {
        if (session)
            setsid();
        if (twice && fork() > 0)
            _exit(0);
        signal(SIGTERM, SIG_IGN);
        signal(SIGHUP, SIG_IGN);
        for (;;)
            pause();
    }
}

static void crash(enum way way)
{
    switch (way) {
    case SEGFAULT:
        *nowhere = 1;
        break;
    case HANG:
        for (;;)
            pause();
    case SPIN:
        for (volatile unsigned i = 0;; i++)
            ;
    case EXIT:
        exit(0);
    case KILL:
        kill(getpid(), SIGKILL);
        break;
    case ABORT:
        abort();
    case OVERFLOW:
        deep(NULL);
        break;
    case LEAK:
    case LEAK_SETSID:
    case LEAK_DOUBLE:
        leave_child(way != LEAK, way == LEAK_DOUBLE);
        break;
    default:
        break;
    }
}

static int setup(struct wl_env *env)
{
    first_pid = getpid();
    if (env->p[1] == SETUP)
        crash((enum way)env->p[0]);
    return 0;
}

static int task_init(void *task, const struct wl_env *env, const struct share *share)
{
    struct task *t = task;
    span_init(&t->span, share);
    t->env = env;
    t->bytes = BYTES;
    if (pipe2(t->ends, O_NONBLOCK | O_CLOEXEC))
        return -errno;
    return 0;
}

static void task_fini(void *task)
{
    struct task *t = task;
    close(t->ends[0]);
    close(t->ends[1]);
}

static void transfer_op(struct task *t, struct op *op, enum op_kind kind)
{
    op->kind = kind;
    op->fd = t->ends[kind == OP_WRITE];
    op->buf = kind == OP_WRITE ? t->out : t->in;
    op->len = t->bytes;
    t->done = 0;
}

/* Strikes in the first unit; what tampers is left for step to do. */
static enum way strike(struct task *t)
{
    enum way way = (enum way)t->env->p[0];
    if (t->struck || !here(t->env))
        return NONE;
    t->struck = true;
    crash(way);
    return way;
}

static enum step next(struct task *t, struct op *op)
{
    if (!span_next(&t->span, op))
        return STEP_DONE;
    enum way way = strike(t);
    if (way == UNITS && !span_next(&t->span, op))
        return STEP_DONE;
    t->bytes = way == BYTES_OFF ? BYTES / 2 : BYTES;
    memset(t->out, (int)(t->span.at & 0x7f), sizeof t->out);
    if (way == CHECKSUM)
        t->sum++;
    transfer_op(t, op, OP_WRITE);
    if (way == OP_FAILS)
        op->fd = -1;
    t->at = WROTE;
    op->ns = way == FLOOR ? 1000 : (uint64_t)t->env->p[2]; /* for the sleep that comes last */
    if (way == OPS)
        t->bytes = BYTES | 1; /* marks the unit: one sleep more */
    op->len = t->bytes & ~(size_t)1;
    return STEP_OP;
}

static enum step step(void *task, struct op *op)
{
    struct task *t = task;
    size_t whole = t->bytes & ~(size_t)1;
    int more = 0;
    if (t->at == WROTE || t->at == READ)
        more = transfer(op, &t->done, whole);
    if (more < 0)
        return STEP_FAIL;
    if ((t->at == WROTE || t->at == READ) && more == 0)
        return STEP_OP;
    switch (t->at) {
    case NEXT:
        return next(t, op);
    case WROTE:
        transfer_op(t, op, OP_READ);
        op->len = whole;
        t->at = READ;
        return STEP_OP;
    case READ:
        op->kind = OP_SLEEP;
        t->at = t->bytes & 1 ? EXTRA : SLEPT;
        return STEP_OP;
    case EXTRA:
        op->ns = 1000;
        t->at = SLEPT;
        return STEP_OP;
    case SLEPT:
        t->at = NEXT;
        t->sum += mix64(t->span.at) + (uint64_t)(unsigned char)t->in[0];
        return STEP_UNIT;
    }
    return STEP_FAIL;
}

static uint64_t checksum(const void *task)
{
    return ((const struct task *)task)->sum;
}

static uint64_t expected(const struct wl_env *env, uint64_t first, uint64_t n)
{
    uint64_t sum = 0;
    if (env->p[0] == UNKNOWN)
        return wl_unknown(env, ENOMEM);
    for (uint64_t i = first; i < first + n; i++)
        sum += mix64(i) + (i & 0x7f);
    return sum;
}

static uint64_t floor_ns(const int64_t *p)
{
    return (uint64_t)p[2];
}

static const struct param params[] = {
    {"way", "how it goes wrong", PARAM_CHOICE, NONE, NONE, UNKNOWN, ways},
    {"where", "under which kind of worker", PARAM_CHOICE, ANYWHERE, ANYWHERE, SETUP, wheres},
    {"time", "what a unit sleeps", PARAM_TIME, 1000000, 1000, 1000000000, NULL},
    {0},
};

static const struct workload fault = {
    .name = "fault",
    .family = "test",
    .summary = "goes wrong on purpose",
    .lesson = "none",
    .unit = "one round",
    .params = params,
    .needs = NEED_STREAMS,
    .task_size = sizeof(struct task),
    .setup = setup,
    .task_init = task_init,
    .step = step,
    .checksum = checksum,
    .task_fini = task_fini,
    .expected = expected,
    .floor_ns = floor_ns,
};

WORKLOAD_PLUGIN(&fault);
