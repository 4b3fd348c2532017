/* SPDX-License-Identifier: MIT */
/*
 * Each rule of findings.def fires on a summary made up for it, names the cells it is about, and is silent on one where
 * all is well. What is well: two points of an undisturbed run, with nothing to tell of either.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "harness/insight/findings_internal.h"
#include "tests/unit/made_run.h"

enum { FEW, MANY, FEW_OTHER, MANY_OTHER, CELLS };

static struct environment machine; /* large */

/* One model at 2 and at 8 in flight; with `pair` two of them, the other half as fast. */
static struct plan plan_of(const char *model, const char *other, unsigned blocks)
{
    struct plan p = made_plan(blocks, CELLS, 2);
    for (unsigned i = 0; i < 2; i++)
        made_stand(made_point(&p, 2, i ? 8 : 2), made_cell(&p, "primes", model, 2, i ? 8 : 2));
    for (unsigned i = 0; other && i < 2; i++)
        made_stand(&p.points[i], made_cell(&p, "primes", other, 2, i ? 8 : 2));
    return p;
}

static struct summary clean(struct plan *p, const char *model, const char *other, unsigned blocks)
{
    *p = plan_of(model, other, blocks);
    struct summary s = made_summary(p, (const double[]){2e5, 2e5, 1e5, 1e5});
    machine = (struct environment){.ended = true};
    s.environment = malloc(sizeof machine);
    assert_non_null(s.environment);
    *s.environment = machine;
    return s;
}

static void set_work_differs(struct summary *s)
{
    s->cells[MANY].voided = 2;
    snprintf(s->cells[MANY].reason, sizeof s->cells[MANY].reason, "checksums");
}

static void set_failed(struct summary *s)
{
    s->cells[MANY].failed = 1;
}

static void set_environment(struct summary *s)
{
    s->environment->n_checks = 2;
    s->environment->checks[0] = (struct check_result){.id = "turbo", .severity = SEVERITY_WARNING};
    s->environment->checks[1] = (struct check_result){.id = "smt", .severity = SEVERITY_INFO}; /* is none */
}

static void set_environment_changed(struct summary *s)
{
    struct fact governor = {.name = "cpu.governor", .text = "powersave"};
    s->environment->start.all[s->environment->start.n++] = governor;
    snprintf(governor.text, sizeof governor.text, "performance");
    s->environment->end.all[s->environment->end.n++] = governor;
    environment_close(s->environment, &(struct facts){.n = 1, .all = {governor}});
}

static void add_cost(struct summary *s, const char *name, double ns)
{
    struct costs *c = &s->environment->costs;
    c->all[c->n++] = (struct machine_cost){name, "ns", ns, 0.99 * ns, 1.01 * ns, 11, NULL};
}

static void set_costs(struct summary *s)
{
    add_cost(s, "clock_read", 40); /* as expected */
    add_cost(s, "true_start", 2.3e6);
    add_cost(s, "page_fault", 12900);
    s->environment->costs.all[s->environment->costs.n++] =
        (struct machine_cost){"remote_wake", "ns", NAN, NAN, NAN, 0, "made up"};
}

/* Other programs may be what takes so long. */
static void set_costs_loaded(struct summary *s)
{
    set_costs(s);
    s->environment->start.all[s->environment->start.n++] =
        (struct fact){.name = "load.busy_cpus", .is_number = true, .number = 1.5, .text = "1.5"};
}

static void set_costs_less(struct summary *s)
{
    add_cost(s, "system_call", 10);
}

static void set_disturbed(struct summary *s)
{
    s->cells[MANY].disturbed = s->cells[MANY].disturbed_by[DISTURBED_STEAL] = s->cells[MANY].trials;
    s->cells[MANY].lost_to[DISTURBED_STEAL] = 0.031 * s->cells[MANY].trials;
}

static void set_wide(struct summary *s)
{
    s->cells[MANY].throughput.lower = 0.5 * s->cells[MANY].throughput.median;
}

