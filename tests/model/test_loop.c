/* SPDX-License-Identifier: MIT */
/* What a loop must stand that tasks do: descriptors of their own whose numbers come back, streams that are closed while
 * others wait, failures while the pool works, and compute that needs much stack. */
#include "tests/model/one_trial.h"

#include <errno.h>
#include <sys/socket.h>

#include "harness/model/model.h"

enum way { NUMBERS, CLOSED, POOL, STACK, NO_KIND, WAYS };
static const char *const ways[WAYS + 1] = {"numbers", "closed", "pool", "stack", "no-kind", NULL};
enum { FILE_BYTES = 1 << 16, MESSAGE = 8, OPENERS = 3 };

static bool blind; /* tasks do not look at results */

struct made {
    int pipe[2], file;
};

struct task {
    struct span span;
    const struct made *made;
    enum way way;
    unsigned id, at, units;
    int own[2];
    char buf[4096];
};

static int setup(struct wl_env *env)
{
    static struct made m;
    static const char zeros[FILE_BYTES];
    int rc = wl_pipe(env, &m.pipe[0], &m.pipe[1]);
    m.file = rc ? -1 : wl_scratch_file(env, "file", 0);
    env->state = &m;
    return m.file < 0 || write(m.file, zeros, sizeof zeros) != sizeof zeros ? -EIO : 0;
}

static int task_init(void *task, const struct wl_env *env, const struct share *share)
{
    struct task *t = task;
    *t = (struct task){.way = (enum way)env->p[0], .made = env->state, .id = share->task, .own = {-1, -1}};
    span_init(&t->span, share);
    if (t->way != NUMBERS || t->id >= OPENERS)
        return 0;
    return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, t->own) ? -errno : 0;
}

static void task_fini(void *task)
{
    const struct task *t = task;
    for (int i = 0; i < 2; i++)
        if (t->own[i] >= 0)
            close(t->own[i]); /* behind the loop's back */
}

/* 256 KiB: no guard page of a smaller stack would let it pass. */
static void deep(void *arg, struct cpu_ctx *cx)
{
    volatile char frame[1 << 18];
    (void)cx;
    for (size_t i = 0; i < sizeof frame; i += 512)
        frame[sizeof frame - 1 - i] = (char)i;
    ((struct task *)arg)->buf[0] = frame[0];
}

/* The op of a unit that is not computing; false: it is at its end. */
static bool next_op(struct task *t, struct op *op)
{
    unsigned at = t->at++;
    switch (t->way) {
    case NUMBERS: /* the first tasks use sockets of their own; those after them, which may get their numbers, sleep */
        if (t->own[0] < 0)
            op_sleep(op, 100000);
        else
            op_stream(op, at ? OP_READ : OP_WRITE, t->own[at ? 1 : 0], t->buf, MESSAGE);
        return at < (t->own[0] < 0 ? 1u : 2u);
    case CLOSED: /* all but one wait for a message; that one closes what they wait at */
        if (t->id)
            op_stream(op, OP_READ, t->made->pipe[0], t->buf, MESSAGE);
        else if (at == 0)
            op_sleep(op, 2000000);
        else
            *op = (struct op){.kind = OP_CLOSE, .fd = t->made->pipe[0]};
        return at < (t->id ? 1u : 2u);
    case POOL:
        *op = (struct op){.kind = OP_PREAD, .fd = t->made->file, .buf = t->buf, .len = sizeof t->buf};
        return at < 1;
    case STACK:
        op_compute(op, deep, t);
        return at < 1;
    case NO_KIND:
        *op = (struct op){.kind = (enum op_kind)200};
        return at < 1;
    case WAYS:
        break;
    }
    return false;
}

static enum step step(void *task, struct op *op)
{
    struct task *t = task;
    if (t->at == 0 && !span_next(&t->span, op))
        return STEP_DONE;
    if (t->at && op->res < 0 && !(t->way == NO_KIND && blind))
        return STEP_FAIL;
    if (next_op(t, op))
        return STEP_OP;
    t->at = 0;
    if (t->way == POOL && t->id == 3 && ++t->units == 2) {
        op->res = -EIO; /* while others read */
        return STEP_FAIL;
    }
    return span_unit(&t->span, 0);
}

