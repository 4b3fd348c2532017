/* SPDX-License-Identifier: MIT */
/* The expectations that a plug-in brings: taken over whatever it was built with, and the ones that are refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/trial/plugin.h"

static int task_init(void *task, const struct wl_env *env, const struct share *share)
{
    (void)env;
    span_init(task, share);
    return 0;
}

static enum step step(void *task, struct op *op)
{
    return span_next(task, op) ? STEP_UNIT : STEP_DONE;
}

static uint64_t checksum(const void *task)
{
    return ((const struct span *)task)->next;
}

static uint64_t expected(const struct wl_env *env, uint64_t first, uint64_t n)
{
    return env->seed + first + n;
}

static const struct param params[] = {{"a", "s", PARAM_COUNT, 5, 1, 9, NULL}, {0}};
static const struct workload brought = {
    .name = "brought",
    .family = "f",
    .summary = "s",
    .unit = "u",
    .params = params,
    .task_size = sizeof(struct span),
    .task_init = task_init,
    .step = step,
    .checksum = checksum,
    .expected = expected,
};

#define FINE                                                                                                           \
    {                                                                                                                  \
        .id = "x", .text = "t", .least = 1, .a = {.kinds = KIND_LOOP}, .reasons = why                                  \
    }
static const struct expectation_reason why[] = {{.text = "r", .least = 1}, {0}};

/* Of a plug-in with these expectations; NULL: it is in order. */
static const char *refusal_of(const struct expectation *x, uint32_t each, const struct workload_plugin **got)
{
    static struct err e;
    struct workload w = brought;
    w.expectations = x;
    const struct workload *const list[] = {&w, NULL};
    struct workload_plugin p = {
        .abi = WORKLOAD_ABI, .kinds = OP_KINDS, .workloads = list, .sizes = WORKLOAD_SIZES_HERE};
    p.sizes[SIZE_EXPECTATION] = each ? each : p.sizes[SIZE_EXPECTATION];
    e = (struct err){0};
    *got = plugin_contract(&p, "x.so", &e);
    assert_int_equal(*got == NULL, e.code == EINVAL);
    return *got ? NULL : e.text;
}

static void test_contract(void **state)
{
    (void)state;
    const struct expectation fine[] = {FINE, {0}};
    const struct workload_plugin *got;
    assert_null(refusal_of(fine, 0, &got));
    assert_ptr_not_equal(got->workloads[0]->expectations, fine);
    assert_string_equal(got->workloads[0]->expectations[0].reasons[0].text, "r");
    assert_null(got->workloads[0]->expectations[1].id);
    enum { SHORT = offsetof(struct expectation, reasons) }; /* built before there were any */
    _Alignas(struct expectation) char older[4 * SHORT] = {0};
    memcpy(older, fine, SHORT);
    assert_null(refusal_of((const struct expectation *)(const void *)older, SHORT, &got));
    assert_string_equal(got->workloads[0]->expectations[0].id, "x");
    assert_null(got->workloads[0]->expectations[1].id);
    assert_null(got->workloads[0]->expectations[0].reasons);

    struct expectation_reason many[EXPECTATION_MOST_REASONS + 2] = {{0}};
    for (unsigned i = 0; i <= EXPECTATION_MOST_REASONS; i++)
        many[i].text = "r";
    static const struct expectation_reason nan[] = {{.text = "r", .least = (double)NAN}, {0}},
                                           bell[] = {{.text = "\a"}, {0}};
    struct expectation bad[] = {FINE, FINE, FINE, FINE, FINE, FINE, FINE, FINE, FINE, FINE, FINE, FINE, FINE};
    static const char *const says[] = {"may hold a-z",
                                       "its text must have",
                                       "must have .least, .most or both",
                                       "must have .least",
                                       "must have .least",
                                       ".quantity is unknown",
                                       ".a.kinds is missing",
                                       "names no parameter of it: 'zz'",
                                       "the range of 'a' is empty",
                                       "more than 8 reasons",
                                       "limits of a reason are no numbers",
                                       "control character",
                                       "must have .least"};
    bad[0].id = "X Y";
    bad[1].text = "";
    bad[2].least = 0;
    bad[3].most = 0.5;
    bad[4].least = -1;
    bad[5].quantity = EXPECT_QUANTITIES;
    bad[6].a.kinds = 0;
    bad[7].where[1].param = "zz";
    bad[8].b.with = (struct expectation_value){"a", 2, 1};
    bad[9].reasons = many;
    bad[10].reasons = nan;
    bad[11].reasons = bell;
    bad[12].least = (double)INFINITY;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        const struct expectation one[] = {bad[i], {0}};
        const char *said = refusal_of(one, 0, &got);
        if (!said || !strstr(said, says[i]))
            fail_msg("case %zu says: %s", i, said ? said : "nothing");
    }
    const struct expectation twice[] = {FINE, FINE, {0}};
    assert_non_null(strstr(refusal_of(twice, 0, &got), "'x' is there twice"));
    struct expectation crowd[EXPECTATIONS_MOST + 2] = {{0}};
    char ids[EXPECTATIONS_MOST + 1][4];
    for (unsigned i = 0; i <= EXPECTATIONS_MOST; i++) {
        snprintf(ids[i], sizeof ids[i], "x%u", i);
        crowd[i] = fine[0];
        crowd[i].id = ids[i];
    }
    assert_non_null(strstr(refusal_of(crowd, 0, &got), "more than 16 expectations"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_contract)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