static void set_unsteady(struct summary *s)
{
    s->cells[MANY].course.trials[STATS_WARM_UP] = 10;
}

static void set_between(struct summary *s)
{
    for (unsigned i = 0; i < s->plan->n_cells; i++) {
        s->cells[i].course.why = NULL;
        s->cells[i].course.between = 0.9;
    }
}

static void set_few_blocks(struct summary *s)
{
    s->look.blocks = 5;
}

static void set_nothing(struct summary *s)
{
    (void)s;
}

/* Known to 1 %. */
static struct estimate about(double value)
{
    return (struct estimate){.median = value, .lower = 0.99 * value, .upper = 1.01 * value, .level = 0.95, .n = 12};
}

static void set_memory(struct summary *s)
{
    s->plan->points[1].concurrency = 64;
    s->cells[MANY].pss_bytes = about(1 << 20);
    s->cells[MANY_OTHER].pss_bytes = about(8 << 20);
}

/* 37 more under the other model at one point, at 10 us each, of 10 ms of CPU time; all else alike. */
static void set_faults(struct summary *s)
{
    for (unsigned b = 0; b < s->plan->blocks; b++)
        s->canaries[CANARY_PAGE_FAULT][b] = 10000;
    for (unsigned i = 0; i < s->plan->n_cells; i++) {
        s->cells[i].cpu_user_ns = about(9e6);
        s->cells[i].cpu_system_ns = about(1e6);
        s->cells[i].minor_faults = about(100);
    }
    s->cells[MANY_OTHER].minor_faults = about(137);
}

static void set_interpreter_lock(struct summary *s)
{
    s->cells[MANY].speedup = about(1.005);
}

/* The second cell becomes one of beats: one of 200 is late. */
static void set_late(struct summary *s)
{
    struct cell *c = &s->plan->cells[MANY];
    c->workload = intern("responsive");
    c->p[0] = 16666667;
    s->cells[MANY].latency = malloc(sizeof(struct histogram));
    assert_non_null(s->cells[MANY].latency);
    histogram_init(s->cells[MANY].latency);
    for (unsigned i = 0; i < 200; i++)
        histogram_record(s->cells[MANY].latency, i == 7 ? 40000000 : 50000);
}

static void set_memory_each(struct summary *s)
{
    for (unsigned b = 0; b < s->plan->blocks; b++)
        s->pss[MANY * s->plan->blocks + b] = 7 << 20; /* 6 tasks more than at FEW, of 1 MiB each */
}

/* Each of its tasks has time for 4 units. */
static void set_short_trials(struct summary *s)
{
    struct cell *c = &s->plan->cells[MANY];
    c->mode = MODE_CLOSED;
    c->duration_ns = 40000000;
    s->cells[MANY].latency = malloc(sizeof(struct histogram));
    assert_non_null(s->cells[MANY].latency);
    histogram_init(s->cells[MANY].latency);
    histogram_record(s->cells[MANY].latency, 10000000);
}

static void set_cut(struct summary *s)
{
    struct plan *p = (struct plan *)(uintptr_t)s->plan; /* made up by this test */
    assert_int_equal(plan_note_cut(p, (struct plan_cut){.cell = MANY,
                                                        .units_before = 7 * MADE_UNITS,
                                                        .slowest_ns = UINT64_C(42000000000),
                                                        .pilot_model = "serial",
                                                        .pilot_ns = 100000000}),
                     0);
}

static void set_doubt(struct summary *s)
{
    struct plan *p = (struct plan *)(uintptr_t)s->plan; /* made up by this test */
    assert_int_equal(plan_note_doubt(p, MANY, "primes: it can't be told"), 0);
}

static void set_time(struct summary *s)
{
    struct plan *p = (struct plan *)(uintptr_t)s->plan; /* made up by this test */
    p->time = (struct plan_time){.asked_ns = 600 * NS_PER_S, .whole_ns = 1620 * NS_PER_S, .blocks_asked = 32};
    p->time.cells_left_out = !plan_give_up(p, MANY, "made up");
}

