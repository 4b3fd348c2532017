/* SPDX-License-Identifier: MIT */
/* Where the time of workers went: parts that add up, and what can't be split is told as such. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "tests/unit/made_run.h"

enum { WORKERS = 2, WALL = 1000 };

/* A trial of so many workers, each with these parts, ns. */
static struct trial_record trial_of(unsigned workers, uint64_t user, uint64_t system, int64_t queue, int64_t tail)
{
    struct trial_record r;
    trial_record_init(&r);
    r.run_ns = WALL;
    r.n_workers = r.worker_count = workers;
    r.workers = calloc(workers, sizeof *r.workers);
    assert_non_null(r.workers);
    for (unsigned i = 0; i < workers; i++)
        r.workers[i] = (struct worker_record){
            .user_ns = user, .system_ns = system, .queue_wait_ns = {queue, NULL}, .idle_tail_ns = {tail, NULL}};
    r.cpu_user_ns = user * workers;
    r.cpu_system_ns = system * workers;
    return r;
}

static void add(struct worker_time *t, struct trial_record r)
{
    assert_int_equal(worker_time_add(t, &r), 0);
    trial_record_release(&r);
}

static void near(double is, double due)
{
    if (!(fabs(is - due) < 1e-9))
        fail_msg("%.17g is not %.17g", is, due);
}

static void check_shares(const struct worker_time *t, unsigned worker, const double due[WORKER_PARTS])
{
    double share[WORKER_PARTS], sum = 0;
    worker_time_shares(t, worker, share);
    for (unsigned i = 0; i < WORKER_PARTS; i++) {
        near(share[i], due[i]);
        sum += share[i];
    }
    near(sum, 1);
}

static void test_parts_add_up(void **state)
{
    (void)state;
    struct worker_time t = {0};
    struct trial_record r = trial_of(WORKERS, 500, 100, 200, 50);
    r.workers[1].idle_tail_ns.value = 150;
    r.cpu_system_ns += 400; /* of a pool */
    add(&t, r);
    add(&t, trial_of(WORKERS, 300, 100, 400, 50));
    assert_true(t.trials == 2 && t.workers == WORKERS && t.worker_count == WORKERS && !t.why);
    near(t.wall_ns, 2 * WALL);
    near(t.other_ns, 400);
    check_shares(&t, 0, (const double[]){0.4, 0.1, 0.3, 0.15, 0.05, 0});
    check_shares(&t, 1, (const double[]){0.4, 0.1, 0.3, 0.1, 0.1, 0});
    check_shares(&t, WORKERS, (const double[]){0.4, 0.1, 0.3, 0.125, 0.075, 0}); /* the mean worker */
    double ns[WORKER_PARTS];
    worker_time_means(&t, 1, ns);
    near(ns[PART_USER], 400);
    near(ns[PART_WAITING], 100);
    for (unsigned i = 0; i < WORKER_PARTS; i++)
        assert_true(worker_time_knows(&t, (enum worker_part)i) == (i != PART_UNTOLD));
    worker_time_release(&t);
    assert_true(!t.ns && !t.trials);
}

/* What is read of a worker after its end may exceed the run: then nothing is left to wait for, and shares add up. */
static void test_more_than_the_run(void **state)
{
    (void)state;
    struct worker_time t = {0};
    add(&t, trial_of(1, 900, 300, 200, 0));
    check_shares(&t, 0, (const double[]){0.75, 0.25, 0, 0, 0, 0});
    worker_time_release(&t);
}

/* Time in the run queue behind the last unit is of both, and counts once: CPU time keeps its share of the run. */
static void test_queue_within_the_tail(void **state)
{
    (void)state;
    struct worker_time t = {0};
    add(&t, trial_of(1, 350, 50, 300, 400));
    check_shares(&t, 0, (const double[]){0.35, 0.05, 0.3, 0, 0.3, 0});
    worker_time_release(&t);
    add(&t, trial_of(1, 350, 50, 700, 400)); /* and no more of both than there is */
    check_shares(&t, 0, (const double[]){0.35, 0.05, 0.6, 0, 0, 0});
    worker_time_release(&t);
}

