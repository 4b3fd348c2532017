/* SPDX-License-Identifier: MIT */
/* What a trial's clock and accounts hold under each model: no more and no less than the run. */
#include "tests/model/one_trial.h"

#include <stdlib.h>

enum { LATE_S = 1000 };

/* --- the end of the run --- */

static const struct model *subject;

static int start_subject(struct engine *e)
{
    return subject->start(e);
}

static int stop_subject(struct engine *e)
{
    return subject->stop(e);
}

/* A trial of the cell under `m` with another run(), which calls that of `subject`. */
static struct trial_record *run_wrapped(const struct model *m, int (*run)(struct engine *), struct cell *c)
{
    struct model wrapped = *m;
    wrapped.name = c->model = "wrapped";
    wrapped.start = start_subject;
    wrapped.run = run;
    wrapped.stop = stop_subject;
    const struct model *const table[] = {&wrapped, NULL};
    subject = m;
    models_add(table);
    struct trial_record *r = run_cell(c);
    models_add(NULL);
    return r;
}

/* As though a worker had stamped its end long after it gave its last answer. */
static int run_late(struct engine *e)
{
    int rc = subject->run(e);
    e->slots[0].end_ns += LATE_S * NS_PER_S;
    return rc;
}

/* A dispatcher's run ends with the last answer, whenever its workers have seen the end; that of all others with the
 * last worker's stamp. */
static void test_end_of_run(void **state)
{
    (void)state;
    static const char *const dispatched[] = {"processes-pipe", "processes-each", "threads-each"};
    for (size_t i = 0; models[i]; i++) {
        bool answers = false;
        for (size_t k = 0; k < ARRAY_LEN(dispatched); k++)
            answers |= strcmp(models[i]->name, dispatched[k]) == 0;
        struct cell c = plain_cell("null", models[i]->name, 2, 4);
        struct trial_record *r = run_wrapped(models[i], run_late, &c);
        assert_int_equal(r->status, TRIAL_OK);
        assert_true(answers == (r->run_ns < LATE_S * NS_PER_S));
        drop(r);
    }
}

/* --- what it cost --- */

/* A child that maps much has to unmap it: its exit is in the run, so it must be in the account. */
static void test_exits_are_counted(void **state)
{
    (void)state;
    struct cell c = plain_cell("sum", "processes-each", 2, 4);
    set_param(&c, "size", 64 << 20);
    set_param(&c, "stride", 4096);
    c.tasks = 8;
    c.units = 8;
    struct trial_record *r = run_cell(&c);
    const struct rusage *u = &((const struct left *)r)->children;
    uint64_t reaped = ((uint64_t)u->ru_utime.tv_sec + (uint64_t)u->ru_stime.tv_sec) * NS_PER_S +
                      ((uint64_t)u->ru_utime.tv_usec + (uint64_t)u->ru_stime.tv_usec) * NS_PER_US;
    assert_int_equal(r->status, TRIAL_OK);
    assert_true(reaped > 0);
    assert_true(r->cpu_user_ns + r->cpu_system_ns >= reaped);
    assert_true(r->voluntary >= u->ru_nvcsw);
    drop(r);
}

/* Pages of the recorders that exist, and how many there are. */
static void recorder_pages(const struct engine *e, size_t *resident, size_t *all)
{
    static unsigned char vec[1024];
    size_t page = (size_t)sysconf(_SC_PAGESIZE), bytes = e->cell->workers * sizeof *e->recorders;
    *all = (bytes + page - 1) / page;
    *resident = 0;
    assert_true(*all <= sizeof vec && mincore(e->recorders, bytes, vec) == 0);
    for (size_t i = 0; i < *all; i++)
        *resident += vec[i] & 1;
}

static int run_looking(struct engine *e)
{
    size_t before, after, all;
    recorder_pages(e, &before, &all);
    int rc = subject->run(e);
    recorder_pages(e, &after, &all);
    size_t wanted = e->cell->latency_stride ? all : 0;
    if (before != wanted || after != wanted)
        engine_fail(e, "of %zu pages %zu were there before the run, and %zu after it", all, before, after);
    return rc;
}

