/* SPDX-License-Identifier: MIT */
/* What disturbs a trial, each cause alone and just below its threshold: time lost, never a count alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "harness/insight/disturbance.h"
#include "harness/insight/resemblance.h"
#include "harness/trial/stops.h"
#include "tests/unit/made_run.h"

/* A trial of one second on two units. */
static struct trial_record quiet(void)
{
    struct plan p = {.cells = &(struct cell){.units = 1000}};
    struct trial_record r = made_trial(&p, 0, 0, 1000);
    assert_int_equal(r.run_ns, NS_PER_S);
    return r;
}

enum { LOAD = 1 << DISTURBED_LOAD, PREEMPTION = 1 << DISTURBED_PREEMPTION, PRESSURE = 1 << DISTURBED_PRESSURE };

/* At most so much, and then a little more of it, lost. */
static void threshold(const struct cell *c, struct trial_record *r, struct metric *m, int64_t most, unsigned by)
{
    const struct metric was = *m;
    *m = (struct metric){.value = most};
    assert_int_equal(trial_disturbances(c, r), 0);
    m->value += 1000;
    assert_int_equal(trial_disturbances(c, r), by);
    m->why = "missing"; /* then it tells nothing, whatever the value */
    assert_int_equal(trial_disturbances(c, r), 0);
    *m = was;
}

/* Two workers, each with a CPU of its own, for a second: a hundredth of what they could have done is 20 ms. */
static void test_thresholds(void **state)
{
    (void)state;
    const struct cell c = {.workers = 2, .n_pus = 2};
    const int64_t ms = NS_PER_MS;
    struct trial_record r = quiet();
    assert_int_equal(trial_disturbances(&c, &r), 0);
    threshold(&c, &r, &r.steal_ns, 20 * ms, 1u << DISTURBED_STEAL);
    threshold(&c, &r, &r.throttled_ns, 20 * ms, 1u << DISTURBED_QUOTA);
    threshold(&c, &r, &r.queue_wait_ns, 20 * ms, PREEMPTION);
    threshold(&c, &r, &r.stopped_ns, 10 * ms,
              1u << DISTURBED_STOPPED); /* of both CPUs: one waits for the other's work */
    r.migrations.value = 100;           /* moves at 0.2 ms */
    assert_int_equal(trial_disturbances(&c, &r), 0);
    r.migrations.value = 101;
    assert_int_equal(trial_disturbances(&c, &r), 1u << DISTURBED_MIGRATION);
    r.migrations.why = "missing";
    assert_int_equal(trial_disturbances(&c, &r), 0);
}

/* Switches alone are nothing lost: kernel threads switch an idle machine's workers out, for microseconds. */
static void test_switches(void **state)
{
    (void)state;
    const struct cell c = {.workers = 1, .n_pus = 1};
    struct worker_record w = {.involuntary = 10000};
    struct trial_record r = quiet();
    r.run_ns = 100 * NS_PER_MS;
    r.workers = &w;
    r.n_workers = 1;
    r.involuntary = 10000;
    r.queue_wait_ns.value = 200 * (int64_t)NS_PER_US; /* 0.2 % */
    assert_int_equal(trial_disturbances(&c, &r), 0);
    r.queue_wait_ns.value = 1010 * (int64_t)NS_PER_US;
    assert_int_equal(trial_disturbances(&c, &r), PREEMPTION);
}

/* Who waits for something else is woken some microseconds later, on an idle CPU too. */
static void test_wakeups(void **state)
{
    (void)state;
    const struct cell c = {.workers = 2, .n_pus = 2};
    struct trial_record r = quiet();
    r.voluntary = 20000;
    r.queue_wait_ns.value = 120 * (int64_t)NS_PER_MS; /* 5 us each, and a hundredth */
    assert_int_equal(trial_disturbances(&c, &r), 0);
    r.queue_wait_ns.value += 1000;
    assert_int_equal(trial_disturbances(&c, &r), PREEMPTION);
}

