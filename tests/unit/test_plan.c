/* SPDX-License-Identifier: MIT */
/* How a plan's blocks are split over its visits, and what a plan from before visits is read as. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <string.h>

#include "harness/base/base.h"
#include "harness/record/plan_json.h"
#include "tests/unit/made_run.h"

/* Consecutive, all of them, and none more than one block longer than another. */
static void test_blocks_are_split_evenly_over_visits(void **state)
{
    (void)state;
    for (unsigned blocks = 1; blocks <= 30; blocks++)
        for (unsigned visits = 0; visits <= blocks; visits++) {
            const struct plan p = {.blocks = blocks, .visits = visits};
            unsigned n = visits ? visits : 1, block = 0; /* 0: a plan that was made up without */
            for (unsigned v = 0; v < n; v++) {
                unsigned length = plan_visit_first(&p, v + 1) - plan_visit_first(&p, v);
                assert_true(length == blocks / n || length == (blocks + n - 1) / n);
                assert_int_equal(plan_visit_first(&p, v), block);
                assert_int_equal(plan_visits_in(&p, block), v);
                for (; length; length--)
                    assert_int_equal(plan_visit_of(&p, block++), v);
            }
            assert_int_equal(block, blocks);
            assert_int_equal(plan_visits_in(&p, blocks), n);
        }
    const struct plan largest = {.blocks = PLAN_MAX_BLOCKS, .visits = PLAN_MAX_VISITS};
    for (unsigned b = 0; b < PLAN_MAX_BLOCKS; b++)
        assert_int_equal(plan_visit_of(&largest, b), b / (PLAN_MAX_BLOCKS / PLAN_MAX_VISITS));
    const struct plan wide = {.blocks = UINT32_MAX, .visits = UINT32_MAX};
    assert_int_equal(plan_visit_of(&wide, UINT32_MAX - 1), UINT32_MAX - 1);
    assert_int_equal(plan_visit_first(&wide, UINT32_MAX), UINT32_MAX);
}

static char *written(const struct plan *p)
{
    char *text = NULL;
    size_t size;
    struct json_writer w;
    FILE *f = open_memstream(&text, &size);
    assert_non_null(f);
    json_init(&w, f, 0);
    json_begin(&w, '{');
    put_plan(&w, p);
    json_end(&w, '}');
    fclose(f);
    return text;
}

static void take_out(char *text, const char *part)
{
    char *at = strstr(text, part);
    assert_non_null(at);
    memmove(at, at + strlen(part), strlen(at + strlen(part)) + 1);
}

static struct plan read_back(const char *text)
{
    struct plan p;
    struct err e = {0};
    struct json *j = NULL;
    assert_int_equal(json_parse(&j, text, strlen(text), "plan", &e), 0);
    int rc = read_plan((struct fields){.json = j, .object = json_root(j), .e = &e}, &p);
    if (rc)
        fail_msg("%s", e.text);
    json_free(j);
    return p;
}

static void test_one_visit_where_none_are_named(void **state)
{
    (void)state;
    unsigned order[6] = {0};
    struct plan p = made_plan(6, 1, 1);
    made_cell(&p, "null", "serial", 1, 1);
    p.visits = 3;
    p.pause_ns = 5;
    p.order = order;
    CLEANUP_FREE char *text = written(&p);
    struct plan again = read_back(text);
    assert_true(again.visits == 3 && again.pause_ns == 5 && again.blocks == 6);
    plan_release(&again);
    take_out(text, "\"visits\":3,");
    take_out(text, "\"pause_ns\":5,");
    again = read_back(text);
    assert_true(again.visits == 1 && again.pause_ns == 0 && again.blocks == 6);
    plan_release(&again);
    p.order = NULL;
    plan_release(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_blocks_are_split_evenly_over_visits),
        cmocka_unit_test(test_one_visit_where_none_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
