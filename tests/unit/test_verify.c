/* SPDX-License-Identifier: MIT */
/* How a measured value becomes a verdict, the interval of a share, and replays of noise that is known. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>
#include <time.h>

#include "harness/machine/machine.h"
#include "harness/stats/order.h"
#include "harness/stats/proportion.h"
#include "harness/verify/load.h"
#include "harness/verify/planted.h"
#include "harness/verify/trace.h"
#include "tests/limit.h"

/* k of n against a bar: with the intervals that rows of shares have. */
static enum bar_verdict share(unsigned k, unsigned n, double least, double most)
{
    struct bar_row r = {.least = least, .most = most};
    row_share(&r, k, n);
    return bar_judge(&r);
}

static void test_verdicts_of_shares(void **state)
{
    (void)state;
    assert_int_equal(share(10, 200, -INFINITY, 5), BAR_PASS);
    assert_int_equal(share(11, 200, -INFINITY, 5), BAR_NOT_RULED_OUT);
    assert_int_equal(share(40, 200, -INFINITY, 5), BAR_FAIL);
    assert_int_equal(share(6, 25, -INFINITY, 5), BAR_NOT_RULED_OUT); /* 24 % is no pass */
    assert_int_equal(share(0, 25, -INFINITY, 5), BAR_NOT_RULED_OUT); /* 10 % would look so in one of 14 */
    assert_int_equal(share(0, 40, -INFINITY, 5), BAR_PASS);
    assert_int_equal(share(12, 25, -INFINITY, 5), BAR_FAIL);
    assert_int_equal(share(3, 3, 95, INFINITY), BAR_NOT_RULED_OUT);
    assert_int_equal(share(40, 40, 95, INFINITY), BAR_PASS);
    assert_int_equal(share(20, 40, 95, INFINITY), BAR_FAIL);
    assert_int_equal(share(0, 0, -INFINITY, 5), BAR_UNDECIDED);
}

static void test_verdicts(void **state)
{
    struct bar_row r = {.least = 93, .most = 97, .measured = 95, .lower = 91.1, .upper = 98.9};
    (void)state;
    r.sure_lower = 90;
    r.sure_upper = 100;
    assert_int_equal(bar_judge(&r), BAR_PASS);
    r.lower = 90.9;
    assert_int_equal(bar_judge(&r), BAR_NOT_RULED_OUT);
    r.lower = r.upper = NAN;
    assert_int_equal(bar_judge(&r), BAR_NOT_RULED_OUT);
    r.sure_lower = r.sure_upper = NAN;
    assert_int_equal(bar_judge(&r), BAR_UNDECIDED);
    r = (struct bar_row){.least = 93, .most = 97, .measured = 91, .lower = 90, .upper = 92};
    r.sure_lower = 89;
    r.sure_upper = 92.9;
    assert_int_equal(bar_judge(&r), BAR_FAIL);
    r.unreachable = true;
    assert_int_equal(bar_judge(&r), BAR_UNREACHABLE);
    r.sure_upper = 93.1;
    assert_int_equal(bar_judge(&r), BAR_NOT_RULED_OUT);
    r = (struct bar_row){.least = 100, .most = INFINITY};
    row_exact(&r, 100);
    assert_int_equal(bar_judge(&r), BAR_PASS);
    row_exact(&r, 99);
    assert_int_equal(bar_judge(&r), BAR_FAIL);
    row_exact(&r, NAN);
    assert_int_equal(bar_judge(&r), BAR_UNDECIDED);
}