static uint64_t expected(const struct wl_env *env, uint64_t first, uint64_t n)
{
    (void)env;
    return units_sum(first, n, 0);
}

static const struct param params[] = {{"way", "what it does", PARAM_CHOICE, 0, 0, WAYS - 1, ways}, {0}};
static const struct workload rough = {
    .name = "rough",
    .family = "tests",
    .summary = "does what a loop must stand",
    .unit = "one round",
    .params = params,
    .needs = NEED_FILES | NEED_STREAMS,
    .task_size = sizeof(struct task),
    .setup = setup,
    .task_init = task_init,
    .step = step,
    .checksum = span_checksum,
    .task_fini = task_fini,
    .expected = expected,
};

static struct trial_record *run_rough(const struct model *m, enum way way, unsigned concurrency, unsigned tasks)
{
    struct cell c = plain_cell("rough", m->name, 2, concurrency);
    set_param(&c, "way", way);
    c.tasks = tasks;
    c.units = 8 * (uint64_t)tasks;
    return run_cell(&c);
}

static void test_numbers_come_back(void **state)
{
    (void)state;
    for (size_t i = 0; models[i]; i++) {
        struct trial_record *r = run_rough(models[i], NUMBERS, 2, 20);
        assert_int_equal(r->status, TRIAL_OK);
        assert_int_equal(r->ops[OP_SLEEP], 8 * (20 - OPENERS));
        assert_int_equal(r->checksum, r->expected);
        drop(r);
    }
}

/* Only a loop knows of it before it is too late; a thread that reads waits on. */
static void test_nobody_closes_what_others_wait_for(void **state)
{
    (void)state;
    for (size_t i = 0; models[i]; i++) {
        if (!(models[i]->traits & MODEL_LOOP) || !(models[i]->traits & MODEL_ONE))
            continue;
        struct trial_record *r = run_rough(models[i], CLOSED, 2, 2);
        assert_int_equal(r->status, TRIAL_FAILED);
        assert_non_null(strstr(r->reason, "while closing: "));
        assert_non_null(strstr(r->reason, strerror(EBUSY)));
        drop(r);
    }
}

/* What the pool still works on stays. */
static void test_failing_while_the_pool_works(void **state)
{
    enum { ROUNDS = 4 };
    (void)state;
    for (size_t i = 0; models[i]; i++)
        for (unsigned k = 0; (models[i]->traits & MODEL_LOOP) && k < ROUNDS; k++) {
            struct trial_record *r = run_rough(models[i], POOL, 200, 400);
            assert_int_equal(r->status, TRIAL_FAILED);
            assert_non_null(strstr(r->reason, "task 3 failed in unit 1 while reading a file"));
            drop(r);
        }
}

static void test_deep_frames(void **state)
{
    (void)state;
    for (size_t i = 0; models[i]; i++) {
        struct trial_record *r = run_rough(models[i], STACK, 4, 8);
        assert_int_equal(r->status, TRIAL_OK);
        drop(r);
    }
}

/* A plug-in's mistake, whether its tasks look at what comes of it or not. */
static void test_no_such_op(void **state)
{
    (void)state;
    for (size_t i = 0; models[i]; i++) {
        struct trial_record *r = run_rough(models[i], NO_KIND, 1, 2);
        assert_int_equal(r->status, TRIAL_FAILED);
        assert_non_null(strstr(r->reason, "while asking for an op that there is none of: "));
        drop(r);
        blind = true;
        r = run_rough(models[i], NO_KIND, 1, 2);
        blind = false;
        assert_int_equal(r->status, TRIAL_FAILED);
        assert_non_null(strstr(r->reason, "a kind of op that this contend does not know"));
        drop(r);
    }
}

static int plant(void **state)
{
    (void)state;
    return workload_add(&rough);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers_come_back),
        cmocka_unit_test(test_nobody_closes_what_others_wait_for),
        cmocka_unit_test(test_failing_while_the_pool_works),
        cmocka_unit_test(test_deep_frames),
        cmocka_unit_test(test_no_such_op),
    };
    return cmocka_run_group_tests(tests, plant, NULL);
}
