/* SPDX-License-Identifier: MIT */
/* The noise of a run: labels by what took most, and a range that disturbed trials have no part in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "harness/insight/noise_profile.h"
#include "tests/unit/made_run.h"

static const char *const names[] = {"serial", "threads"};

/* A summary of both models; `disturb` may change a trial before it is added. */
static struct summary run_of(struct plan *p, unsigned blocks, void (*disturb)(struct trial_record *r))
{
    struct err e = {0};
    struct summary s;
    *p = made_plan(blocks, 2, 1);
    made_models(p, "primes", 1, 1, names, 2);
    struct summarizer *z = summarizer_new(p);
    assert_non_null(z);
    for (unsigned b = 0; b < blocks; b++)
        for (unsigned c = 0; c < 2; c++) {
            struct trial_record r = made_trial(p, c, b, 1e5 * (1 + 0.0001 * b)); /* 0.1 s each */
            snprintf(r.started, sizeof r.started, "2026-01-01T00:%02u:%02u.5Z", b / 60, b % 60);
            disturb(&r);
            assert_int_equal(summarizer_add(z, &r, &e), 0);
        }
    assert_int_equal(summarizer_finish(z, &s, &e), 0);
    return s;
}

static unsigned label(const struct summary *s, unsigned cell, unsigned block)
{
    return s->marks[(size_t)cell * s->plan->blocks + block].label;
}

static void some(struct trial_record *r)
{
    if (r->cell == 0 && r->block == 3) { /* both, and steal took more */
        r->steal_ns.value = 50 * (int64_t)NS_PER_MS;
        r->throttled_ns.value = 20 * (int64_t)NS_PER_MS;
    }
    if (r->cell == 1 && r->block == 5) {
        r->throttled_ns.value = 20 * (int64_t)NS_PER_MS;
        r->run_ns *= 3;
    }
    if (r->cell == 1 && r->block == 7) {
        r->status = TRIAL_FAILED;
        snprintf(r->reason, sizeof r->reason, "killed");
    }
}

static void test_labels(void **state)
{
    (void)state;
    struct plan p;
    struct noise_profile n;
    struct summary s = run_of(&p, 30, some);
    assert_string_equal(trial_label_name(label(&s, 0, 0)), "undisturbed");
    assert_string_equal(trial_label_name(label(&s, 0, 3)), "steal");
    assert_string_equal(trial_label_name(label(&s, 1, 5)), "quota");
    assert_string_equal(trial_label_name(label(&s, 1, 7)), "failed");
    assert_int_equal(noise_profile_of(&s, &n), 0);
    assert_true(n.trials == 60 && n.undisturbed == 57 && n.failed == 1);
    assert_true(n.by[DISTURBED_STEAL] == 1 && n.by[DISTURBED_QUOTA] == 1 && n.by[DISTURBED_LOAD] == 0);
    assert_true(n.low > 0.998 && n.low < 1 && n.high > 1 &&
                n.high < 1.002); /* without the one that took 3 times as long */
    assert_true(fabs(n.end_s - n.begin_s - 29) < 1e-3);
    assert_true(trial_relative_rate(&s, 1, 5) < 0.4 && isnan(trial_relative_rate(&s, 1, 7)));
    summary_release(&s);
    plan_release(&p);
}

static void none(struct trial_record *r)
{
    r->started[0] = 0; /* of no time that can be read */
}

static void test_few_and_timeless(void **state)
{
    (void)state;
    struct plan p;
    struct noise_profile n;
    struct summary s = run_of(&p, 8, none);
    assert_int_equal(noise_profile_of(&s, &n), 0);
    assert_true(n.trials == 16 && n.undisturbed == 16);
    assert_true(isnan(n.low) && isnan(n.high)); /* 16 are too few */
    assert_true(isnan(n.begin_s) && isnan(n.end_s) && isnan(s.marks[0].began_s));
    summary_release(&s);
    plan_release(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_labels), cmocka_unit_test(test_few_and_timeless)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