static void set_service_limit(struct summary *s)
{
    s->cells[MANY].n_warnings = 1;
    s->cells[MANY].warnings[0] = intern("the service was the limit: made up");
}

static void set_listen_queue(struct summary *s)
{
    s->cells[MANY].net[NET_LISTEN_OVERFLOWS] = 797;
    s->cells[MANY].net[NET_RETRANSMITS] = 680;
}

static void set_retransmits(struct summary *s)
{
    s->cells[MANY].net[NET_RETRANSMITS] = 3;
}

static void set_few_connections(struct summary *s)
{
    s->cells[MANY].n_warnings = 1;
    s->cells[MANY].warnings[0] = intern("fewer connections: made up");
}

/* The models of each case, what makes the rule fire, and a cell that it must name (-1: it names none). */
static const struct row {
    const char *id, *model, *other;
    void (*set)(struct summary *s);
    int names;
    const char *severity;
    const char *says; /* part of the text */
} rows[] = {
    {"work_differs", "threads", NULL, set_work_differs, MANY, "bad", "2 trials"},
    {"failed", "threads", NULL, set_failed, MANY, "warn", "1 trial"},
    {"environment", "threads", NULL, set_environment, -1, "warn", "turbo"},
    {"environment_changed", "threads", NULL, set_environment_changed, -1, "warn", "powersave, then performance"},
    {"costs", "threads", NULL, set_costs, -1, "warn",
     "page_fault 12.9us, 3.23× above what is expected (80ns … 4us), which bends faults, alloc"},
    {"costs", "threads", NULL, set_costs, -1, "warn", "; true_start 2.30ms, 1.28× above"},
    {"costs", "threads", NULL, set_costs_loaded, -1, "info", "; other programs used 1.5 CPUs then"},
    {"costs", "threads", NULL, set_costs_less, -1, "info", "system_call 10.0ns, 3× below"},
    {"disturbed", "threads", NULL, set_disturbed, -1, "warn", "they lost, of their time, to: steal 3.1 % of 12 trials"},
    {"wide", "threads", NULL, set_wide, MANY, "info", "primes"},
    {"unsteady", "threads", NULL, set_unsteady, MANY, "info", "warm-up 10"},
    {"between", "threads", NULL, set_between, -1, "info", "2 of 2 cells"},
    {"too_few_blocks", "threads", "async", set_few_blocks, -1, "warn", "5 blocks"},
    {"winner", "threads", "async", set_nothing, FEW, "info", "threads is fastest, ahead of async"},
    {"interpreter_lock", "threads-gil", NULL, set_interpreter_lock, MANY, "info", "1.00× serial (0.99 … 1.02)"},
    {"late", "async", NULL, set_late, MANY, "info", "later than 16.7 ms: async 0.5 % (worst 40 ms)"},
    {"offload", "async-offload", "async", set_nothing, FEW, "info", "2.00× as fast"},
    {"memory", "threads", "async", set_memory, MANY_OTHER, "info", "8.0 times"},
    {"memory_each", "threads", NULL, set_memory_each, MANY, "info", "1024.0 KiB (1024.0 … 1024.0) under threads"},
    {"short_trials", "threads", NULL, set_short_trials, MANY, "warn",
     "the fewest are 4.0, of primes closed under threads"},
    {"faults_differ", "threads", "processes", set_faults, MANY_OTHER, "warn",
     "primes with 8 in flight: 137 a trial under processes, 100 under threads (3.7 % of the CPU time)"},
    {"cut", "threads", NULL, set_cut, MANY, "info",
     "primes 10000 units, not 70000 (threads on 2 CPUs would take 42 s for what takes serial 100 ms on one)"},
    {"time", "threads", NULL, set_time, MANY, "warn", "without primes under threads at 8 in flight on 2"},
    {"unproven", "threads", NULL, set_doubt, MANY, "warn", "primes: it can't be told"},
    {"service_limit", "threads", NULL, set_service_limit, MANY, "warn", "the service was the limit"},
    {"listen_queue", "threads", NULL, set_listen_queue, MANY, "warn", "the listen queue overflowed 797 times"},
    {"listen_queue", "threads", NULL, set_retransmits, MANY, "info", "TCP sent 3 segments again"},
    {"service_limit", "threads", NULL, set_few_connections, MANY, "warn", "not all of the connections"},
};