/* No model pays for the pages of its recorders in the run, nor does one whose units are not timed have any. */
static void test_recorders_are_touched_before(void **state)
{
    (void)state;
    for (size_t i = 0; models[i]; i++)
        for (uint64_t stride = 0; stride < 2; stride++) {
            struct cell c = plain_cell("null", models[i]->name, 2, 16);
            c.latency_stride = stride;
            struct trial_record *r = run_wrapped(models[i], run_looking, &c);
            assert_int_equal(r->status, TRIAL_OK);
            drop(r);
        }
}

/* A trial of a loop whose pool reads 32 MiB at a time; whether its threads stood in the queue, in *waited. */
static struct trial_record *pool_reads(const char *model, uint64_t units, struct cell *c, bool *waited)
{
    *c = plain_cell("file-read", model, 1, 4);
    set_param(c, "size", 32 << 20);
    set_param(c, "file-size", 32 << 20);
    c->units = units;
    struct trial_record *r = run_cell(c);
    int64_t workers = 0;
    for (unsigned k = 0; k < r->n_workers; k++)
        workers += r->workers[k].queue_wait_ns.value;
    if (!r->queue_wait_ns.why && !c->pool)
        assert_int_equal(r->queue_wait_ns.value, workers);
    *waited = r->queue_wait_ns.value > workers;
    return r;
}

/* What a pool's threads stood in the queue is in the trial's sum. Of short reads that can be exactly 0, as was seen,
 * also on one unit: a thread that is woken may take its waker's place at once. So each read lasts longer than one
 * thread mostly has the unit while others want it: of the four that read at a time all but one wait. How long that is
 * depends on the machine, so there are more reads until they do. */
static void test_pool_accounts(void **state)
{
    enum { LEAST = 8, MOST = 512 };
    (void)state;
    unsigned seen = 0, loops = 0;
    for (size_t i = 0; models[i]; i++) {
        struct cell c;
        bool waited;
        loops += (models[i]->traits & MODEL_LOOP) != 0;
        struct trial_record *r = pool_reads(models[i]->name, LEAST, &c, &waited);
        bool accounts = c.pool && !r->queue_wait_ns.why;
        for (uint64_t units = 4 * LEAST; accounts && !waited && units <= MOST; units *= 4) {
            drop(r);
            r = pool_reads(models[i]->name, units, &c, &waited);
        }
        if (accounts) {
            assert_true(c.pool > 1);
            assert_true(waited);
            assert_true((uint64_t)r->queue_wait_ns.value <= r->run_ns * (r->worker_count + c.pool));
            assert_true(r->migrations.why || r->migrations.value == 0);
            seen++;
        }
        drop(r);
    }
    if (access("/proc/self/schedstat", R_OK) == 0)
        assert_int_equal(seen, loops);
}

/* --- what it did --- */

static unsigned long long reads(const char *model, uint64_t units)
{
    struct cell c = plain_cell("pipeline", model, 1, 6);
    set_param(&c, "records", 8);
    c.tasks = 6;
    c.units = units;
    struct trial_record *r = run_cell(&c);
    const struct left *left = (const struct left *)r;
    assert_int_equal(r->status, TRIAL_OK);
    assert_int_equal(r->ops[OP_READ], 2 * units);
    assert_int_equal(r->ops[OP_PREAD], units);
    unsigned long long n = left->reads_known ? left->reads : 0;
    drop(r);
    return n;
}

/* A loop makes a read for each op, as a thread does: it takes no second message from what it has read ahead. */
static void test_a_read_is_a_call(void **state)
{
    (void)state;
    static const char *const names[] = {"threads", "async", "async-threads"};
    enum { LESS = 1000, MORE = 5000, UNITS = MORE - LESS };
    unsigned long long by_thread = 0;
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        unsigned long long less = reads(names[i], LESS), more = reads(names[i], MORE);
        if (!less) {
            print_message("skipped: a kernel without CONFIG_TASK_IO_ACCOUNTING tells no reads\n");
            skip();
        }
        if (i == 0)
            by_thread = more - less;
        /* a wake-up of the pool is a read too, one a file op at most */
        assert_true(more - less >= by_thread - UNITS / 20);
        assert_true(more - less <= by_thread + UNITS + UNITS / 20);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_end_of_run),
        cmocka_unit_test(test_exits_are_counted),
        cmocka_unit_test(test_recorders_are_touched_before),
        cmocka_unit_test(test_pool_accounts),
        cmocka_unit_test(test_a_read_is_a_call),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