/* scipy.stats.binomtest(k, n).proportion_ci(level, "exact") */
static void test_shares(void **state)
{
    static const struct {
        unsigned k, n;
        double level, lower, upper;
    } oracle[] = {
        {0, 10, 0.95, 0, 0.308497107819},
        {10, 10, 0.95, 0.691502892181, 1},
        {1, 3, 0.95, 0.00840375865961, 0.905700675949},
        {7, 200, 0.95, 0.0141855258984, 0.070780998351},
        {7, 200, 0.999, 0.00682152651034, 0.0997953515049},
        {199, 200, 0.999, 0.951115886611, 0.999997499378},
        {500, 1000, 0.95, 0.468549172972, 0.531450827028},
        {12, 20000, 0.95, 0.000310065963214, 0.00104784444359},
    };
    struct stats_interval i;
    (void)state;
    for (unsigned c = 0; c < sizeof oracle / sizeof oracle[0]; c++) {
        assert_true(stats_proportion_interval(oracle[c].k, oracle[c].n, oracle[c].level, &i));
        assert_true(fabs(i.lower - oracle[c].lower) < 1e-9);
        assert_true(fabs(i.upper - oracle[c].upper) < 1e-9);
    }
    assert_false(stats_proportion_interval(0, 0, 0.95, &i));
    assert_true(isnan(i.lower) && isnan(i.estimate));
}

enum { N = 500, PAIRS = 200 };

static unsigned found(double spread, double shift, double margin, enum replay what, unsigned times)
{
    static double x[N], memory[PAIRS];
    struct stats_rng rng;
    struct stats_looks *looks = trace_looks(PAIRS);
    const struct trace t = {.n = N, .log_ratio = x};
    unsigned n = 0;
    stats_rng_init(&rng, 7);
    for (unsigned i = 0; i < N; i++)
        x[i] = spread * (stats_rng_uniform(&rng) - 0.5);
    for (unsigned i = 0; i < times; i++)
        n += trace_replay(&t, &rng, looks, shift, margin, memory) == what;
    stats_looks_free(looks);
    return n;
}

static void test_replays(void **state)
{
    (void)state;
    assert_int_equal(found(0.01, 0.02, 0, REPLAY_SIDE_1, 50), 50);
    assert_int_equal(found(0.01, -0.02, 0, REPLAY_SIDE_0, 50), 50);
    assert_int_equal(found(0.01, 0.02, 0, REPLAY_SIDE_0, 50), 0);
    assert_true(found(1, 0, 0, REPLAY_NOTHING, 400) >= 360); /* 95 % is proved; 90 would be 5 deviations off */
    assert_true(found(1, 0.001, 0, REPLAY_NOTHING, 100) > 80);
    assert_int_equal(found(0.01, 0.01, 0.02, REPLAY_ALIKE, 50), 50); /* +1 % does not matter by default */
    assert_int_equal(found(0.01, 0.04, 0.02, REPLAY_SIDE_1, 50), 50);
    assert_int_equal(found(0.01, -0.04, 0.02, REPLAY_SIDE_0, 50), 50);
}

/* As recorded, so what goes wrong with the order of measuring is seen: drift, or one side that always wins. */
static void test_as_recorded(void **state)
{
    static double x[N], memory[PAIRS];
    const struct trace t = {.n = N, .log_ratio = x};
    struct stats_looks *looks = trace_looks(PAIRS), *fewer = trace_looks(100);
    (void)state;
    for (unsigned i = 0; i < N; i++)
        x[i] = i < 100 ? (i % 2 ? 0.01 : -0.01) : i < 300 ? 0.001 : -0.03;
    assert_int_equal(trace_as_recorded(&t, 0, fewer, 0, memory), REPLAY_NOTHING);
    assert_int_equal(trace_as_recorded(&t, 100, looks, 0, memory), REPLAY_SIDE_1);
    assert_int_equal(trace_as_recorded(&t, 100, looks, 0.02, memory), REPLAY_ALIKE);
    assert_int_equal(trace_as_recorded(&t, 300, looks, 0, memory), REPLAY_SIDE_0);
    assert_int_equal(trace_as_recorded(&t, 300, looks, 0.02, memory), REPLAY_SIDE_0);
    stats_looks_free(looks);
    stats_looks_free(fewer);
    assert_false(trace_naive(x, 100));
    assert_true(trace_naive(x + 100, STATS_LEAST_N));
}

