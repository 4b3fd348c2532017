/* SPDX-License-Identifier: MIT */
/*
 * switch: a token goes round a ring of tasks, each of which waits for it, touches its working set and passes it on. In
 * a ring one task runs at a time, so with as many tasks in flight as a ring has (concurrency = ring) what is timed is
 * the switch from one to the next, and with a working set what the switch does to the caches; with more, several
 * tokens are under way side by side, and while one is passed on another's task may run. Word k of a working set starts
 * at k and is raised by one on each pass, so what a pass adds up to is known without any memory.
 */
#include "bench/support/pipes.h"

enum { P_RING, P_SIZE };
enum { LINE = 64, MOST_RING = 4096, CHECK_EVERY = 8192 }; /* lines between checkpoints: well under 1 ms */

struct line {
    uint64_t word, rest[LINE / 8 - 1]; /* one word is touched, and with it the line */
};

struct task {
    struct span span;
    uint64_t unit, ring, member, touched, token, first; /* first: what each word lacks, since it counts passes */
    size_t done, lines;
    struct line *set; /* its part of the mapping */
    struct pipe pipe; /* from the member before; to the one after */
    bool last;
    enum { BEGIN, READ, TOUCHED, WRITTEN, BACK } at;
};

/* All working sets, one after another, filled here: none is touched for the first time inside the run. */
static int make_sets(struct wl_env *env)
{
    size_t each = (size_t)env->p[P_SIZE] / LINE, n = each * env->tasks; /* at most 2^20 lines a task */
    struct line *sets = n ? wl_map(env, n * sizeof *sets) : NULL;
    for (size_t i = 0; sets && i < n; i++)
        sets[i].word = i % each;
    return n && !sets ? -ENOMEM : 0;
}

/* Pipe i leads to task i. */
static int setup(struct wl_env *env)
{
    struct pipes *pipes;
    int rc = pipes_new(&pipes, env, env->tasks);
    if (!rc && (rc = make_sets(env)))
        pipes_free(pipes);
    env->state = rc ? NULL : pipes;
    return rc;
}

static void teardown(struct wl_env *env)
{
    wl_unmap(env);
    pipes_free(env->state);
}

static int task_init(void *task, const struct wl_env *env, const struct share *share)
{
    struct task *t = task;
    const struct pipes *pipes = env->state;
    span_init(&t->span, share);
    t->ring = (uint64_t)env->p[P_RING];
    t->lines = (size_t)env->p[P_SIZE] / LINE;
    t->member = share->member;
    t->unit = share->first;
    t->pipe.in = pipes->at[share->task].in;
    t->pipe.out = pipes->at[share->task - share->member + (share->member + 1) % (unsigned)t->ring].out;
    t->first = share->first;
    if (t->lines)
        t->set = (struct line *)env->shared + share->task * t->lines;
    return 0;
}

static void touch(void *arg, struct cpu_ctx *cx)
{
    struct task *t = arg;
    uint64_t sum = t->lines * t->first;
    for (size_t i = 0; i < t->lines; i++) {
        sum += t->set[i].word++;
        if (i % CHECK_EVERY == CHECK_EVERY - 1)
            cpu_checkpoint(cx);
    }
    t->touched = sum;
}

/* The token on its way to `member` in round `unit`; the ring's length stands for the member that began. */
static uint64_t token_of(uint64_t unit, uint64_t ring, uint64_t member, bool last)
{
    return (unit * (ring + 1) + member) << 1 | last;
}

static uint64_t contribution(uint64_t unit, uint64_t member, uint64_t touched)
{
    return mix64(mix64(unit ^ member << 44) + touched);
}

static enum step pass(struct task *t, struct op *op, bool out)
{
    t->done = 0;
    return op_pipe(op, &t->pipe, out, &t->token, sizeof t->token);
}

/* Touches the working set; without one goes on to the next state at once. */
static bool touches(struct task *t, struct op *op)
{
    t->at = TOUCHED;
    if (!t->lines)
        return false;
    op_compute(op, touch, t);
    return true;
}

static enum step send_on(struct task *t, struct op *op)
{
    t->span.sum += contribution(t->unit, t->member, t->touched);
    t->token = token_of(t->unit, t->ring, t->member + 1, t->last);
    t->at = WRITTEN;
    return pass(t, op, true);
}

