/* SPDX-License-Identifier: MIT */
/*
 * verify-loop: a unit is a CPU loop of known length, then, when asked for, a wait. The golden value leaps ahead in the
 * generator's sequence, so it does none of the loop's steps. One parameter makes one mistake.
 */
#include <unistd.h>

#include "harness/verify/planted.h"

enum { SOME_UNITS = 4 }; /* every how-manieth unit a mistake hits */

static const uint64_t factor = UINT64_C(6364136223846793005), addend = UINT64_C(1442695040888963407); /* Knuth's MMIX */

struct task {
    struct span span;
    uint64_t rounds, wait_ns, value, sum;
    enum loop_mutant mutant;
    enum { NEXT, COMPUTED, WAITED } at;
};

const char *const loop_mutant_names[LOOP_MUTANTS + 1] = {
    "none",        "skipped-op", "dead-loop",         "wrong-checksum",  "skipped-wait",      "half-wait",
    "lost-unit",   "unit-twice", "forked-skipped-op", "forked-checksum", "forked-lost-child", "forked-left-child",
    "agreed-dead", NULL};

static pid_t first_pid; /* of the process that ran setup */

static bool is(const struct task *t, enum loop_mutant m)
{
    return t->mutant == m && (m < LOOP_FORKED_SKIPPED_OP || m == LOOP_AGREED_DEAD || getpid() != first_pid);
}

__attribute__((noinline)) uint64_t loop_kernel(uint64_t unit, uint64_t rounds)
{
    uint64_t x = mix64(unit);
    for (uint64_t i = 0; i < rounds; i++)
        x = x * factor + addend;
    return x;
}

static void compute(void *arg, struct cpu_ctx *cx)
{
    struct task *t = arg;
    bool dead = is(t, LOOP_DEAD_LOOP) || is(t, LOOP_AGREED_DEAD);
    /* 0 rounds: what is left when a compiler finds that nobody looks at the loop's result */
    t->value = loop_kernel(t->span.at, dead ? 0 : t->rounds);
    cpu_checkpoint(cx);
}

/* Brown, "Random number generation with arbitrary strides", 1994: x -> f x + a, applied n times, by doubling. */
static uint64_t leap(uint64_t x, uint64_t n)
{
    uint64_t f = factor, a = addend;
    for (; n; n >>= 1) {
        if (n & 1)
            x = x * f + a;
        a *= f + 1;
        f *= f;
    }
    return x;
}

static int setup(struct wl_env *env)
{
    (void)env;
    first_pid = getpid();
    return 0;
}

static int task_init(void *task, const struct wl_env *env, const struct share *share)
{
    struct task *t = task;
    span_init(&t->span, share);
    t->rounds = (uint64_t)env->p[LOOP_ROUNDS];
    t->wait_ns = (uint64_t)env->p[LOOP_WAIT];
    t->mutant = (enum loop_mutant)env->p[LOOP_MUTANT];
    if (share->task == 3 && is(t, LOOP_FORKED_LOST_CHILD))
        _exit(0);
    if (share->task == 3 && is(t, LOOP_FORKED_LEFT_CHILD) && fork() == 0)
        for (;;)
            pause(); /* until the trial's keeper finds it */
    return 0;
}

static void compute_soundly(void *arg, struct cpu_ctx *cx)
{
    struct task *t = arg;
    t->value = loop_kernel(t->span.at, t->rounds);
    cpu_checkpoint(cx);
}

/* Without a mistake and a wait: no more than any workload has, since what a step costs is taken for the harness's. */
static enum step sound_step(struct task *t, struct op *op)
{
    if (t->at == COMPUTED) {
        t->sum += mix64(t->span.at ^ t->value);
        t->at = NEXT;
        return STEP_UNIT;
    }
    if (!span_next(&t->span, op))
        return STEP_DONE;
    op->kind = OP_CPU;
    op->fn = compute_soundly;
    op->arg = t;
    t->at = COMPUTED;
    return STEP_OP;
}