static bool names(const struct finding *f, unsigned cell)
{
    for (unsigned i = 0; i < f->n_cells; i++)
        if (f->cells[i] == cell)
            return true;
    return false;
}

static void test_fires(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct plan p;
        struct summary s = clean(&p, rows[i].model, rows[i].other, 12);
        rows[i].set(&s);
        assert_int_equal(findings_make(&s), 0);
        const struct finding *f = made_finding(&s, rows[i].id);
        if (!f)
            print_error("%s does not fire\n", rows[i].id);
        assert_non_null(f);
        if (!strstr(f->text, rows[i].says))
            print_error("%s says: %s\n", rows[i].id, f->text);
        assert_non_null(strstr(f->text, rows[i].says));
        assert_string_equal(f->severity, rows[i].severity);
        assert_true(rows[i].names < 0 ? true : names(f, (unsigned)rows[i].names));
        assert_true(f->advice[0] && f->evidence_name[0]);
        summary_release(&s);
        plan_release(&p);
    }
}

/* One model, undisturbed, with nothing to tell: nothing is said. Two models: nothing but who wins. */
static void test_silent(void **state)
{
    (void)state;
    for (int two = 0; two < 2; two++) {
        struct plan p;
        struct summary s = clean(&p, "threads", two ? "processes" : NULL, 12);
        for (unsigned i = 0; i < p.n_cells; i++) /* so that memory has nothing to tell */
            s.cells[i].pss_bytes = (struct estimate){.median = NAN, .lower = NAN, .upper = NAN, .why = "made up"};
        assert_int_equal(findings_make(&s), 0);
        for (unsigned i = 0; i < s.n_findings; i++) {
            if (strcmp(s.findings[i].id, "winner") != 0)
                print_error("%s: %s\n", s.findings[i].id, s.findings[i].text);
            assert_true(two && strcmp(s.findings[i].id, "winner") == 0);
        }
        assert_int_equal(s.n_findings, two);
        summary_release(&s);
        plan_release(&p);
    }
}

static void test_every_rule_is_here(void **state)
{
    (void)state;
    for (const struct finding_rule *r = finding_rules; r->id; r++) {
        bool here = false;
        for (size_t i = 0; i < ARRAY_LEN(rows); i++)
            here |= strcmp(rows[i].id, r->id) == 0;
        if (!here)
            print_error("%s has no row in this test\n", r->id);
        assert_true(here);
    }
}

/* Just short of what a rule needs it is silent. */
static void test_thresholds(void **state)
{
    (void)state;
    struct plan p;
    struct summary s = clean(&p, "threads", "async", 12);
    struct estimate *e = &s.cells[MANY].throughput;
    e->lower = 0.91 * e->median; /* half widths below 10 % */
    e->upper = 1.08 * e->median;
    s.cells[MANY].course.trials[STATS_SLOW_DOWN] = 3;
    s.cells[MANY].course.trials[STATS_FLAT] = 3; /* as many are flat */
    set_short_trials(&s);
    s.plan->cells[MANY].duration_ns = 101000000; /* 10 units of 10 ms, a little more */
    s.look.blocks = 6;                           /* enough for one pair */
    s.plan->points[1].concurrency = 15;          /* too few in flight to speak of memory */
    s.cells[MANY_OTHER].pss_bytes = about(9 << 20);
    assert_int_equal(findings_make(&s), 0);
    static const char *const silent[] = {"wide",    "unsteady", "too_few_blocks", "memory",
                                         "between", "offload",  "short_trials"};
    for (size_t i = 0; i < ARRAY_LEN(silent); i++)
        assert_null(made_finding(&s, silent[i]));
    s.cells[MANY].disturbed = s.cells[MANY].disturbed_by[DISTURBED_LOAD] = 1; /* of 48 trials */
    assert_int_equal(findings_make(&s), 0);
    assert_string_equal(made_finding(&s, "disturbed")->severity, "info");
    summary_release(&s);
    plan_release(&p);
}

