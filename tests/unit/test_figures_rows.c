/* SPDX-License-Identifier: MIT */
/* Figures of rows: workers, the interpreter lock, cache lines, heartbeats; from made runs whose truth is known. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/made_figures.h"

enum { BLOCKS = 8, MOST = 64, NS = 1000000 };

static double rates[MOST];

/* --- workers --- */

/* How each worker of a cell spends a trial, ns of NS; queue -1: not known. */
struct spent {
    unsigned workers;
    uint64_t user, system;
    int64_t queue, tail;
};

static void put_workers(struct trial_record *r, const struct spent *t)
{
    r->run_ns = NS;
    r->worker_count = t->workers;
    r->n_workers = t->workers < 64 ? t->workers : 64;
    r->workers = calloc(r->n_workers, sizeof *r->workers);
    assert_non_null(r->workers);
    for (unsigned i = 0; i < r->n_workers; i++)
        r->workers[i] = (struct worker_record){.user_ns = t->user,
                                               .system_ns = t->system,
                                               .queue_wait_ns = t->queue < 0 ? (struct metric){.why = "not counted"}
                                                                             : (struct metric){t->queue, NULL},
                                               .idle_tail_ns = {i ? 0 : t->tail, NULL}};
    r->cpu_user_ns = t->user * t->workers;
    r->cpu_system_ns = t->system * t->workers;
}

static struct summary workers_run(struct plan *p, const char *const *names, const struct spent *all, unsigned n)
{
    struct err e = {0};
    struct summary s;
    *p = made_plan(BLOCKS, MOST, 2);
    made_models(p, "primes", 2, 2, names, n);
    struct summarizer *z = summarizer_new(p);
    assert_non_null(z);
    for (unsigned b = 0; b < BLOCKS; b++)
        for (unsigned c = 0; c < n; c++) {
            struct trial_record r = made_trial(p, c, b, 1e5);
            if (all[c].workers)
                put_workers(&r, &all[c]);
            assert_int_equal(summarizer_add(z, &r, &e), 0);
            trial_record_release(&r);
        }
    assert_int_equal(summarizer_finish(z, &s, &e), 0);
    return s;
}

static void test_worker_time(void **state)
{
    (void)state;
    static const char *const names[] = {"serial", "threads", "threads-gil", "processes"};
    static const struct spent all[] = {{1, 980000, 10000, 5000, 0},
                                       {2, 900000, 0, 50000, 40000},
                                       {2, 450000, 10000, 20000, 0},
                                       {16, 100000, 0, 800000, 0}};
    struct plan p;
    struct summary s = workers_run(&p, names, all, 4);
    struct charts list = made_charts(figure_worker_time, &s);
    assert_int_equal(list.n, 1);
    const struct chart *c = list.at[0];
    made_check(c);
    assert_int_equal(c->n_series, PART_UNTOLD); /* all is told */
    assert_string_equal(c->series[2].name, "run queue");
    assert_int_equal(c->n_rows, 6); /* the 16 processes are one row */
    assert_string_equal(c->row[0].name, "serial");
    assert_string_equal(c->row[2].name, "threads 2");
    assert_string_equal(c->row[5].name, "processes");
    assert_string_equal(c->row[5].note, "mean of 16");
    assert_true(c->row[1].begins_group && !c->row[2].begins_group && !c->row[0].begins_group);
    assert_true(fabs(c->row[1].at[PART_IDLE_TAIL].y - 0.04) < 1e-9 && fabs(c->row[2].at[PART_IDLE_TAIL].y) < 1e-9);
    for (unsigned i = 0; i < c->n_rows; i++) {
        double sum = 0;
        for (unsigned k = 0; k < c->n_series; k++)
            sum += c->row[i].at[k].y;
        assert_true(fabs(sum - 1) < 1e-9);
    }
    assert_string_equal(
        c->title, "Workers of serial are on a CPU for 99 % of the run, those of processes for 10 % (run queue: 80 %)");
    assert_non_null(strstr(c->subtitle, "mean of 8 trials"));
    charts_release(&list);
    summary_release(&s);
    plan_release(&p);
}

