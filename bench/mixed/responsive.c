/* SPDX-License-Identifier: MIT */
/*
 * responsive: a heartbeat beside heavy work, as a screen that must be drawn 60 times a second while something is
 * computed. Member 0 of a group beats: it waits for the next beat and tells member 1, which computes a job on every
 * fourth one, or as `every` says. A unit is a beat, and its latency counts from when the beat was due, so it says how
 * late it was: a job in the same loop that lasts longer than a beat holds up those that fall due meanwhile, and the
 * beats without a job let the loop catch up. With a job on each beat that is longer than the beat the loop only falls
 * behind, and throughput is that of the jobs.
 */
#include "bench/support/pipes.h"
#include "bench/support/rounds.h"

enum { P_PERIOD, P_JOB, P_EVERY };

struct task {
    struct span span;
    uint64_t period, rounds, every, unit, x;
    uint64_t order; /* order: the beat's index, shifted, and in its last bit: the last */
    size_t done;
    struct pipe pipe;
    bool beats;
    enum { BEGIN, DUE, HANDED, GOT, COMPUTED } at;
};

/* One a group. */
static int setup(struct wl_env *env)
{
    struct pipes *pipes;
    int rc = pipes_new(&pipes, env, env->tasks / 2);
    env->state = pipes;
    return rc;
}

static void teardown(struct wl_env *env)
{
    pipes_free(env->state);
}

static int task_init(void *task, const struct wl_env *env, const struct share *share)
{
    struct task *t = task;
    span_init(&t->span, share);
    t->period = (uint64_t)env->p[P_PERIOD];
    t->rounds = (uint64_t)env->p[P_JOB];
    t->every = (uint64_t)env->p[P_EVERY];
    t->pipe = ((const struct pipes *)env->state)->at[share->group];
    t->beats = share->member == 0;
    t->unit = share->first;
    return 0;
}

/* What there is to compute for a beat; it depends on the beat's index alone. */
static uint64_t rounds_of(uint64_t unit, uint64_t rounds, uint64_t every)
{
    return unit % every ? 0 : rounds;
}

static void work(void *arg, struct cpu_ctx *cx)
{
    struct task *t = arg;
    t->x = mix_rounds(t->unit, rounds_of(t->unit, t->rounds, t->every), cx);
}

static enum step hand(struct task *t, struct op *op, bool out)
{
    t->done = 0;
    return op_pipe(op, &t->pipe, out, &t->order, sizeof t->order);
}

static enum step beat(struct task *t, struct op *op)
{
    switch (t->at) {
    case BEGIN:
        if (!span_next(&t->span, op))
            return STEP_DONE;
        t->at = DUE;
        op->kind = OP_TICK;
        op->ns = t->period;
        return STEP_OP;
    case DUE:
        if (op->res < 0)
            return STEP_FAIL;
        t->order = t->span.at << 1 | t->span.ending;
        t->at = HANDED;
        return hand(t, op, true);
    default:
        t->at = BEGIN;
        t->span.sum += mix64(~t->span.at);
        return STEP_UNIT;
    }
}

static enum step labour(struct task *t, struct op *op)
{
    switch (t->at) {
    case COMPUTED:
        t->span.sum += t->x;
        t->unit++;
        if (t->order & 1)
            return STEP_DONE;
        /* fallthrough */
    case BEGIN:
        if (t->span.next == t->span.end)
            return STEP_DONE;
        t->at = GOT;
        return hand(t, op, false);
    default:
        if (t->order >> 1 != t->unit)
            return op_fail(op, 0);
        t->at = COMPUTED;
        return op_compute(op, work, t);
    }
}

static enum step step(void *task, struct op *op)
{
    struct task *t = task;
    if (t->at == HANDED || t->at == GOT) {
        int rc = transfer(op, &t->done, sizeof t->order);
        if (rc <= 0)
            return rc < 0 ? STEP_FAIL : STEP_OP;
    }
    return t->beats ? beat(t, op) : labour(t, op);
}

static uint64_t expected(const struct wl_env *env, uint64_t first, uint64_t n)
{
    uint64_t sum = 0;
    for (uint64_t i = first; i < first + n; i++)
        sum += mix64(~i) + mix_rounds(i, rounds_of(i, (uint64_t)env->p[P_JOB], (uint64_t)env->p[P_EVERY]), NULL);
    return sum;
}

static const struct param params[] = {
    {"period", "time between beats", PARAM_TIME, 16666667, 10000, 3600000000000, NULL},
    {"job", "rounds of computing in a job, each as long as one of request's compute", PARAM_COUNT, 10000000, 0,
     1000000000000, NULL},
    {"every", "beats from one that hands over a job to the next that does", PARAM_COUNT, 4, 1, 1000000, NULL},
    {0},
};

static const struct expectation_reason short_job[] = {
    {.text = "the job takes no longer than a beat here, so that a loop is never late"},
    REASON_OTHERS,
    REASON_STEAL,
    {0}};
static const struct expectation_reason late_anyway[] = {
    {.text = "timers are late here by milliseconds anyway", .what = "timer_late", .least = 2000000},
    REASON_OTHERS,
    REASON_STEAL,
    {0}};
static const struct expectation expectations[] = {
    {.id = "loop-is-late",
     .text = "On two or more CPUs the latest beat of one loop that also computes is at least 3 times as late as that "
             "of threads, "
             "processes or a loop with a pool",
     .quantity = EXPECT_LATEST,
     .least = 3,
     .a = {.kinds = KIND_LOOP, .cpus_least = 2},
     .b = {.kinds = KIND_THREADS | KIND_PROCESSES | KIND_LOOP_POOL, .cpus_least = 2},
     .reasons = short_job},
    {.id = "lock-is-late",
     .text = "On two or more CPUs the latest beat under an interpreter lock is at least 2 times as late as under "
             "threads without",
     .quantity = EXPECT_LATEST,
     .least = 2,
     .a = {.kinds = KIND_INTERPRETER_LOCK, .cpus_least = 2},
     .b = {.kinds = KIND_THREADS, .cpus_least = 2},
     .reasons = late_anyway},
    {0}};

const struct workload workload_responsive = {
    .name = "responsive",
    .family = "mixed",
    .summary = "a steady beat beside heavy work; the latency is how late a beat is",
    .unit = "one beat, and the job if it hands one over",
    .params = params,
    .needs = NEED_STREAMS | NEED_CPU,
    .group = 2,
    .rounds = 1,
    .late_after = "period",
    .scales = "job",
    .task_size = sizeof(struct task),
    .setup = setup,
    .teardown = teardown,
    .task_init = task_init,
    .step = step,
    .checksum = span_checksum,
    .expected = expected,
    .expectations = expectations,
};