/* A load that can't be where it belongs is no load: that is said, not passed over. */
static void test_load(void **state)
{
    struct load *l;
    struct err e = {0};
    int pus[2], far[] = {CELL_MAX_PUS - 1};
    struct bar_row r = {.measured = 1};
    struct trace t = {.load_share = NAN};
    (void)state;
    assert_true(pin_allowed(pus, 1) >= 1);
    double share = 0;
    for (unsigned ms = 50, end = 1000 * hang_limit(20); share <= 0 && ms < end; ms *= 2) { /* until it came to run */
        assert_int_equal(load_start(&l, pus, 1, &e), 0);
        nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L}, NULL);
        share = load_stop(l);
    }
    assert_true(share > 0);
    assert_true(load_start(&l, far, 1, &e) < 0);
    assert_non_null(strstr(e.text, "can't be pinned to processing unit"));
    load_stop(l);
    assert_false(trace_load_failed(&t, &r));
    t.load_share = 0.25;
    assert_false(trace_load_failed(&t, &r));
    assert_int_equal(r.measured, 1);
    t.load_share = 0.01;
    assert_true(trace_load_failed(&t, &r));
    assert_true(isnan(r.measured) && r.note[0]);
}

static void test_replay_looked_at_naively_or_once(void **state)
{
    static double x[N], memory[PAIRS];
    struct stats_rng rng;
    const struct trace t = {.n = N, .log_ratio = x};
    unsigned naive = 0, once = 0;
    (void)state;
    stats_rng_init(&rng, 3);
    for (unsigned i = 0; i < N; i++)
        x[i] = stats_rng_uniform(&rng) - 0.5;
    for (unsigned i = 0; i < 400; i++) {
        naive += trace_replay_naive(&t, &rng, PAIRS);
        once += trace_replay_once(&t, &rng, PAIRS, 0, memory) != REPLAY_NOTHING;
    }
    assert_true(naive > 80); /* a fifth and more */
    assert_true(once < 48);  /* two tests at 5 %: at most 10 %, and 12 would be more than a deviation off */
    assert_int_equal(trace_replay_once(&t, &rng, PAIRS, 1, memory), REPLAY_SIDE_1);
    assert_int_equal(trace_replay_once(&t, &rng, PAIRS, -1, memory), REPLAY_SIDE_0);
}

/* The golden value of the planted workload leaps ahead; the kernel walks. */
static void test_planted_golden(void **state)
{
    static const int64_t rounds[] = {0, 1, 2, 3, 64, 1000, 4097};
    (void)state;
    for (unsigned k = 0; k < sizeof rounds / sizeof rounds[0]; k++) {
        struct wl_env env = {.p = {[LOOP_ROUNDS] = rounds[k]}};
        uint64_t sum = 0;
        for (uint64_t i = 5; i < 12; i++)
            sum += mix64(i ^ loop_kernel(i, (uint64_t)rounds[k]));
        assert_true(workload_verify_loop.expected(&env, 5, 7) == sum);
    }
}

static void test_tables(void **state)
{
    (void)state;
    for (unsigned i = 0; bars[i]; i++) {
        assert_ptr_equal(bar_find(bars[i]->name), bars[i]);
        assert_non_null(bars[i]->summary);
    }
    assert_null(bar_find("no-such-bar"));
    assert_null(model_find(BARE_MODEL));
    verify_plant();
    assert_non_null(model_find(BARE_MODEL));
    assert_non_null(workload_find(LOOP_WORKLOAD));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_verdicts),
        cmocka_unit_test(test_verdicts_of_shares),
        cmocka_unit_test(test_shares),
        cmocka_unit_test(test_replays),
        cmocka_unit_test(test_as_recorded),
        cmocka_unit_test(test_load),
        cmocka_unit_test(test_replay_looked_at_naively_or_once),
        cmocka_unit_test(test_planted_golden),
        cmocka_unit_test(test_tables),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