/* What can't be split is a part of its own, with its reason; a run without accounts has no such figure. */
static void test_worker_time_not_told(void **state)
{
    (void)state;
    static const char *const names[] = {"threads-each", "threads"};
    static const struct spent some[] = {{2, 300000, 100000, -1, 0}, {2, 900000, 0, 50000, 40000}}, none[2] = {{0}};
    struct plan p;
    struct summary s = workers_run(&p, names, some, 2);
    struct charts list = made_charts(figure_worker_time, &s);
    assert_int_equal(list.n, 1);
    made_check(list.at[0]);
    assert_int_equal(list.at[0]->n_series, WORKER_PARTS);
    assert_true(fabs(list.at[0]->row[0].at[PART_UNTOLD].y - 0.6) < 1e-9);
    assert_true(!(list.at[0]->row[0].at[PART_WAITING].y > 0));
    assert_non_null(strstr(list.at[0]->subtitle, "not told: not counted"));
    charts_release(&list);
    summary_release(&s);
    plan_release(&p);
    s = workers_run(&p, names, none, 2);
    list = made_charts(figure_worker_time, &s);
    assert_int_equal(list.n, 0);
    charts_release(&list);
    summary_release(&s);
    plan_release(&p);
}

/* Names that another program wrote into its journal, which may hold anything, and one model alone. */
static void test_hostile_names(void **state)
{
    (void)state;
    static const char *const names[] = {"threads"};
    static const struct spent all[] = {{2, 900000, 0, 50000, 40000}};
    struct plan p;
    struct summary s = workers_run(&p, names, all, 1);
    p.cells[0].model = intern("a'b\"`id`$(id)\x1b[31m\xe2\x80\xae\xff\n");
    p.cells[0].workload = intern("no such 'work'\n<svg onload=x>");
    struct charts list = made_charts(figure_worker_time, &s);
    assert_int_equal(list.n, 1);
    made_check(list.at[0]);
    for (const char *f = list.at[0]->file; *f; f++)
        assert_non_null(strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-", *f));
    for (unsigned i = 0; i < list.at[0]->n_rows; i++)
        assert_null(strchr(list.at[0]->row[i].name, '\n'));
    charts_release(&list);
    list = made_charts(figure_noise, &s);
    charts_release(&list);
    list = made_charts(figure_interpreter_lock, &s);
    assert_int_equal(list.n, 0);
    charts_release(&list);
    summary_release(&s);
    plan_release(&p);
}

/* --- the lock --- */

static void test_interpreter_lock(void **state)
{
    (void)state;
    static const char *const names[] = {"threads", "threads-gil", "processes"};
    struct plan p = made_plan(BLOCKS, MOST, 8);
    made_models(&p, "primes", 1, 1, names, 3);
    made_models(&p, "primes", 2, 2, names, 3);
    made_models(&p, "sleep", 2, 2, names, 2); /* without processes */
    made_models(&p, "null", 2, 2, names, 1);  /* without the lock */
    const double of[] = {1e5, 1e5, 1e5, 2e5, 1e5, 1.9e5, 1e3, 1e3, 1e6};
    memcpy(rates, of, sizeof of);
    struct summary s = made_summary(&p, rates);
    struct charts list = made_charts(figure_interpreter_lock, &s);
    assert_int_equal(list.n, 1);
    const struct chart *c = list.at[0];
    made_check(c);
    assert_int_equal(c->n_rows, 3);
    assert_int_equal(c->n_series, 2);
    assert_string_equal(c->row[0].name, "primes, 1 CPU, 1 in flight");
    assert_string_equal(c->row[2].name, "sleep, 2 CPUs, 2 in flight");
    assert_true(c->row[2].begins_group && !c->row[1].begins_group);
    assert_true(fabs(c->row[1].at[0].y - 0.5) < 0.01 && fabs(c->row[1].at[1].y - 1 / 1.9) < 0.01);
    assert_true(isnan(c->row[2].at[1].y));
    assert_non_null(strstr(c->title,
                           "One interpreter lock slows 1 of 3 below threads; lowest primes, 2 CPUs, 2 in flight: "
                           "0.50×"));
    assert_string_equal(c->file, "");
    charts_release(&list);
    summary_release(&s);
    plan_release(&p);
}

static void test_interpreter_lock_of_one_kind(void **state)
{
    (void)state;
    static const char *const names[] = {"threads-gil", "processes"};
    struct plan p = made_plan(BLOCKS, MOST, 8);
    made_models(&p, "sleep", 2, 2, names, 2);
    rates[0] = rates[1] = 1e3;
    struct summary s = made_summary(&p, rates);
    struct charts list = made_charts(figure_interpreter_lock, &s);
    assert_int_equal(list.n, 1);
    made_check(list.at[0]);
    assert_non_null(strstr(list.at[0]->title, "Under one interpreter lock sleep runs at 1.00×"));
    assert_non_null(strstr(list.at[0]->title, "the rate of processes, equivalent"));
    charts_release(&list);
    summary_release(&s);
    plan_release(&p);
}

/* --- lines of a cache --- */

static void test_false_sharing(void **state)
{
    (void)state;
    static const char *const names[] = {"serial", "threads", "processes"};
    struct plan p = made_plan(BLOCKS, MOST, 8);
    for (unsigned layout = 0; layout < 2; layout++) {
        unsigned first = p.n_cells;
        made_models(&p, "falseshare", 2, 2, names, 3);
        for (unsigned i = 0; i < 3; i++) {
            made_set(&p, first + i, "layout", layout);
            rates[first + i] = i && layout ? 30000 : 10000;
        }
    }
    unsigned alone = p.n_cells; /* another way to add, with one layout: it has no twin */
    made_models(&p, "falseshare", 2, 2, names + 1, 1);
    made_set(&p, alone, "add", 1);
    rates[alone] = 5000;
    struct summary s = made_summary(&p, rates);
    struct charts list = made_charts(figure_false_sharing, &s);
    assert_int_equal(list.n, 1);
    const struct chart *c = list.at[0];
    made_check(c);
    assert_int_equal(c->n_rows, 3);
    assert_string_equal(c->row[0].name, "serial");
    assert_string_equal(c->row[1].name, "threads");
    assert_true(fabs(c->row[1].at[0].y / 1e8 - 1) < 0.01 && fabs(c->row[1].at[1].y / 3e8 - 1) < 0.01);
    assert_non_null(strstr(c->row[1].note, "3.00×"));
    assert_non_null(strstr(c->row[0].note, "1.00×"));
    assert_non_null(strstr(c->title, "3.00× ("));
    assert_null(strstr(c->subtitle, "layout"));
    charts_release(&list);
    for (unsigned i = 0; i < 6; i++)
        rates[i] = 10000;
    summary_release(&s);
    s = made_summary(&p, rates);
    list = made_charts(figure_false_sharing, &s);
    assert_non_null(strstr(list.at[0]->title, "No model was shown to count faster"));
    charts_release(&list);
    summary_release(&s);
    plan_release(&p);
}

/* --- beats --- */

static struct histogram *beats(unsigned n, uint64_t ns, uint64_t latest)
{
    struct histogram *h = malloc(sizeof *h);
    assert_non_null(h);
    histogram_init(h);
    for (unsigned i = 0; i < n; i++)
        histogram_record(h, ns);
    histogram_record(h, latest);
    return h;
}

static void test_heartbeat(void **state)
{
    (void)state;
    static const char *const names[] = {"threads", "async"};
    struct plan p = made_plan(BLOCKS, MOST, 2);
    struct err e = {0};
    struct summary s;
    made_models(&p, "responsive", 2, 2, names, 2);
    struct summarizer *z = summarizer_new(&p);
    assert_non_null(z);
    for (unsigned b = 0; b < BLOCKS; b++)
        for (unsigned c = 0; c < 2; c++) {
            struct trial_record r = made_trial(&p, c, b, 1e5);
            r.latency = beats(c ? 200 : 20, 60000, c ? 150000000 : 200000);
            r.latency_why = NULL;
            assert_int_equal(summarizer_add(z, &r, &e), 0);
            trial_record_release(&r);
        }
    assert_int_equal(summarizer_finish(z, &s, &e), 0);
    struct charts list = made_charts(figure_heartbeat, &s);
    assert_int_equal(list.n, 1);
    const struct chart *c = list.at[0];
    made_check(c);
    assert_int_equal(c->n_rows, 2);
    assert_true(c->n_series == 3 && c->row[1].at[2].y > 149e6 && c->row[1].at[2].y < 151e6);
    assert_true(isnan(c->row[0].at[1].y) && !isnan(c->row[1].at[1].y)); /* 21 beats are too few for 99 % */
    assert_true(c->n_rules == 1 && strstr(c->rule[0].name, "a period, 16.7 ms"));
    assert_non_null(strstr(c->title,
                           "Under async a trial's latest beat is 150 ms late (9 periods), under threads 200 us: "
                           "750× ("));
    charts_release(&list);
    list = made_charts(figure_interpreter_lock, &s);
    assert_int_equal(list.n, 0);
    charts_release(&list);
    summary_release(&s);
    plan_release(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_worker_time),
        cmocka_unit_test(test_worker_time_not_told),
        cmocka_unit_test(test_hostile_names),
        cmocka_unit_test(test_interpreter_lock),
        cmocka_unit_test(test_interpreter_lock_of_one_kind),
        cmocka_unit_test(test_false_sharing),
        cmocka_unit_test(test_heartbeat),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
