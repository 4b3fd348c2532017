/* SPDX-License-Identifier: MIT */
/*
 * primes: a segmented sieve of Eratosthenes, odd numbers only, 32 KiB a segment so that it stays in the first-level
 * cache. Unit i counts the primes up to limit + i % 16; the checksum folds that count with the unit's index.
 */
#include "bench/workload.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

enum { SEGMENT = 32768, SPREAD = 16 };

/* The odd primes up to the root of the largest number of all, found once by setup; workers only read them. */
struct base {
    uint32_t n;
    uint32_t prime[];
};

struct task {
    struct span span;
    uint64_t limit, count;
    const struct base *base;
    alignas(64) unsigned char segment[SEGMENT];
};

/* Bytes of the segment stand for the odd numbers low+1, low+3, …; low is even. */
static uint64_t sieve_segment(struct task *t, uint64_t low, uint64_t high)
{
    size_t n = (size_t)((high - low + 1) / 2);
    const struct base *base =
        t->base; /* held here: a byte of the segment might be one of t's, for all the compiler knows */
    uint32_t n_base = base->n;
    memset(t->segment, 1, n);
    for (uint32_t i = 0; i < n_base; i++) {
        uint64_t p = base->prime[i];
        if (p * p > high)
            break;
        uint64_t from = p * p;
        if (from <= low)
            from = (low / p + 1) * p;
        if (from % 2 == 0)
            from += p;
        for (size_t k = (size_t)((from - low - 1) / 2); k < n; k += p)
            t->segment[k] = 0;
    }
    uint64_t count = 0;
    for (size_t k = 0; k < n; k++)
        count += t->segment[k];
    return count;
}

static void sieve(void *arg, struct cpu_ctx *cx)
{
    struct task *t = arg;
    uint64_t limit = t->limit + t->span.at % SPREAD, count = limit >= 2;
    for (uint64_t low = 0; low < limit; low += 2 * SEGMENT) {
        uint64_t high = low + 2 * SEGMENT < limit ? low + 2 * SEGMENT : limit;
        count += sieve_segment(t, low, high);
        cpu_checkpoint(cx);
    }
    t->count = count - 1; /* 1 was counted as an odd number without a divisor */
}

static int setup(struct wl_env *env)
{
    uint64_t most = (uint64_t)env->p[0] + SPREAD;
    uint32_t root = 1;
    while ((uint64_t)(root + 1) * (root + 1) <= most)
        root++;
    unsigned char *composite = calloc(root + 1, 1);
    struct base *b = malloc(sizeof *b + root / 2 * sizeof b->prime[0]);
    if (!composite || !b) {
        free(composite);
        free(b);
        return -ENOMEM;
    }
    b->n = 0;
    for (uint32_t p = 3; p <= root; p += 2) {
        if (composite[p])
            continue;
        b->prime[b->n++] = p;
        for (uint64_t q = (uint64_t)p * p; q <= root; q += 2 * p)
            composite[q] = 1;
    }
    free(composite);
    env->state = b;
    return 0;
}

static void teardown(struct wl_env *env)
{
    free(env->state);
}

static int task_init(void *task, const struct wl_env *env, const struct share *share)
{
    struct task *t = task;
    span_init(&t->span, share);
    t->limit = (uint64_t)env->p[0];
    t->base = env->state;
    return 0;
}

static enum step step(void *task, struct op *op)
{
    struct task *t = task;
    if (span_end(&t->span))
        return span_unit(&t->span, t->count << 20);
    return span_begin(&t->span, op) ? op_compute(op, sieve, t) : STEP_DONE;
}

/* By trial division around the limit and a plain unsegmented sieve below it: another way than the work's. */
static uint64_t expected(const struct wl_env *env, uint64_t first, uint64_t n)
{
    uint64_t most = (uint64_t)env->p[0] + SPREAD, counts[SPREAD], pi = 0, sum = 0;
    unsigned char *composite = calloc(most / 2 + 1, 1); /* of the odd ones: half the time, and each trial pays it */
    if (!composite)
        return wl_unknown(env, ENOMEM);
    for (uint64_t p = 2; p <= most; p++) {
        if (p % 2 && !composite[p / 2]) {
            pi++;
            for (uint64_t q = p * p; q <= most; q += 2 * p)
                composite[q / 2] = 1;
        }
        pi += p == 2;
        if (p >= (uint64_t)env->p[0] && p - (uint64_t)env->p[0] < SPREAD)
            counts[p - (uint64_t)env->p[0]] = pi;
    }
    free(composite);
    for (uint64_t i = first; i < first + n; i++)
        sum += unit_sum(i, counts[i % SPREAD] << 20);
    return sum;
}

static const struct param params[] = {
    {"limit", "count the primes up to this number", PARAM_COUNT, 200000, 100, 1000000000, NULL},
    {0},
};

static const struct expectation_reason shared[] = {REASONS_OF_SHARED_CPUS, {0}};
static const struct expectation_reason handed[] = {REASON_TRIP, REASONS_OF_SHARED_CPUS, {0}};
static const struct expectation expectations[] = {EXPECT_CPUS_ADD_UP(shared), EXPECT_ALIKE(shared),
                                                  EXPECT_LOCK_GAINS_NOTHING,  EXPECT_LOOP_GAINS_NOTHING,
                                                  EXPECT_POOL_GAINS(handed),  {0}};

const struct workload workload_primes = {
    .name = "primes",
    .family = "cpu",
    .summary = "primes counted with a segmented sieve: integer compute that stays in the first-level cache",
    .unit = "one sieve",
    .params = params,
    .needs = NEED_CPU,
    .scales = "limit",
    .task_size = sizeof(struct task),
    .setup = setup,
    .teardown = teardown,
    .task_init = task_init,
    .step = step,
    .checksum = span_checksum,
    .expected = expected,
    .expectations = expectations,
};