/* Of one trial in two the queue, then the tail, is not known: neither is a 0, nor is what would be left for waiting. */
static void test_unknown_parts(void **state)
{
    (void)state;
    for (int tail = 0; tail < 2; tail++) {
        struct worker_time t = {0};
        add(&t, trial_of(1, 400, 100, 200, 100));
        struct trial_record r = trial_of(1, 400, 100, 200, 100);
        *(tail ? &r.workers[0].idle_tail_ns : &r.workers[0].queue_wait_ns) = (struct metric){.why = "not read"};
        add(&t, r);
        assert_string_equal(t.why, "not read");
        assert_true(worker_time_knows(&t, PART_RUN_QUEUE) == tail);
        assert_true(worker_time_knows(&t, PART_IDLE_TAIL) == !tail);
        assert_false(worker_time_knows(&t, PART_WAITING));
        assert_true(worker_time_knows(&t, PART_UNTOLD) && worker_time_knows(&t, PART_USER));
        check_shares(&t, 0,
                     tail ? (const double[]){0.4, 0.1, 0.2, 0, 0, 0.3} : (const double[]){0.4, 0.1, 0, 0, 0.1, 0.4});
        worker_time_release(&t);
    }
}

/* A trial without accounts adds nothing; one of which not all workers were kept tells not what others computed. */
static void test_few_are_kept(void **state)
{
    (void)state;
    struct worker_time t = {0};
    struct trial_record r;
    trial_record_init(&r);
    r.run_ns = WALL;
    add(&t, r);
    assert_true(t.trials == 0 && t.workers == 0);
    r = trial_of(WORKERS, 400, 100, 200, 100);
    r.worker_count = 200;
    add(&t, r);
    assert_true(t.worker_count == 200 && t.workers == WORKERS && isnan(t.other_ns));
    worker_time_release(&t);
}

/* In a summary: as trials brought it, and gone with the work of a cell that turned out to be another. */
static void test_in_a_summary(void **state)
{
    (void)state;
    struct plan p = made_plan(3, 2, 1);
    static const char *const names[] = {"threads", "serial"};
    struct err e = {0};
    struct summary s;
    made_models(&p, "primes", 1, 1, names, 2);
    struct summarizer *z = summarizer_new(&p);
    assert_non_null(z);
    for (unsigned b = 0; b < p.blocks; b++)
        for (unsigned c = 0; c < 2; c++) {
            struct trial_record r = made_trial(&p, c, b, 1e5);
            r.workers = calloc(1, sizeof *r.workers);
            assert_non_null(r.workers);
            r.n_workers = r.worker_count = 1;
            r.workers[0] = (struct worker_record){.user_ns = r.run_ns / 2, .idle_tail_ns = {.why = "not measured"}};
            r.position = 1 - c;
            r.bytes = c; /* of serial, which is the reference, whichever came first */
            assert_int_equal(summarizer_add(z, &r, &e), 0);
            trial_record_release(&r);
        }
    assert_int_equal(summarizer_finish(z, &s, &e), 0);
    assert_int_equal(s.cells[1].time.trials, p.blocks);
    check_shares(&s.cells[1].time, 0, (const double[]){0.5, 0, 0, 0, 0, 0.5});
    assert_int_equal(s.cells[0].status, TRIAL_VOID);
    assert_int_equal(s.cells[0].time.trials, 0);
    assert_null(s.cells[0].time.ns);
    for (unsigned b = 0; b < p.blocks; b++) {
        assert_int_equal(s.marks[b].label, LABEL_VOID);
        assert_int_equal(s.marks[b].position, 1);
        assert_int_equal(s.marks[p.blocks + b].label, LABEL_UNDISTURBED);
        assert_int_equal(s.marks[p.blocks + b].position, 0);
    }
    summary_release(&s);
    plan_release(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parts_add_up),          cmocka_unit_test(test_more_than_the_run),
        cmocka_unit_test(test_queue_within_the_tail), cmocka_unit_test(test_unknown_parts),
        cmocka_unit_test(test_few_are_kept),          cmocka_unit_test(test_in_a_summary),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
