/* SPDX-License-Identifier: MIT */
/*
 * falseshare: each task counts in a word of its own of a shared mapping. Packed, eight tasks' words lie on one line,
 * which moves between the cores at every turn although nobody shares a word; padded, each has 128 bytes (the prefetcher
 * fetches lines in pairs). Only tasks that run at the same time can disturb each other: serial and one loop don't. With
 * add=atomic, as counters that others read are kept, each addition has to own the line; with add=plain the stores wait
 * in the core's store buffer and reach the line in bursts, which hides most of the travel.
 */
#include "bench/workload.h"

#include <stdatomic.h>

enum { P_COUNT, P_LAYOUT, P_ADD };
enum { PACKED, PADDED };
enum { ATOMIC, PLAIN };
enum { CHECK_EVERY = 1 << 13, PADDING = 128 / sizeof(uint64_t) };

struct task {
    struct span span;
    _Atomic uint64_t *counter; /* the task is its only writer */
    uint64_t count, gained;
    bool plain;
};

static size_t words_apart(const struct wl_env *env)
{
    return env->p[P_LAYOUT] == PADDED ? PADDING : 1;
}

static int setup(struct wl_env *env)
{
    return wl_map(env, env->tasks * words_apart(env) * sizeof(uint64_t)) ? 0 : -ENOMEM;
}

static int task_init(void *task, const struct wl_env *env, const struct share *share)
{
    struct task *t = task;
    span_init(&t->span, share);
    t->counter = (_Atomic uint64_t *)env->shared + share->task * words_apart(env);
    t->count = (uint64_t)env->p[P_COUNT];
    t->plain = env->p[P_ADD] == PLAIN;
    return 0;
}

/* Relaxed: nothing else is ordered by a count. Each is done: a compiler leaves atomics as they are. */
static void count_up(void *arg, struct cpu_ctx *cx)
{
    struct task *t = arg;
    _Atomic uint64_t *counter = t->counter;
    uint64_t before = atomic_load_explicit(counter, memory_order_relaxed);
    for (uint64_t left = t->count; left; cpu_checkpoint(cx)) {
        uint64_t n = left < CHECK_EVERY ? left : CHECK_EVERY;
        left -= n;
        if (t->plain)
            while (n--)
                atomic_store_explicit(counter, atomic_load_explicit(counter, memory_order_relaxed) + 1,
                                      memory_order_relaxed);
        else
            while (n--)
                atomic_fetch_add_explicit(counter, 1, memory_order_relaxed);
    }
    t->gained = atomic_load_explicit(counter, memory_order_relaxed) - before;
}

static enum step step(void *task, struct op *op)
{
    struct task *t = task;
    if (span_end(&t->span))
        return span_unit(&t->span, t->gained);
    return span_begin(&t->span, op) ? op_compute(op, count_up, t) : STEP_DONE;
}

static uint64_t expected(const struct wl_env *env, uint64_t first, uint64_t n)
{
    return units_sum(first, n, (uint64_t)env->p[P_COUNT]);
}

static const char *const layouts[] = {[PACKED] = "packed", [PADDED] = "padded", NULL};
static const char *const adds[] = {[ATOMIC] = "atomic", [PLAIN] = "plain", NULL};
static const struct param params[] = {
    {"count", "increments a unit", PARAM_COUNT, 10000, 1, 1 << 30, NULL},
    {"layout", "packed: eight tasks' counters on a line; padded: 128 bytes each", PARAM_CHOICE, PACKED, PACKED, PADDED,
     layouts},
    {"add", "atomic: each addition owns the line; plain: a load and a store", PARAM_CHOICE, ATOMIC, ATOMIC, PLAIN,
     adds},
    {0},
};

static const struct expectation_reason near[] = {
    {.text = "SMT is active, and between two CPUs of one core a line need not travel", .what = "cpu.smt", .least = 1},
    REASON_OTHERS,
    REASON_STEAL,
    {0}};
static const struct expectation expectations[] = {
    {.id = "padding-wins",
     .text =
         "On two or more CPUs counters on lines of their own are at least 2 times as fast as neighbours on one line, "
         "in threads and in processes",
     .least = 2,
     .a = {.kinds = KIND_THREADS | KIND_PROCESSES,
           .cpus_least = 2,
           .flight_each = 1,
           .with = {"layout", PADDED, PADDED}},
     .b = {.cpus_least = 2, .flight_each = 1, .with = {"layout", PACKED, PACKED}},
     .where = {{"add", ATOMIC, ATOMIC}},
     .reasons = near},
    {.id = "both-lose",
     .text = "Processes on shared memory lose as much by it as threads do, within a factor of 1.3",
     .least = 1 / 1.3,
     .most = 1.3,
     .a = {.kinds = KIND_THREADS, .cpus_least = 2, .flight_each = 1},
     .b = {.kinds = KIND_PROCESSES, .cpus_least = 2, .flight_each = 1},
     .where = {{"layout", PACKED, PACKED}, {"add", ATOMIC, ATOMIC}},
     .reasons = near},
    {0}};

const struct workload workload_falseshare = {
    .name = "falseshare",
    .family = "memory",
    .summary = "counters of neighbours on one line, or on lines of their own: lines that travel between "
               "cores",
    .unit = "one round of counting",
    .params = params,
    .needs = NEED_CPU,
    .scales = "count",
    .rounds = 1,
    .task_size = sizeof(struct task),
    .setup = setup,
    .teardown = wl_unmap,
    .task_init = task_init,
    .step = step,
    .checksum = span_checksum,
    .expected = expected,
    .expectations = expectations,
};