/* A difference that the intervals don't show, or that decides nothing, is not told. */
static void test_evidence(void **state)
{
    (void)state;
    struct plan p;
    struct summary s = clean(&p, "threads-gil", "async", 12);
    s.plan->points[1].concurrency = 64;
    s.cells[MANY].pss_bytes = about(1 << 20);
    s.cells[MANY_OTHER].pss_bytes = about(1.4 * (1 << 20)); /* too little */
    s.cells[MANY].speedup =
        (struct estimate){.median = 1.01, .lower = 0.9, .upper = 1.3, .n = 12}; /* or it gains 30 % */
    double *pss = s.pss;
    for (unsigned b = 0; b < p.blocks; b++) {
        pss[MANY * p.blocks + b] = (1 << 20) + (b % 2 ? 9000 : -9000);
        pss[MANY_OTHER * p.blocks + b] = (1 << 20) - 9000; /* less with more tasks */
    }
    assert_int_equal(findings_make(&s), 0);
    assert_null(made_finding(&s, "memory"));
    assert_null(made_finding(&s, "memory_each"));
    assert_null(made_finding(&s, "interpreter_lock"));
    s.cells[MANY_OTHER].pss_bytes = (struct estimate){.median = 3 << 20, .lower = 1 << 19, .upper = 9 << 20, .n = 12};
    assert_int_equal(findings_make(&s), 0);
    assert_null(made_finding(&s, "memory"));
    for (unsigned b = 0; b < p.blocks; b++)
        pss[MANY_OTHER * p.blocks + b] = 7 << 20;
    assert_int_equal(findings_make(&s), 0);
    assert_non_null(strstr(made_finding(&s, "memory_each")->text, "under async; too little to tell under threads-gil"));
    summary_release(&s);
    plan_release(&p);
}

/* A pool that wins at one point and loses at the other: both are told. */
static void test_offload_range(void **state)
{
    (void)state;
    struct plan p = plan_of("async-offload", "async", 12);
    struct summary s = made_summary(&p, (const double[]){2e5, 1e5, 1e5, 2e5});
    const struct finding *f = made_finding(&s, "offload");
    assert_non_null(f);
    if (!strstr(f->text, "faster at 1 of 2 points, slower at 1"))
        print_error("%s\n", f->text);
    assert_non_null(strstr(f->text, "faster at 1 of 2 points, slower at 1"));
    assert_non_null(strstr(f->text, "0.50× ("));
    assert_true(names(f, FEW) && names(f, FEW_OTHER));
    summary_release(&s);
    plan_release(&p);
}

/* More cells and findings than there is room for are left out, and nothing else. */
static void test_room(void **state)
{
    (void)state;
    struct plan p;
    struct summary s = clean(&p, "threads", NULL, 12);
    s.n_findings = 0;
    struct finding *f = NULL, *last;
    unsigned n = 0;
    while ((last = finding_add(&finding_rules[0], &s, "info", "n", 1))) {
        f = last;
        n++;
    }
    assert_true(n >= 32 && s.n_findings == n);
    for (unsigned i = 0; i < 20; i++)
        finding_cell(f, i);
    assert_int_equal(f->n_cells, 8);
    assert_int_equal(f->cells[7], 7);
    summary_release(&s);
    plan_release(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fires),         cmocka_unit_test(test_silent), cmocka_unit_test(test_every_rule_is_here),
        cmocka_unit_test(test_thresholds),    cmocka_unit_test(test_room),   cmocka_unit_test(test_evidence),
        cmocka_unit_test(test_offload_range),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