/* Member 0 begins each round; the others wait for it to come by. */
static enum step begin(struct task *t, struct op *op)
{
    if (t->member) {
        if (t->last || t->span.next == t->span.end)
            return STEP_DONE;
        t->at = READ;
        return pass(t, op, false);
    }
    if (!span_next(&t->span, op))
        return STEP_DONE;
    t->unit = t->span.at;
    t->last = t->span.ending;
    return touches(t, op) ? STEP_OP : send_on(t, op);
}

/* What arrived must be the token that is due, but for its last bit. */
static bool arrived(struct task *t, uint64_t member)
{
    t->last = t->token & 1;
    return t->token == token_of(t->unit, t->ring, member, t->last);
}

static enum step step(void *task, struct op *op)
{
    struct task *t = task;
    if (t->at == READ || t->at == WRITTEN || t->at == BACK) {
        int rc = transfer(op, &t->done, sizeof t->token);
        if (rc <= 0)
            return rc < 0 ? STEP_FAIL : STEP_OP;
    }
    switch (t->at) {
    case BEGIN:
        return begin(t, op);
    case READ:
        if (!arrived(t, t->member))
            return op_fail(op, 0);
        return touches(t, op) ? STEP_OP : send_on(t, op);
    case TOUCHED:
        return send_on(t, op);
    case WRITTEN:
        if (!t->member) {
            t->at = BACK;
            return pass(t, op, false);
        }
        t->unit++;
        return begin(t, op);
    case BACK:
        if (!arrived(t, t->ring))
            return op_fail(op, 0);
        t->at = BEGIN;
        return STEP_UNIT;
    }
    return STEP_FAIL;
}

static uint64_t expected(const struct wl_env *env, uint64_t first, uint64_t n)
{
    uint64_t sum = 0, lines = (uint64_t)env->p[P_SIZE] / LINE;
    for (uint64_t i = first; i < first + n; i++)
        for (uint64_t m = 0; m < (uint64_t)env->p[P_RING]; m++) /* 0 + 1 + … + lines-1, and i in each line */
            sum += contribution(i, m, lines ? lines * (lines - 1) / 2 + lines * i : 0);
    return sum;
}

static unsigned group_of(const int64_t *p)
{
    return (unsigned)p[P_RING];
}

static const struct param params[] = {
    {"ring", "tasks in a ring; a concurrency of as many is one token", PARAM_COUNT, 2, 2, MOST_RING, NULL},
    {"size", "working set that each task touches on each pass", PARAM_SIZE, 0, 0, 64 << 20, NULL},
    {0},
};

static const struct expectation_reason switches[] = {REASONS_OF_SWITCHES, {0}};
static const struct expectation_reason large_cache[] = {
    {.text = "a switch costs so much here that refilling the cache adds little",
     .what = "thread_switch",
     .least = 5000},
    {0}};
static const struct expectation expectations[] = {
    {.id = "alike",
     .text = "On one CPU a token goes round threads as fast as round processes, within a factor of 1.25",
     .least = 0.8,
     .most = 1.25,
     .a = {.kinds = KIND_THREADS, .cpus_least = 1, .cpus_most = 1},
     .b = {.kinds = KIND_PROCESSES, .cpus_least = 1, .cpus_most = 1},
     .where = {{"size", 0, 4096}},
     .reasons = switches},
    {.id = "loop-wins",
     .text = "On one CPU one loop passes the token at least 1.3 times as often as threads, since it only polls",
     .least = 1.3,
     .a = {.kinds = KIND_LOOP, .cpus_least = 1, .cpus_most = 1},
     .b = {.kinds = KIND_THREADS, .cpus_least = 1, .cpus_most = 1},
     .where = {{"size", 0, 4096}}},
    {.id = "working-set-costs",
     .text = "With 64 KiB or more to touch for each task, the token goes round at most 0.8 times as often as with "
             "nothing",
     .most = 0.8,
     .a = {.kinds = KIND_THREADS | KIND_PROCESSES,
           .cpus_least = 1,
           .cpus_most = 1,
           .with = {"size", 64 << 10, 64 << 20}},
     .b = {.cpus_least = 1, .cpus_most = 1, .with = {"size", 0, 0}},
     .reasons = large_cache},
    {0}};

const struct workload workload_switch = {
    .name = "switch",
    .family = "kernel",
    .summary = "a token goes round a ring of tasks with a working set each: what a switch between tasks costs",
    .unit = "one round of the ring",
    .params = params,
    .needs = NEED_STREAMS,
    .group_of = group_of,
    .rounds = 1,
    .task_size = sizeof(struct task),
    .setup = setup,
    .teardown = teardown,
    .task_init = task_init,
    .step = step,
    .checksum = span_checksum,
    .expected = expected,
    .expectations = expectations,
};
