/* SPDX-License-Identifier: MIT */
/*
 * The sampler for real, for a moment: its report must agree with the gaps that it showed, however many the machine
 * makes. Whether their causes are right is what `verify --bar gaps` measures.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "harness/base/base.h"
#include "harness/machine/gaps.h"
#include "harness/machine/machine.h"

struct shown {
    struct gap_report sum;
    uint64_t last_ns;
    bool sound;
};

/* No assertion here: a failed one would leave the sampler by a jump. */
static void show(const struct gap *g, void *arg)
{
    struct shown *s = arg;
    s->sound &= g->begin_ns >= s->last_ns && g->end_ns > g->begin_ns;
    s->sound &= g->ns > GAP_LEAST_NS && g->ns <= g->end_ns - g->begin_ns;
    s->sound &= g->before->at_ns <= g->begin_ns && g->after->at_ns >= g->end_ns;
    s->last_ns = g->end_ns;
    s->sum.gaps++;
    s->sum.lost_ns += g->ns;
    s->sum.by[g->cause].gaps++;
    s->sum.by[g->cause].lost_ns += g->ns;
    if (g->ns > s->sum.largest_ns) {
        s->sum.largest_ns = g->ns;
        s->sum.largest_cause = g->cause;
    }
}

static void test_the_report_agrees_with_the_gaps(void **state)
{
    (void)state;
    int cpu;
    struct gap_report r;
    struct shown s = {.sound = true};
    assert_true(pin_allowed(&cpu, 1) > 0);
    struct gap_request q = {.unit = cpu, .duration_ns = 50 * NS_PER_MS, .seen = show, .arg = &s};
    assert_int_equal(gap_sample(&q, &r), 0);
    assert_int_equal(r.rc, 0);
    assert_int_equal(r.unit, cpu);
    assert_true(s.sound);
    assert_int_equal(r.gaps, s.sum.gaps);
    assert_int_equal(r.lost_ns, s.sum.lost_ns);
    assert_int_equal(r.largest_ns, s.sum.largest_ns);
    assert_int_equal(r.largest_cause, s.sum.largest_cause);
    assert_memory_equal(r.by, s.sum.by, sizeof r.by);
    assert_true(r.lost_ns <= r.sampled_ns);
    assert_true(r.sampled_ns + r.reading_ns >= q.duration_ns);
    assert_true(r.readings > r.gaps); /* one before all of them, one after each */
}

static void count_down(void *arg)
{
    _Atomic unsigned *calls = arg;
    (*calls)++;
}

static void test_it_ends_when_it_is_told_to(void **state)
{
    (void)state;
    int cpu;
    struct gap_report r;
    _Atomic unsigned calls = 0;
    assert_true(pin_allowed(&cpu, 1) > 0);
    /* The work stops it: by then it has been called in the quanta before the sampling, whose length it finds out. */
    struct gap_request q = {.unit = cpu, .stop = &calls, .work = count_down, .arg = &calls};
    assert_int_equal(gap_sample(&q, &r), 0);
    assert_true(calls > 0);
    assert_int_equal(r.gaps, 0);
}

static void test_a_cpu_that_is_not_there(void **state)
{
    (void)state;
    struct gap_report r;
    struct gap_request q = {.unit = PIN_MOST - 1, .duration_ns = NS_PER_S};
    int rc = gap_sample(&q, &r);
    assert_true(rc < 0);
    assert_int_equal(r.rc, rc);
    assert_int_equal(r.sampled_ns, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_report_agrees_with_the_gaps),
        cmocka_unit_test(test_it_ends_when_it_is_told_to),
        cmocka_unit_test(test_a_cpu_that_is_not_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
