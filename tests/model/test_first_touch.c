/* SPDX-License-Identifier: MIT */
/*
 * What is touched for the first time is touched before the gate, under every model alike: counted in page faults of the
 * workers' runs, which no load of the machine changes, and in calls of a workload's warm.
 */
#include "tests/model/one_trial.h"

#include <errno.h>
#include <stdatomic.h>

enum { MOST_MORE = 2, TRIES = 5 };

/* --- a workload that is warmed --- */

enum { P_FAIL };
static __thread bool warmed_here;
/* What a unit reads: of the program's file, and of memory that is shared. Neither is in a forked worker's page tables.
 */
enum { TABLE = 2 << 20, SHARED = 1 << 20, STRIDE = 4096 };
static const unsigned char table[TABLE] = {[0 ... TABLE - 1] = 1};

struct common {
    _Atomic unsigned warmed, in_flight, cold; /* calls; what they were told together; units on a thread not warmed */
    unsigned char data[SHARED];
};

struct task {
    struct span span;
    struct common *common;
    uint64_t read;
};

static int warmed_setup(struct wl_env *env)
{
    return wl_map(env, sizeof(struct common)) ? 0 : -ENOMEM;
}

static int warm(const struct wl_env *env, unsigned in_flight)
{
    struct common *c = env->shared;
    warmed_here = true;
    atomic_fetch_add(&c->in_flight, in_flight);
    /* The second fails: the others are at the gate, or on their way. */
    return atomic_fetch_add(&c->warmed, 1) == 1 && env->p[P_FAIL] ? -ENOMEM : 0;
}

static int warmed_init(void *task, const struct wl_env *env, const struct share *share)
{
    struct task *t = task;
    span_init(&t->span, share);
    t->common = env->shared;
    return 0;
}

static void look(void *arg, struct cpu_ctx *cx)
{
    struct task *t = arg;
    (void)cx;
    if (!warmed_here)
        atomic_fetch_add(&t->common->cold, 1);
    t->read = 0;
    for (size_t i = 0; i < TABLE; i += STRIDE)
        t->read += *(const volatile unsigned char *)(table + i);
    for (size_t i = 0; i < SHARED; i += STRIDE)
        t->read += *(const volatile unsigned char *)(t->common->data + i);
}

static enum step warmed_step(void *task, struct op *op)
{
    struct task *t = task;
    if (span_end(&t->span))
        return span_unit(&t->span, t->read);
    return span_begin(&t->span, op) ? op_compute(op, look, t) : STEP_DONE;
}

static uint64_t warmed_expected(const struct wl_env *env, uint64_t first, uint64_t n)
{
    (void)env;
    uint64_t sum = 0;
    for (uint64_t i = first; i < first + n; i++)
        sum += unit_sum(i, TABLE / STRIDE);
    return sum;
}

static const struct param warmed_params[] = {{"fail", "the second call fails", PARAM_BOOL, 0, 0, 1, NULL}, {0}};
static const struct workload warmed = {
    .name = "warmed",
    .family = "test",
    .summary = "s",
    .lesson = "l",
    .unit = "u",
    .params = warmed_params,
    .needs = NEED_CPU,
    .task_size = sizeof(struct task),
    .setup = warmed_setup,
    .teardown = wl_unmap,
    .task_init = warmed_init,
    .step = warmed_step,
    .checksum = span_checksum,
    .expected = warmed_expected,
    .warm = warm,
};

static bool each(const struct model *m)
{
    return m->traits & MODEL_EACH;
}

static bool computes_elsewhere(const struct model *m)
{
    return m->traits & MODEL_OFFLOADS;
}

/* The most faults of any worker in a trial of the cell; of some trials the least, since the kernel may add some of its
 * own (it moves pages, or takes them away). */
static int64_t faults_a_worker(const struct cell *of)
{
    int64_t least = INT64_MAX;
    for (unsigned i = 0; i < TRIES; i++) {
        struct cell c = *of;
        struct trial_record *r = run_cell(&c);
        int64_t most = 0;
        assert_int_equal(r->status, TRIAL_OK);
        assert_true(r->n_workers > 0);
        for (unsigned k = 0; k < r->n_workers; k++)
            most = r->workers[k].minor_faults > most ? r->workers[k].minor_faults : most;
        drop(r);
        least = most < least ? most : least;
    }
    return least;
}

/* Of all workers together; of some trials the least. */
static int64_t faults_of_workers(const struct cell *of)
{
    int64_t least = INT64_MAX;
    for (unsigned i = 0; i < TRIES; i++) {
        struct cell c = *of;
        struct trial_record *r = run_cell(&c);
        int64_t sum = 0;
        assert_int_equal(r->status, TRIAL_OK);
        for (unsigned k = 0; k < r->n_workers; k++)
            sum += r->workers[k].minor_faults;
        drop(r);
        least = sum < least ? sum : least;
    }
    return least;
}

static void test_faults(void **state)
{
    (void)state;
    static const char *const of[] = {"null", "primes", "sha256", "alloc", "warmed"};
    if (CONTEND_SANITIZE[0])
        skip(); /* a sanitizer's own memory is touched as its program's is */
    for (size_t w = 0; w < ARRAY_LEN(of); w++) {
        const struct cell threads = plain_cell(of[w], "threads", 2, 2);
        int64_t base = faults_a_worker(&threads);
        for (size_t m = 0; models[m]; m++) {
            const struct cell c = plain_cell(of[w], models[m]->name, 2, 2);
            if (each(models[m]))
                continue; /* workers that are made in the run map what they need, as part of it */
            int64_t got = faults_a_worker(&c);
            if (got > base + MOST_MORE)
                fail_msg("%s: a worker of %s takes %lld page faults in the run, one of threads %lld", of[w],
                         models[m]->name, (long long)got, (long long)base);
        }
    }
}

