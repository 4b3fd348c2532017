/* SPDX-License-Identifier: MIT */
/* Expectations on made up runs: which cells they are about, when they held, did not, or can't be told, with which
 * reasons. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "harness/insight/expectations.h"
#include "tests/unit/made_run.h"

enum { BLOCKS = 12 };

static const struct expectation_result *result(const struct summary *s, const char *id)
{
    for (unsigned i = 0; i < s->n_expectations; i++)
        if (strcmp(s->expectations[i].x->id, id) == 0)
            return &s->expectations[i];
    return NULL;
}

static struct summary judged(const struct plan *p, const double *rates)
{
    struct summary s = made_summary(p, rates);
    assert_int_equal(expectations_find(&s), 0);
    return s;
}

/* Threads and processes pass messages on one CPU, and on two. */
static struct plan messages(void)
{
    static const char *const names[] = {"threads", "processes"};
    struct plan p = made_plan(BLOCKS, 8, 4);
    made_models(&p, "pingpong", 1, 2, names, 2);
    made_models(&p, "pingpong", 2, 2, names, 2);
    return p;
}

static void test_outcomes(void **state)
{
    (void)state;
    struct plan p = messages();
    struct summary s = judged(&p, (const double[]){1e5, 1e5, 4e4, 4e4});
    const struct expectation_result *alike = result(&s, "alike"), *one = result(&s, "one-cpu-wins");
    assert_int_equal(alike->outcome, EXPECTATION_HELD);
    assert_int_equal(alike->pairs, 1); /* on one CPU only */
    assert_true(alike->a == 0 && alike->b == 1);
    assert_int_equal(one->outcome, EXPECTATION_HELD);
    assert_int_equal(one->pairs, 2); /* each of the two against itself */
    assert_int_equal(one->held, 2);
    assert_true(one->ratio.median > 2.4 && one->ratio.median < 2.6);
    assert_null(result(&s, "loop-wins")); /* there is no loop */
    assert_int_equal(s.n_expectations, 2);
    summary_release(&s);

    s = judged(&p, (const double[]){1.67e5, 1e5, 1.67e5, 4e4});
    alike = result(&s, "alike");
    one = result(&s, "one-cpu-wins");
    assert_int_equal(alike->outcome, EXPECTATION_NOT_HELD);
    assert_true(alike->ratio.lower > 1.6 && alike->ratio.upper < 1.7);
    assert_int_equal(one->outcome, EXPECTATION_NOT_HELD); /* though it held for processes */
    assert_int_equal(one->held, 1);
    assert_int_equal(one->not_held, 1);
    assert_true(one->a == 0 && one->b == 2);
    summary_release(&s);
    plan_release(&p);
}

/* Rates of one block each: the last is repeated. */
static struct summary by_blocks(const struct plan *p, const double *a, const double *b, unsigned blocks)
{
    struct err e = {0};
    struct summary s;
    struct summarizer *z = summarizer_new(p);
    assert_non_null(z);
    for (unsigned i = 0; i < blocks; i++)
        for (unsigned c = 0; c < 2; c++) {
            double rate = (c ? b : a)[i];
            struct trial_record r = made_trial(p, c, i, rate > 0 ? rate : 1);
            if (rate <= 0) {
                r.status = TRIAL_FAILED;
                snprintf(r.reason, sizeof r.reason, "killed");
            }
            assert_int_equal(summarizer_add(z, &r, &e), 0);
        }
    assert_int_equal(summarizer_finish(z, &s, &e), 0);
    assert_int_equal(expectations_find(&s), 0);
    return s;
}