/* Others' CPU time counts where it took something, and no more than that. */
static void test_load(void **state)
{
    (void)state;
    const int64_t ms = NS_PER_MS;
    const struct cell own = {.workers = 2, .n_pus = 2}, shared = {.workers = 4, .n_pus = 2};
    const struct cell serves = {.workers = 2, .n_pus = 2, .n_service_pus = 1};
    const struct cell fed = {.workers = 2, .n_pus = 2, .model = "processes-pipe"};
    double lost[DISTURBANCES];
    struct trial_record r = quiet();
    r.foreign_cpu_ns.value = 2000 * ms;
    r.foreign_used_ns = (struct metric){.value = 300 * ms};
    assert_int_equal(trial_disturbances(&own, &r), 0); /* nobody waited */
    r.queue_wait_ns.value = 100 * ms;
    assert_int_equal(trial_disturbances(&own, &r), LOAD | PREEMPTION);
    trial_lost(&own, &r, lost);
    assert_true(fabs(lost[DISTURBED_LOAD] - 0.05) < 1e-9 && fabs(lost[DISTURBED_PREEMPTION] - 0.05) < 1e-9);
    assert_int_equal(trial_disturbances(&shared, &r), LOAD); /* that they waited may be their own doing */
    assert_int_equal(trial_disturbances(&fed, &r), LOAD);    /* or that of who hands out their tasks */
    trial_lost(&shared, &r, lost);
    assert_true(fabs(lost[DISTURBED_LOAD] - 0.05) < 1e-9 && isnan(lost[DISTURBED_PREEMPTION]));
    r.foreign_used_ns.value = 0; /* it all ran elsewhere */
    assert_int_equal(trial_disturbances(&shared, &r), 0);
    assert_int_equal(trial_disturbances(&serves, &r), 0);
    r.foreign_used_ns.value = 300 * ms;
    r.queue_wait_ns.value = 0; /* of the workers; the service may have waited */
    assert_int_equal(trial_disturbances(&serves, &r), LOAD);
}

/* Workers that live for one task: what they waited is not counted, and pressure bounds it. */
static void test_pressure(void **state)
{
    (void)state;
    const int64_t ms = NS_PER_MS;
    const struct cell c = {.workers = 2, .n_pus = 2};
    struct trial_record r = quiet();
    r.queue_wait_ns.why = "not read";
    r.foreign_used_ns = (struct metric){.value = 300 * ms};
    r.pressure_ns = (struct metric){.value = 10 * ms};
    assert_int_equal(trial_disturbances(&c, &r), 0);
    r.pressure_ns.value = 11 * ms;
    assert_int_equal(trial_disturbances(&c, &r), LOAD | PRESSURE);
    r.pressure_ns.why = "no PSI"; /* then it may have taken all of that */
    assert_int_equal(trial_disturbances(&c, &r), LOAD);
    r.pressure_ns = (struct metric){.value = 900 * ms};
    r.foreign_used_ns.value = 0;
    assert_int_equal(trial_disturbances(&c, &r), 0);
    r.queue_wait_ns = (struct metric){.value = 0}; /* others waited, elsewhere */
    r.foreign_used_ns.value = 300 * ms;
    assert_int_equal(trial_disturbances(&c, &r), 0);
}

/* What a quota stopped is no preemption besides. */
static void test_quota_is_no_preemption(void **state)
{
    (void)state;
    const struct cell c = {.workers = 1, .n_pus = 1};
    struct trial_record r = quiet();
    r.throttled_ns.value = r.queue_wait_ns.value = 500 * (int64_t)NS_PER_MS;
    assert_int_equal(trial_disturbances(&c, &r), 1u << DISTURBED_QUOTA);
}

/* A journal from before has neither the CPU time of others on the trial's own CPUs nor stops: what the machine's tells
 * stands for the one, and of the other nothing is said. */
static void test_from_before(void **state)
{
    (void)state;
    const struct cell c = {.workers = 1, .n_pus = 1};
    double lost[DISTURBANCES];
    struct trial_record r = quiet();
    assert_non_null(r.foreign_used_ns.why);
    assert_non_null(r.stopped_ns.why);
    r.foreign_cpu_ns.value = 500 * (int64_t)NS_PER_MS;
    r.queue_wait_ns.value = 30 * (int64_t)NS_PER_MS;
    trial_lost(&c, &r, lost);
    assert_true(fabs(lost[DISTURBED_LOAD] - 0.03) < 1e-9);
    assert_true(isnan(lost[DISTURBED_STOPPED]) && isnan(lost[DISTURBED_PRESSURE]));
    r.foreign_cpu_ns.why = "missing";
    trial_lost(&c, &r, lost);
    assert_true(isnan(lost[DISTURBED_LOAD]));
    assert_int_equal(trial_disturbances(&c, &r), PREEMPTION);
}

