/* SPDX-License-Identifier: MIT */
/*
 * mywork: a workload of your own, to begin with. A unit computes a little (step 1) and then waits (step 2), as a
 * request does that parses and then asks a database. Change compute(), the ops in step() and expected(); README.md says
 * how.
 */
#include <contend/workload.h>

struct task {
    struct span span; /* the units of this task, one after another; the first member, for span_checksum */
    uint64_t rounds, wait_ns, value;
    enum { NEXT, COMPUTED, WAITED } at;
};

static uint64_t work(uint64_t unit, uint64_t rounds)
{
    uint64_t x = unit;
    for (uint64_t i = 0; i < rounds; i++)
        x = mix64(x);
    return x;
}

static void compute(void *arg, struct cpu_ctx *cx)
{
    struct task *t = arg;
    t->value = work(t->span.at, t->rounds);
    cpu_checkpoint(cx); /* at least every millisecond, so that a model with an interpreter lock can hand it over */
}

static int task_init(void *task, const struct wl_env *env, const struct share *share)
{
    struct task *t = task; /* zeroed */
    span_init(&t->span, share);
    t->rounds = (uint64_t)env->p[0]; /* in the order of params */
    t->wait_ns = (uint64_t)env->p[1];
    return 0;
}

static enum step step(void *task, struct op *op)
{
    struct task *t = task;
    switch (t->at) {
    case NEXT:
        if (!span_next(&t->span, op))
            return STEP_DONE;
        t->at = COMPUTED;
        return op_compute(op, compute, t);
    case COMPUTED:
        t->at = WAITED;
        return op_sleep(op, t->wait_ns);
    case WAITED:
        if (op->res < 0)
            return STEP_FAIL;
        t->at = NEXT;
        return span_unit(&t->span, t->value); /* what was computed, so that it can't be left out unseen */
    }
    return STEP_FAIL;
}

static uint64_t expected(const struct wl_env *env, uint64_t first, uint64_t n)
{
    uint64_t sum = 0;
    for (uint64_t i = first; i < first + n; i++)
        sum += unit_sum(i, work(i, (uint64_t)env->p[0]));
    return sum;
}

static uint64_t floor_ns(const int64_t *p)
{
    return (uint64_t)p[1]; /* a unit can't be faster than what it waits */
}

static const struct param params[] = {
    {"compute", "rounds of mixing in a unit, some ns each", PARAM_COUNT, 20000, 1, 1000000000, NULL},
    {"wait", "how long a unit waits", PARAM_TIME, 1000000, 1000, 1000000000, NULL},
    {0},
};

/* What comparing models on it should show; each run that has the cells says whether it does. See expectation.h. */
static const struct expectation expectations[] = {
    {.id = "waits-add-up",
     .text = "With 8 tasks in flight or more, one loop does at least 2 times what one task at a time does",
     .least = 2,
     .a = {.kinds = KIND_LOOP, .flight_least = 8},
     .b = {.kinds = KIND_SERIAL},
     .where = {{"wait", 1000000, INT64_MAX}}},
    {0},
};

static const struct workload mywork = {
    .name = "mywork",
    .family = "mine",
    .summary = "compute a little, then wait: what to begin with",
    .unit = "one request",
    .params = params,
    .needs = NEED_CPU,
    .scales = "compute",
    .task_size = sizeof(struct task),
    .task_init = task_init,
    .step = step,
    .checksum = span_checksum,
    .expected = expected,
    .floor_ns = floor_ns,
    .expectations = expectations,
};

WORKLOAD_PLUGIN(&mywork);