static enum step unit_done(struct task *t)
{
    uint64_t add = mix64(t->span.at ^ t->value);
    t->sum += add;
    if (t->span.at % SOME_UNITS == 0 && is(t, LOOP_UNIT_TWICE))
        t->sum += add;
    if (is(t, LOOP_WRONG_CHECKSUM) || is(t, LOOP_FORKED_CHECKSUM))
        t->sum ^= 1;
    t->at = NEXT;
    return STEP_UNIT;
}

static enum step wait_next(struct task *t, struct op *op)
{
    bool some = t->span.at % SOME_UNITS == 0;
    if (!t->wait_ns || (some && is(t, LOOP_SKIPPED_WAIT)))
        return unit_done(t);
    op->kind = OP_SLEEP;
    op->ns = some && is(t, LOOP_HALF_WAIT) ? t->wait_ns / 2 : t->wait_ns;
    t->at = WAITED;
    return STEP_OP;
}

static enum step step(void *task, struct op *op)
{
    struct task *t = task;
    if (!t->mutant && !t->wait_ns)
        return sound_step(t, op);
    switch (t->at) {
    case NEXT:
        if (!span_next(&t->span, op))
            return STEP_DONE;
        if (t->mutant) {
            bool some = t->span.at % SOME_UNITS == 0;
            if (some && is(t, LOOP_LOST_UNIT) && !span_next(&t->span, op))
                return STEP_DONE;
            if (some && (is(t, LOOP_SKIPPED_OP) || is(t, LOOP_FORKED_SKIPPED_OP)))
                return wait_next(t, op); /* with the value of the unit before */
        }
        op->kind = OP_CPU;
        op->fn = compute;
        op->arg = t;
        t->at = COMPUTED;
        return STEP_OP;
    case COMPUTED:
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
    uint64_t sum = 0, rounds = env->p[LOOP_MUTANT] == LOOP_AGREED_DEAD ? 0 : (uint64_t)env->p[LOOP_ROUNDS];
    for (uint64_t i = first; i < first + n; i++)
        sum += mix64(i ^ leap(mix64(i), rounds));
    return sum;
}

static uint64_t floor_ns(const int64_t *p)
{
    return (uint64_t)p[LOOP_WAIT];
}

/* The workload, and its twin whose default is the mistake that only doubled work can show. */
#define LOOP_PARAMS(mutant)                                                                                            \
    {                                                                                                                  \
        [LOOP_ROUNDS] = {"rounds", "steps of the loop in a unit", PARAM_COUNT, 7500, 0, 1 << 22, NULL},                \
        [LOOP_WAIT] = {"wait", "how long a unit then waits", PARAM_TIME, 0, 0, 1000000000, NULL},                      \
        [LOOP_MUTANT] = {"mutant", "the mistake", PARAM_CHOICE, mutant, 0, LOOP_MUTANTS - 1, loop_mutant_names}, {0},  \
    }
static const struct param params[] = LOOP_PARAMS(LOOP_SOUND), dead_params[] = LOOP_PARAMS(LOOP_AGREED_DEAD);

#define LOOP(the_name, the_params)                                                                                     \
    {                                                                                                                  \
        .name = (the_name), .family = "verify", .summary = "a CPU loop of known length, then a wait; or nearly so",    \
        .lesson = "none: it is there to measure the program with", .unit = "one loop", .params = (the_params),         \
        .needs = NEED_CPU, .scales = "rounds", .task_size = sizeof(struct task), .setup = setup,                       \
        .task_init = task_init, .step = step, .checksum = checksum, .expected = expected, .floor_ns = floor_ns,        \
    }
const struct workload workload_verify_loop = LOOP(LOOP_WORKLOAD, params);
const struct workload workload_verify_dead = LOOP(DEAD_WORKLOAD, dead_params);