/* A share is at most all of it. */
static void test_stopped(void **state)
{
    (void)state;
    const struct cell c = {.workers = 1, .n_pus = 1};
    double lost[DISTURBANCES];
    struct trial_record r = quiet();
    r.stopped_ns = (struct metric){.value = 3600 * (int64_t)NS_PER_S}; /* suspended: no part of the run's time */
    trial_lost(&c, &r, lost);
    assert_true(lost[DISTURBED_STOPPED] == 1);
}

/* What is done around a run is slower where others run, whether or not its workers lost by that. */
static void test_company(void **state)
{
    (void)state;
    const struct cell c = {.workers = 2, .n_pus = 2};
    struct trial_record r = quiet();
    r.foreign_cpu_ns.value = 100 * (int64_t)NS_PER_MS;
    assert_false(trial_has_company(&c, &r));
    r.foreign_cpu_ns.value++;
    assert_true(trial_has_company(&c, &r));
    assert_int_equal(trial_disturbances(&c, &r), 0);
    r.run_ns = NS_PER_MS;
    r.foreign_cpu_ns.value = 20 * (int64_t)NS_PER_MS; /* the counter's grain */
    assert_false(trial_has_company(&c, &r));
    r.foreign_cpu_ns.why = "missing";
    assert_false(trial_has_company(&c, &r));
}

/* How much of a late look at the clock is a stop: what neither a CPU's queue nor a quota explains, beyond 50 ms. */
static void test_lateness(void **state)
{
    (void)state;
    const uint64_t ms = NS_PER_MS;
    assert_int_equal(stop_of_lateness(0, 0, 0), 0);
    assert_int_equal(stop_of_lateness(50 * ms, 0, 0), 0);
    assert_int_equal(stop_of_lateness(51 * ms, 0, 0), 51 * ms);
    assert_int_equal(stop_of_lateness(6000 * ms, 5950 * ms, 0), 0);
    assert_int_equal(stop_of_lateness(6000 * ms, 1000 * ms, 0), 5000 * ms);
    assert_int_equal(stop_of_lateness(6000 * ms, 0, 5990 * ms), 0);
    assert_int_equal(stop_of_lateness(6000 * ms, 4000 * ms, 3000 * ms), 0); /* counted twice by the kernel */
}

/* Which workload's trial is labelled by which kind of canary, from which change on. */
static void speed_of(const char *workload, unsigned kinds)
{
    const struct cell c = {.workload = workload, .workers = 1, .n_pus = 1};
    assert_int_equal(canary_kinds_of_cell(&c), kinds);
    for (unsigned k = 0; k < CANARIES; k++)
        for (int after = 0; after < 2; after++) {
            struct trial_record r = quiet();
            r.cpu_user_ns = r.run_ns; /* all of the time */
            struct metric *m = after ? &r.canaries[k].after_ns : &r.canaries[k].before_ns;
            m->value = (int64_t)((double)m->value * (1 + canary_kinds[k].limit));
            assert_int_equal(trial_disturbances(&c, &r), 0);
            m->value += 2;
            assert_int_equal(trial_disturbances(&c, &r), (kinds >> k & 1) << DISTURBED_SPEED);
            m->why = "missing";
            assert_int_equal(trial_disturbances(&c, &r), 0);
        }
}

