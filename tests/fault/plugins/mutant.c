/* SPDX-License-Identifier: MIT */
/*
 * A sound workload (MUTANT 0) and its mutants: one small mistake each, as one makes when writing a workload. A unit
 * mixes a number many times, then sleeps. Mutants from 10 on are wrong in forked workers only. Each unit
 * whose golden value is asked for while the journal is written leaves a byte in the file "asked".
 */
#include <contend/workload.h>

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#ifndef MUTANT
#define MUTANT 0
#endif
#ifndef COMPUTE_DEFAULT /* of its parameter, with the range */
#define COMPUTE_DEFAULT 50000
#endif
#ifndef COMPUTE_LEAST
#define COMPUTE_LEAST 1
#define COMPUTE_MOST 1000000000
#endif
enum {
    SOUND,
    DEAD_LOOP,
    WRONG_CHECKSUM,
    SKIPPED_SLEEP,
    HALF_SLEEP,
    LOST_UNIT,
    UNIT_TWICE,
    CHANCE_AGREED, /* what a unit does differs from trial to trial, and the golden value agrees */
    WRONG_LATER,   /* right in the first three trials of a run */
    FORKED_SKIPPED_OP = 10,
    FORKED_CHECKSUM,
    FORKED_LOST_CHILD,
    FORKED_LEFT_CHILD,
    FORKED_LOST_UNIT
};

struct task {
    struct span span;
    uint64_t rounds, wait_ns, value, sum;
    enum { NEXT, COMPUTED, WAITED } at;
};

static pid_t first_pid;
static int later;

/* Trials of the run that are kept already; -1: it has no journal yet. */
static int trials_kept(void)
{
    FILE *f = fopen("out/trials.jsonl", "r");
    int lines = 0, c;
    if (!f)
        return -1;
    while ((c = getc(f)) != EOF)
        lines += c == '\n';
    fclose(f);
    return lines - 1; /* the plan's */
}

static int is(int mutant)
{
    return MUTANT == mutant && (mutant < FORKED_SKIPPED_OP || getpid() != first_pid);
}

static uint64_t work(uint64_t unit, uint64_t rounds)
{
    uint64_t x = MUTANT == CHANCE_AGREED ? unit ^ (uint64_t)first_pid : unit;
    for (uint64_t i = 0; i < rounds; i++)
        x = mix64(x);
    return x;
}

static void compute(void *arg, struct cpu_ctx *cx)
{
    struct task *t = arg;
    uint64_t x = work(t->span.at, t->rounds);
    t->value = MUTANT == DEAD_LOOP ? t->span.at : x; /* the result unused: the compiler drops the loop */
    cpu_checkpoint(cx);
}

static int setup(struct wl_env *env)
{
    (void)env;
    first_pid = getpid();
    later = trials_kept() >= 3;
    return 0;
}

static int task_init(void *task, const struct wl_env *env, const struct share *share)
{
    struct task *t = task;
    span_init(&t->span, share);
    t->rounds = (uint64_t)env->p[0];
    t->wait_ns = (uint64_t)env->p[1];
    if (is(FORKED_LOST_CHILD) && share->task == 3)
        _exit(0);
    if (is(FORKED_LEFT_CHILD) && share->task == 3 && fork() == 0)
        for (;;)
            pause();
    return 0;
}

static enum step wait_next(struct task *t, struct op *op)
{
    op->kind = OP_SLEEP;
    op->ns = is(HALF_SLEEP) ? t->wait_ns / 2 : t->wait_ns;
    t->at = WAITED;
    return STEP_OP;
}

static enum step unit_done(struct task *t)
{
    uint64_t add = mix64(t->span.at ^ t->value);
    t->sum += is(UNIT_TWICE) && t->span.at % 4 == 0 ? 2 * add : add;
    if (is(WRONG_CHECKSUM) || (is(WRONG_LATER) && later) || is(FORKED_CHECKSUM))
        t->sum ^= 1;
    t->at = NEXT;
    return STEP_UNIT;
}

static enum step step(void *task, struct op *op)
{
    struct task *t = task;
    switch (t->at) {
    case NEXT:
        if (!span_next(&t->span, op))
            return STEP_DONE;
        if ((is(LOST_UNIT) || is(FORKED_LOST_UNIT)) && t->span.at % 4 == 0 && !span_next(&t->span, op))
            return STEP_DONE;
        op->kind = OP_CPU;
        op->fn = compute;
        op->arg = t;
        t->at = COMPUTED;
        return STEP_OP;
    case COMPUTED:
        if (is(SKIPPED_SLEEP) || (is(FORKED_SKIPPED_OP) && t->span.at % 2))
            return unit_done(t);
        return wait_next(t, op);
    case WAITED:
        return op->res < 0 ? STEP_FAIL : unit_done(t);
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
    int asked = trials_kept() < 0 ? -1 : open("asked", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    for (uint64_t i = 0; asked >= 0 && i < n; i++)
        if (write(asked, "?", 1) != 1)
            return wl_unknown(env, EIO);
    if (asked >= 0)
        close(asked);
    for (uint64_t i = first; i < first + n; i++)
        sum += mix64(i ^ (MUTANT == DEAD_LOOP ? i : work(i, (uint64_t)env->p[0])));
    return sum;
}

static uint64_t floor_ns(const int64_t *p)
{
    return (uint64_t)p[1];
}

static const struct param params[] = {
    {"compute", "rounds of mixing in a unit", PARAM_COUNT, COMPUTE_DEFAULT, COMPUTE_LEAST, COMPUTE_MOST, NULL},
    {"wait", "how long a unit waits", PARAM_TIME, 3000000, 1000, 1000000000, NULL},
    {0},
};

static const struct workload mutant = {
    .name = "mutant",
    .family = "test",
    .summary = "compute, then wait; or nearly so",
    .lesson = "none",
    .unit = "one request",
    .params = params,
    .needs = NEED_CPU,
    .task_size = sizeof(struct task),
    .scales = "compute",
    .setup = setup,
    .task_init = task_init,
    .step = step,
    .checksum = checksum,
    .expected = expected,
    .floor_ns = floor_ns,
};

WORKLOAD_PLUGIN(&mutant);