/* A large block is a mapping under every model: none is cut from a heap that one model has and another has not. */
static void test_faults_of_large_blocks(void **state)
{
    (void)state;
    enum { UNITS = 2, LARGE = 2 };
    int64_t base = 0;
    if (CONTEND_SANITIZE[0])
        skip(); /* its malloc does as it likes */
    for (size_t m = 0; models[m]; m++) {
        struct cell c = plain_cell("alloc", models[m]->name, 2, 2);
        if (each(models[m]) || computes_elsewhere(models[m]))
            continue; /* nor are a pool's faults those of workers */
        c.units = c.tasks = UNITS;
        set_param(&c, "sizes", LARGE);
        int64_t got = faults_of_workers(&c);
        base = m ? base : got; /* of serial, in whose heap the harness has worked */
        if (got > base + 2 * MOST_MORE || got < base - 2 * MOST_MORE)
            fail_msg("workers of %s take %lld page faults in the run, that of serial %lld", models[m]->name,
                     (long long)got, (long long)base);
    }
    assert_true(base > 0);
}

/* Faults that are the work stay in the run. */
static void test_faults_of_the_work(void **state)
{
    (void)state;
    static const char *const names[] = {"serial", "threads", "processes", "async", "async-processes"};
    for (size_t m = 0; m < ARRAY_LEN(names); m++) {
        struct cell c = plain_cell("faults", names[m], 2, 2);
        c.units = c.tasks = 8;
        struct trial_record *r = run_cell(&c);
        int64_t sum = 0;
        for (unsigned k = 0; k < r->n_workers; k++)
            sum += r->workers[k].minor_faults;
        assert_int_equal(r->status, TRIAL_OK);
        assert_true(sum >= 8 * (256 << 10) / sysconf(_SC_PAGESIZE));
        drop(r);
    }
}

static const struct model *subject;
static struct seen {
    unsigned at_open, in_flight, at_end, cold;
} * seen; /* shared with the trial's process */

static int start_subject(struct engine *e)
{
    return subject->start(e);
}

static int run_looking(struct engine *e)
{
    struct common *c = e->env.shared;
    seen->at_open = atomic_load(&c->warmed);
    seen->in_flight = atomic_load(&c->in_flight);
    int rc = subject->run(e);
    seen->at_end = atomic_load(&c->warmed);
    seen->cold = atomic_load(&c->cold);
    return rc;
}

static int stop_subject(struct engine *e)
{
    return subject->stop(e);
}

/* Each worker before the gate, for the tasks that it will have in flight, on the thread that computes; once. */
static void test_warm(void **state)
{
    (void)state;
    enum { IN_FLIGHT = 5 };
    seen = mmap(NULL, sizeof *seen, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(seen != MAP_FAILED);
    for (size_t m = 0; models[m]; m++) {
        struct cell c = plain_cell("warmed", models[m]->name, 2, model_is_serial(models[m]->name) ? 1 : IN_FLIGHT);
        struct model wrapped = *models[m];
        const struct model *const all[] = {&wrapped, NULL};
        wrapped.name = c.model = "wrapped";
        wrapped.start = start_subject;
        wrapped.run = run_looking;
        wrapped.stop = stop_subject;
        subject = models[m];
        models_add(all);
        struct trial_record *r = run_cell(&c);
        models_add(NULL);
        assert_int_equal(r->status, TRIAL_OK);
        unsigned pool = computes_elsewhere(subject) ? c.pool : 0;
        if (each(subject)) {
            assert_int_equal(seen->at_end, 0);
        } else {
            assert_int_equal(seen->at_open, r->worker_count + pool);
            assert_int_equal(seen->at_end, seen->at_open);
            assert_int_equal(seen->cold, 0);
            assert_true(pool ? seen->in_flight >= 2 * c.concurrency : seen->in_flight == c.concurrency);
        }
        drop(r);
    }
    munmap(seen, sizeof *seen);
}

/* A worker that can't be warmed fails the trial before its run, whatever it is. */
static void test_warm_fails(void **state)
{
    (void)state;
    for (size_t m = 0; models[m]; m++) {
        struct cell c = plain_cell("warmed", models[m]->name, 2, 2);
        bool alone = (models[m]->traits & (MODEL_ONE | MODEL_SERIAL)) && !computes_elsewhere(models[m]);
        if (each(models[m]) || alone)
            continue; /* there is no second call */
        set_param(&c, "fail", 1);
        struct trial_record *r = run_cell(&c);
        assert_int_equal(r->status, TRIAL_FAILED);
        assert_string_equal(r->reason, "warmed can't be warmed up: Cannot allocate memory");
        drop(r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_faults),
        cmocka_unit_test(test_faults_of_large_blocks),
        cmocka_unit_test(test_faults_of_the_work),
        cmocka_unit_test(test_warm),
        cmocka_unit_test(test_warm_fails),
    };
    if (workload_add(&warmed))
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