/* Of who mostly waits a slower CPU takes little: half of a fiftieth of the time is a hundredth. */
static void test_speed_of_waiting(void **state)
{
    (void)state;
    const struct cell c = {.workload = "sleep", .workers = 1, .n_pus = 1};
    struct trial_record r = quiet();
    r.canaries[CANARY_CHAIN] = (struct canary_record){{.value = 1000}, {.value = 2000}};
    r.cpu_user_ns = r.run_ns / 100;
    r.cpu_system_ns = r.run_ns / 100;
    assert_int_equal(trial_disturbances(&c, &r), 0);
    r.cpu_system_ns += 1000;
    assert_int_equal(trial_disturbances(&c, &r), 1u << DISTURBED_SPEED);
    r.cpu_system_ns = 0;
    assert_int_equal(trial_disturbances(&c, &r), 0);
    r.service_user_ns = (struct metric){.value = (int64_t)r.run_ns / 50}; /* its service computes for it */
    r.service_system_ns = (struct metric){.value = 0};
    assert_int_equal(trial_disturbances(&c, &r), 1u << DISTURBED_SPEED);
}

static void test_speed(void **state)
{
    (void)state;
    const unsigned all = (1u << CANARIES) - 1, chain = 1u << CANARY_CHAIN, independent = 1u << CANARY_INDEPENDENT;
    const unsigned stores = 1u << CANARY_STORES, loads = 1u << CANARY_LOADS, call = 1u << CANARY_SYSCALL;
    const unsigned fault = 1u << CANARY_PAGE_FAULT;
    speed_of("primes", chain | independent | stores);
    speed_of("stream", stores | loads | fault);
    speed_of("syscall", call | fault);
    speed_of("sleep", call | chain);
    speed_of("pingpong", call | chain);
    speed_of("fetch", call | chain);
    speed_of("request", chain | independent | stores | call);
    speed_of("of a plug-in that is gone", all);
    speed_of(NULL, all);
    assert_int_equal(canary_kinds_of("a family of a plug-in's own"), all);
    const struct workload *w;
    for (size_t i = 0; (w = workload_at(i)); i++) /* a new family needs a row */
        if (canary_kinds_of(w->family) == all)
            fail_msg("the family \"%s\" resembles no kind of canary", w->family);
}

/* Of each kind the geometric mean by block, without what is missing. */
static void test_canary_means(void **state)
{
    (void)state;
    struct plan p = made_plan(3, 1, 1);
    made_stand(made_point(&p, 1, 1), made_cell(&p, "null", "serial", 1, 1));
    struct summarizer *z = summarizer_new(&p);
    struct summary s;
    struct err e = {0};
    assert_non_null(z);
    for (unsigned b = 0; b < 2; b++) {
        struct trial_record r = made_trial(&p, 0, b, 1e5);
        for (unsigned k = 0; k < CANARIES; k++)
            r.canaries[k] = (struct canary_record){{.value = 100 * (k + 1)}, {.value = 400 * (k + 1)}};
        r.canaries[CANARY_LOADS].after_ns.why = "missing";
        r.canaries[CANARY_SYSCALL] = (struct canary_record){{.why = "missing"}, {.why = "missing"}};
        assert_int_equal(summarizer_add(z, &r, &e), 0);
    }
    assert_int_equal(summarizer_finish(z, &s, &e), 0);
    for (unsigned k = 0; k < CANARIES; k++)
        for (unsigned b = 0; b < 3; b++) {
            double due = (k == CANARY_LOADS ? 100 : 200) * (double)(k + 1);
            if (b == 2 || k == CANARY_SYSCALL)
                assert_true(isnan(s.canaries[k][b]));
            else
                assert_true(fabs(s.canaries[k][b] - due) < 1e-6 * due);
        }
    assert_ptr_equal(s.canary_ns, s.canaries[CANARY_CHAIN]);
    summary_release(&s);
    plan_release(&p);
}

