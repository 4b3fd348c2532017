/* SPDX-License-Identifier: MIT */
/* Names of figures' files: what was swept, safe to type, and never two alike. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "harness/figure/filename.h"
#include "tests/unit/made_run.h"

static void check(const struct plan *p, unsigned like, const char *name)
{
    char buf[256];
    filename_of_work(buf, sizeof buf, p, like);
    assert_string_equal(buf, name);
}

static void test_works(void **state)
{
    (void)state;
    struct plan p = made_plan(8, 16, 1);
    const int compute = workload_param(workload_find("request"), "compute"),
              wait = workload_param(workload_find("request"), "wait");
    unsigned sleep = made_cell(&p, "sleep", "threads", 1, 1), one = made_cell(&p, "request", "threads", 1, 1),
             again = made_cell(&p, "request", "async", 1, 1), two = made_cell(&p, "request", "threads", 1, 1);
    p.cells[one].p[compute] = p.cells[again].p[compute] = 0;
    p.cells[two].p[compute] = 400000;
    check(&p, sleep, "sleep");
    check(&p, one, "request-compute-0");
    check(&p, two, "request-compute-400000");
    unsigned longer =
        made_cell(&p, "request", "threads", 1, 1); /* of other units, though all parameters are the same */
    p.cells[longer].p[compute] = 400000;
    p.cells[longer].units *= 2;
    check(&p, two, "request-compute-400000");
    check(&p, longer, "request-compute-400000.2");
    unsigned waits = made_cell(&p, "request", "threads", 1, 1);
    p.cells[waits].p[compute] = 0;
    p.cells[waits].p[wait] = 250000000;
    check(&p, waits, "request-compute-0-wait-250ms");
    p.cells[waits].mode = MODE_CLOSED;
    check(&p, waits, "request-compute-0-wait-250ms-closed");
    check(&p, sleep, "sleep");
    plan_release(&p);
}

/* Two files of one name in two folders, with letters that a shell reads. */
static void test_paths(void **state)
{
    (void)state;
    struct plan p = made_plan(8, 4, 1);
    const struct workload *w = NULL;
    unsigned k = 0;
    for (unsigned i = 0; workloads[i]; i++)
        for (unsigned j = 0; workloads[i]->params && workloads[i]->params[j].name; j++)
            if (workloads[i]->params[j].type == PARAM_PATH) {
                w = workloads[i];
                k = j;
            }
    assert_non_null(w);
    char begins[64], buf[256];
    snprintf(begins, sizeof begins, "%s-%s-", w->name, w->params[k].name);
    static const char *const paths[] = {"/one/a b;$c.2", "/two/a b;$c.2"}, *const ends[] = {"a-b--c-2", "a-b--c-2.2"};
    for (unsigned i = 0; i < 2; i++) {
        unsigned c = made_cell(&p, w->name, "threads", 1, 1);
        p.cells[c].p[k] = workload_path(paths[i]);
    }
    for (unsigned i = 0; i < 2; i++) {
        filename_of_work(buf, sizeof buf, &p, i);
        assert_int_equal(strncmp(buf, begins, strlen(begins)), 0);
        assert_string_equal(buf + strlen(begins), ends[i]);
    }
    plan_release(&p);
}

static void test_maps(void **state)
{
    (void)state;
    struct plan p = made_plan(8, 8, 1);
    const int compute = workload_param(workload_find("request"), "compute"),
              wait = workload_param(workload_find("request"), "wait");
    static struct crossover maps[5];
    for (unsigned i = 0; i < 5; i++) {
        maps[i].like = made_cell(&p, "request", "threads", 1, 1);
        maps[i].param = (unsigned)compute;
        maps[i].offered = i < 2 ? i + 1 : i == 2 ? 2 : 1;
        p.cells[maps[i].like].p[compute] = i;
    }
    p.cells[maps[3].like].p[wait] = 2000000;
    maps[4].param = (unsigned)wait;
    static const char *const names[] = {"request-compute-wait-1ms-o1", "request-compute-wait-1ms-o2",
                                        "request-compute-wait-1ms-o2.2", "request-compute-wait-2ms",
                                        "request-compute-4-wait"};
    for (unsigned i = 0; i < 5; i++) {
        char buf[256];
        filename_of_map(buf, sizeof buf, &p, maps, 5, i);
        assert_string_equal(buf, names[i]);
    }
    plan_release(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_works), cmocka_unit_test(test_paths),
                                       cmocka_unit_test(test_maps)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