static void test_cannot_tell(void **state)
{
    (void)state;
    static const double same[8] = {1, 1, 1, 1, 1, 1, 1, 1}, wide[8] = {1, 2, 1, 2, 1, 2, 1, 2},
                        none[8] = {0, 0, 0, 0, 0, 0, 0, 0}, some[8] = {1, 0, 1, 1, 1, 1, 1, 1},
                        lost[8] = {0, 0, 0, 0, 0, 0, 1, 1};
    static const struct {
        const double *a;
        unsigned blocks;
        enum expectation_outcome is;
        const char *says;
    } rows[] = {
        {same, 8, EXPECTATION_HELD, ""},
        {wide, 8, EXPECTATION_UNKNOWN, "reaches beyond the limit"},
        {same, 5, EXPECTATION_UNKNOWN, "6 are needed"},
        {none, 8, EXPECTATION_UNKNOWN, "threads has no whole trial: killed"},
        {some, 8, EXPECTATION_UNKNOWN, "too many trials failed"}, /* the interval of 8 reaches to the lost block */
        {lost, 8, EXPECTATION_UNKNOWN, "one side failed"},
    };
    static const char *const names[] = {"threads", "processes"};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct plan p = made_plan(8, 2, 1);
        made_models(&p, "pingpong", 1, 2, names, 2);
        struct summary s = by_blocks(&p, rows[i].a, same, rows[i].blocks);
        const struct expectation_result *r = result(&s, "alike");
        if (!strstr(r->why, rows[i].says) || r->outcome != rows[i].is)
            fail_msg("case %zu: %s: %s", i, expectation_outcome_names[r->outcome], r->why);
        summary_release(&s);
        plan_release(&p);
    }
}

/* Where a cell has no trial, or there is none such, the expectation is not told of at all. */
static void test_missing(void **state)
{
    (void)state;
    struct plan p = messages();
    struct summary s = judged(&p, (const double[]){1e5, 0, 1e5, 0});
    assert_null(result(&s, "alike"));
    assert_int_equal(result(&s, "one-cpu-wins")->pairs, 1);
    summary_release(&s);
    for (unsigned i = 0; i < p.n_cells; i++)
        p.cells[i].model = intern("no such model");
    s = judged(&p, (const double[]){1e5, 1e5, 1e5, 1e5});
    assert_int_equal(s.n_expectations, 0);
    summary_release(&s);
    plan_release(&p);
}

/* One task at a time against more: by CPUs, and whatever was offered to it. */
static void test_by_cpus(void **state)
{
    (void)state;
    static const char *const names[] = {"serial", "threads", "threads-gil"};
    struct plan p = made_plan(BLOCKS, 6, 2);
    made_models(&p, "primes", 4, 4, names, 3);
    p.cells[0].concurrency = 1;
    struct summary s = judged(&p, (const double[]){100, 320, 100});
    assert_int_equal(result(&s, "cpus-add-up")->outcome, EXPECTATION_HELD);
    assert_true(fabs(result(&s, "cpus-add-up")->ratio.median - 0.8) < 0.01);
    assert_int_equal(result(&s, "lock-gains-nothing")->outcome, EXPECTATION_HELD);
    summary_release(&s);
    s = judged(&p, (const double[]){100, 200, 200});
    assert_int_equal(result(&s, "cpus-add-up")->outcome, EXPECTATION_NOT_HELD);
    assert_int_equal(result(&s, "lock-gains-nothing")->outcome, EXPECTATION_NOT_HELD);
    summary_release(&s);
    p.cells[1].order = intern("none"); /* its CPUs are nobody's */
    p.cells[0].order = intern("none");
    p.points[0].concurrency = 3; /* fewer than CPUs */
    s = judged(&p, (const double[]){100, 320, 100});
    assert_null(result(&s, "cpus-add-up"));
    assert_null(result(&s, "lock-gains-nothing"));
    summary_release(&s);
    plan_release(&p);
}

/* Where workers share CPUs, or are pinned to none, nothing is said of one CPU or of each. */
static void test_their_cpus(void **state)
{
    (void)state;
    static const char *const names[] = {"serial", "threads", "threads-gil", "async-offload"};
    struct plan p = made_plan(BLOCKS, 8, 2);
    made_models(&p, "primes", 4, 4, names, 4);
    for (unsigned i = 1; i < 4; i++)
        p.cells[i].n_pus = 2;
    struct summary s = judged(&p, (const double[]){100, 200, 100, 200});
    assert_int_equal(s.n_expectations, 0);
    summary_release(&s);
    plan_release(&p);

    p = messages();
    for (unsigned i = 0; i < 4; i++)
        p.cells[i].order = intern("none");
    s = judged(&p, (const double[]){1e5, 5e4, 4e4, 4e4});
    assert_int_equal(s.n_expectations, 0);
    summary_release(&s);
    plan_release(&p);
}