/* The counters' grain is a tick: in a short trial a tick alone tells nothing, though it is a large share. */
static void test_grain(void **state)
{
    (void)state;
    const struct cell c = {.workers = 4, .n_pus = 1};
    struct trial_record r = quiet();
    r.run_ns = 100 * NS_PER_MS;
    r.cpu_user_ns = r.run_ns; /* all of the CPU: the kernel's samples can't be wrong about it */
    r.cpu_system_ns = 0;
    r.queue_wait_ns.value = (int64_t)NS_PER_S;
    r.steal_ns.value = 10 * (int64_t)NS_PER_MS;
    r.foreign_used_ns = (struct metric){.value = 25 * (int64_t)NS_PER_MS}; /* and its interrupts */
    assert_int_equal(trial_disturbances(&c, &r), 0);
    r.steal_ns.value++;
    assert_int_equal(trial_disturbances(&c, &r), 1u << DISTURBED_STEAL);
    r.foreign_used_ns.value++;
    assert_int_equal(trial_disturbances(&c, &r), 1u << DISTURBED_STEAL | LOAD);
    r.steal_ns.value = 0;
    r.cpu_user_ns /= 2; /* half of it: 10 samples of a coin, which may be wrong by 3 times 1.6 ticks */
    r.foreign_used_ns.value = 69 * (int64_t)NS_PER_MS;
    assert_int_equal(trial_disturbances(&c, &r), 0);
    r.foreign_used_ns.value = 70 * (int64_t)NS_PER_MS;
    assert_int_equal(trial_disturbances(&c, &r), LOAD);
}

/* A worker that is not pinned may move; a share is one of the CPUs that are used, not of all that are offered. */
static void test_cells(void **state)
{
    (void)state;
    struct cell c = {.workers = 4, .n_pus = 0};
    struct trial_record r = quiet();
    r.migrations.value = 10000;
    assert_int_equal(trial_disturbances(&c, &r), 0);
    r = quiet();
    r.steal_ns.value = 15 * (int64_t)NS_PER_MS;
    c = (struct cell){.workers = 1, .n_pus = 2};
    assert_int_equal(trial_disturbances(&c, &r), 1u << DISTURBED_STEAL);
    c.workers = 2;
    assert_int_equal(trial_disturbances(&c, &r), 0);
    c = (struct cell){.workers = 1, .pool = 4, .offered = 2, .n_pus = 2}; /* one loop, and a pool on both CPUs */
    assert_int_equal(trial_disturbances(&c, &r), 0);
    c.n_pus = 1;
    assert_int_equal(trial_disturbances(&c, &r), 1u << DISTURBED_STEAL);
}

/* A summary counts a trial once, however many causes it has, and each cause. */
static void test_counted(void **state)
{
    (void)state;
    struct plan p = made_plan(3, 1, 1);
    made_stand(made_point(&p, 1, 1), made_cell(&p, "null", "serial", 1, 1));
    struct summarizer *z = summarizer_new(&p);
    struct summary s;
    struct err e = {0};
    assert_non_null(z);
    for (unsigned b = 0; b < 3; b++) {
        struct trial_record r = made_trial(&p, 0, b, 1e5);
        r.throttled_ns.value = b > 0 ? (int64_t)r.run_ns / 10 : 0;
        r.migrations.value = b > 1 ? 1000 : 0;
        assert_int_equal(summarizer_add(z, &r, &e), 0);
    }
    assert_int_equal(summarizer_finish(z, &s, &e), 0);
    assert_int_equal(s.cells[0].trials, 3);
    assert_int_equal(s.cells[0].disturbed, 2);
    assert_int_equal(s.cells[0].disturbed_by[DISTURBED_QUOTA], 2);
    assert_int_equal(s.cells[0].disturbed_by[DISTURBED_MIGRATION], 1);
    assert_int_equal(s.cells[0].disturbed_by[DISTURBED_LOAD], 0);
    assert_true(fabs(s.cells[0].lost_to[DISTURBED_QUOTA] - 0.2) < 1e-6);
    assert_true(s.cells[0].lost_to[DISTURBED_LOAD] == 0);
    summary_release(&s);
    plan_release(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_thresholds),   cmocka_unit_test(test_switches),
        cmocka_unit_test(test_wakeups),      cmocka_unit_test(test_load),
        cmocka_unit_test(test_pressure),     cmocka_unit_test(test_quota_is_no_preemption),
        cmocka_unit_test(test_from_before),  cmocka_unit_test(test_stopped),
        cmocka_unit_test(test_company),      cmocka_unit_test(test_lateness),
        cmocka_unit_test(test_speed),        cmocka_unit_test(test_speed_of_waiting),
        cmocka_unit_test(test_canary_means), cmocka_unit_test(test_grain),
        cmocka_unit_test(test_cells),        cmocka_unit_test(test_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
