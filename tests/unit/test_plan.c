/* SPDX-License-Identifier: MIT */
/* How a plan's blocks are split over its visits, what a plan from before visits is read as, and the time it keeps. */
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

/* The time that a run keeps, and what its points are without; journals from before have neither. */
static void test_the_time_that_a_run_keeps(void **state)
{
    (void)state;
    unsigned order[6] = {0};
    struct plan p = made_plan(6, 2, 1);
    static const char *const two[] = {"serial", "threads"};
    made_models(&p, "null", 1, 1, two, 2);
    p.time = (struct plan_time){1, 2, 3, 4, 5, 6, 7, 1};
    p.visits = 1;
    p.order = order;
    p.n_runnable = 1;
    assert_int_equal(plan_give_up(&p, 1, "made up"), 0);
    CLEANUP_FREE char *text = written(&p);
    struct plan again = read_back(text);
    assert_memory_equal(&again.time, &p.time, sizeof p.time);
    assert_true(again.points[0].n_left_out == 1 && again.points[0].n_cells == 1 && again.n_skips == 1);
    plan_release(&again);
    take_out(text, ",\"left_out\":1");
    take_out(text, "\"time\":{\"asked_ns\":1,\"trials_ns\":2,\"whole_ns\":3,\"planned_ns\":4,\"blocks_least\":5,"
                   "\"blocks_planned\":6,\"blocks_asked\":7,\"cells_left_out\":1},");
    again = read_back(text);
    assert_true(again.time.asked_ns == 0 && again.time.blocks_asked == 0 && again.points[0].n_left_out == 0);
    plan_release(&again);
    p.time = (struct plan_time){0};
    CLEANUP_FREE char *none = written(&p);
    assert_non_null(strstr(none, "\"time\":null,\"time_unavailable\":"));
    again = read_back(none);
    assert_int_equal(again.time.asked_ns, 0);
    plan_release(&again);
    p.order = NULL;
    plan_release(&p);
}

/* What a journal says of it is checked as all else is. */
static void test_a_time_that_is_none(void **state)
{
    (void)state;
    static const struct {
        const char *was, *is, *says;
    } wrong[] = {{"\"asked_ns\":1", "\"asked_ns\":0", "must be more than 0"},
                 {"\"asked_ns\":1", "\"asked_ns\":-", ""},
                 {"\"trials_ns\":2", "\"trials_xs\":2", "trials_ns"},
                 {"\"left_out\":0", "\"left_out\":{", ""},
                 {"\"blocks_least\":5", "\"blocks_least\":\"", ""}};
    unsigned order[6] = {0};
    struct plan p = made_plan(6, 1, 1);
    made_stand(made_point(&p, 1, 1), made_cell(&p, "null", "serial", 1, 1));
    p.time = (struct plan_time){1, 2, 3, 4, 5, 6, 7, 1};
    p.visits = 1;
    p.order = order;
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        CLEANUP_FREE char *text = written(&p);
        char *at = strstr(text, wrong[i].was);
        struct json *j = NULL;
        struct plan again;
        struct err e = {0};
        assert_non_null(at);
        memcpy(at, wrong[i].is, strlen(wrong[i].is));
        int rc = json_parse(&j, text, strlen(text), "plan", &e);
        if (!rc)
            rc = read_plan((struct fields){.json = j, .object = json_root(j), .e = &e}, &again);
        json_free(j);
        assert_true(rc < 0);
        assert_non_null(strstr(e.text, wrong[i].says));
    }
    p.order = NULL;
    plan_release(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_blocks_are_split_evenly_over_visits),
        cmocka_unit_test(test_one_visit_where_none_are_named),
        cmocka_unit_test(test_the_time_that_a_run_keeps),
        cmocka_unit_test(test_a_time_that_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