/* What rests on how tasks are given out is not there where each begins once. */
static void test_batch_only(void **state)
{
    (void)state;
    static const char *const names[] = {"threads", "processes-pipe"};
    struct plan p = made_plan(BLOCKS, 2, 1);
    made_models(&p, "squares", 1, 1, names, 2);
    p.cells[0].p[workload_param(workload_find("squares"), "chunk")] = 1;
    p.cells[1].p[workload_param(workload_find("squares"), "chunk")] = 1;
    struct summary s = judged(&p, (const double[]){100, 100});
    assert_int_equal(result(&s, "tiny-tasks-pipes")->outcome, EXPECTATION_NOT_HELD);
    summary_release(&s);
    p.cells[0].mode = p.cells[1].mode = MODE_CLOSED;
    s = judged(&p, (const double[]){100, 100});
    assert_int_equal(s.n_expectations, 0);
    summary_release(&s);
    plan_release(&p);
}

/* A parameter in which the sides differ; in any other one they must not. */
static void test_parameters(void **state)
{
    (void)state;
    const struct workload *w = workload_find("falseshare");
    const int layout = workload_param(w, "layout"), count = workload_param(w, "count");
    static const char *const names[] = {"threads"};
    struct plan p = made_plan(BLOCKS, 2, 2);
    made_models(&p, "falseshare", 2, 2, names, 1);
    made_models(&p, "falseshare", 2, 2, names, 1);
    p.cells[1].p[layout] = 1;
    struct summary s = judged(&p, (const double[]){100, 300});
    const struct expectation_result *r = result(&s, "padding-wins");
    assert_int_equal(r->outcome, EXPECTATION_HELD);
    assert_true(r->a == 1 && r->b == 0);
    summary_release(&s);
    p.cells[1].p[count]++;
    s = judged(&p, (const double[]){100, 300});
    assert_null(result(&s, "padding-wins"));
    summary_release(&s);
    plan_release(&p);
}

/* Of what is better when it is less, with 64 in flight. */
static void test_quantities(void **state)
{
    (void)state;
    static const char *const names[] = {"threads", "processes", "async"};
    struct plan p = made_plan(BLOCKS, 3, 1);
    struct err e = {0};
    made_models(&p, "sleep", 1, 64, names, 3);
    struct summarizer *z = summarizer_new(&p);
    struct summary s;
    for (unsigned b = 0; b < BLOCKS; b++)
        for (unsigned c = 0; c < 3; c++) {
            struct trial_record r = made_trial(&p, c, b, 1e5);
            p.cells[c].mode = MODE_CLOSED;
            r.pss_bytes.value = c == 1 ? 8 << 20 : 1 << 20;
            r.cpu_user_ns = c == 2 ? 4000000 : 6900000;
            assert_int_equal(summarizer_add(z, &r, &e), 0);
        }
    assert_int_equal(summarizer_finish(z, &s, &e), 0);
    assert_int_equal(expectations_find(&s), 0);
    assert_int_equal(result(&s, "loop-memory")->outcome, EXPECTATION_HELD);
    assert_true(fabs(result(&s, "loop-memory")->ratio.median - 8) < 1e-9);
    assert_int_equal(result(&s, "loop-cpu-time")->outcome, EXPECTATION_HELD);
    assert_true(fabs(result(&s, "loop-cpu-time")->ratio.median - 4.1 / 7) < 1e-9);
    s.cells[2].failed = 1;
    assert_int_equal(expectations_find(&s), 0);
    assert_int_equal(result(&s, "loop-memory")->outcome, EXPECTATION_UNKNOWN);
    assert_non_null(strstr(result(&s, "loop-memory")->why, "1 of 12 trials under async failed"));
    assert_true(isnan(result(&s, "loop-memory")->ratio.lower)); /* else it would look as if it were too wide */
    s.cells[2].voided = 1;
    s.cells[2].status = TRIAL_VOID;
    assert_int_equal(expectations_find(&s), 0);
    assert_non_null(strstr(result(&s, "loop-memory")->why, "1 of 12 trials under async are void"));
    summary_release(&s);
    plan_release(&p);
}

/* A trial's latest units and 99th percentiles, where there are enough of them. */
static void test_latencies(void **state)
{
    (void)state;
    static const char *const names[] = {"threads-gil", "threads"};
    for (unsigned records = 99; records <= 100; records++) {
        struct plan p = made_plan(BLOCKS, 4, 2);
        struct err e = {0};
        made_models(&p, "request", 2, 16, names, 2);
        made_models(&p, "responsive", 2, 2, names, 2);
        struct summarizer *z = summarizer_new(&p);
        struct summary s;
        for (unsigned b = 0; b < BLOCKS; b++)
            for (unsigned c = 0; c < 4; c++) {
                struct trial_record r = made_trial(&p, c, b, 1e5);
                r.latency_why = NULL;
                r.latency = malloc(sizeof *r.latency);
                histogram_init(r.latency);
                for (unsigned i = 0; i < records; i++)
                    histogram_record(r.latency, i < 90 ? 2000000 : c % 2 ? 4000000 : 40000000);
                assert_int_equal(summarizer_add(z, &r, &e), 0);
                trial_record_release(&r);
            }
        assert_int_equal(summarizer_finish(z, &s, &e), 0);
        assert_int_equal(expectations_find(&s), 0);
        const struct expectation_result *tail = result(&s, "lock-slows-tail"), *late = result(&s, "lock-is-late");
        assert_int_equal(late->outcome, EXPECTATION_HELD);
        assert_int_equal(tail->outcome, records < 100 ? EXPECTATION_UNKNOWN : EXPECTATION_HELD);
        if (records < 100)
            assert_string_equal(tail->why, "no block has 100 latencies of both");
        summary_release(&s);
        plan_release(&p);
    }
}

static const struct reason_seen *reason(const struct expectation_result *r, const char *part)
{
    for (unsigned i = 0; i < r->n_reasons; i++)
        if (strstr(r->x->reasons[i].text, part))
            return &r->reasons[i];
    return NULL;
}

static void test_reasons(void **state)
{
    (void)state;
    struct plan p = messages();
    struct summary s = judged(&p, (const double[]){1.67e5, 1e5, 4e4, 4e4});
    assert_int_equal(reason(result(&s, "one-cpu-wins"), "SMT")->is, REASON_UNKNOWN); /* no environment */
    assert_int_equal(reason(result(&s, "alike"), "isolation")->is, REASON_UNKNOWN);
    s.environment = calloc(1, sizeof *s.environment);
    assert_non_null(s.environment);
    struct facts *f = &s.environment->start;
    facts_put(f, "cpu.smt", "made up", "1");
    facts_put(f, "kernel.mitigations", "made up", "meltdown: Mitigation: PTI");
    assert_int_equal(expectations_find(&s), 0);
    const struct reason_seen *smt = reason(result(&s, "one-cpu-wins"), "SMT");
    assert_true(smt->is == REASON_HERE && smt->value == 1);
    assert_int_equal(reason(result(&s, "alike"), "isolation")->is, REASON_HERE);
    const struct reason_seen *others = reason(result(&s, "one-cpu-wins"), "other processes");
    assert_true(others->is == REASON_NOT_HERE && others->value == 0);
    facts_put(f, "cpu.smt", "made up", "0");
    facts_put(f, "kernel.mitigations", "made up", "meltdown: Not affected");
    for (unsigned b = 0; b < BLOCKS; b++)
        s.foreign_ns[b] = s.watched_ns[b];
    assert_int_equal(expectations_find(&s), 0);
    assert_int_equal(reason(result(&s, "one-cpu-wins"), "SMT")->is, REASON_NOT_HERE);
    assert_int_equal(reason(result(&s, "alike"), "isolation")->is, REASON_NOT_HERE);
    others = reason(result(&s, "one-cpu-wins"), "other processes");
    assert_true(others->is == REASON_HERE && fabs(others->value - 1) < 1e-9);
    facts_put(f, "cpu.smt", "made up", "some");
    assert_int_equal(expectations_find(&s), 0);
    assert_int_equal(reason(result(&s, "one-cpu-wins"), "SMT")->is, REASON_UNKNOWN);
    summary_release(&s);
    plan_release(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_outcomes),   cmocka_unit_test(test_cannot_tell), cmocka_unit_test(test_missing),
        cmocka_unit_test(test_by_cpus),    cmocka_unit_test(test_parameters),  cmocka_unit_test(test_quantities),
        cmocka_unit_test(test_their_cpus), cmocka_unit_test(test_batch_only),  cmocka_unit_test(test_latencies),
        cmocka_unit_test(test_reasons),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
