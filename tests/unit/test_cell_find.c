/* SPDX-License-Identifier: MIT */
/* Which cell a user means, and which ones may have been meant. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>

#include "harness/record/cell_find.h"
#include "tests/unit/made_run.h"

static struct plan made(void)
{
    static const char *const names[] = {"serial", "threads", "async"};
    struct plan p = made_plan(2, 16, 4);
    for (unsigned c = 1; c <= 4; c *= 4) {
        made_models(&p, "sleep", 1, c, names, ARRAY_LEN(names));
        made_models(&p, "primes", 1, c, names, ARRAY_LEN(names));
    }
    p.cells[9].concurrency = 8;                                        /* one that is told apart by this alone */
    made_stand(&p.points[0], made_cell(&p, "sleep", "threads", 1, 1)); /* a twin: another amount of work */
    p.cells[12].units *= 2;
    return p;
}

static void test_ids(void **state)
{
    (void)state;
    struct plan p = made();
    char **ids = plan_cell_ids(&p), id[CELL_ID_MAX];
    assert_non_null(ids);
    for (unsigned i = 0; i < p.n_cells; i++) {
        plan_cell_id(&p, i, id, sizeof id);
        assert_string_equal(ids[i], id);
        struct cells_near near;
        assert_int_equal(cell_find(&p, id, &near), i);
    }
    assert_non_null(strstr(ids[12], " #2"));
    plan_cell_ids_free(&p, ids);
    plan_cell_ids_free(&p, NULL);
    plan_release(&p);
}

static void test_found(void **state)
{
    (void)state;
    struct plan p = made();
    struct cells_near near;
    static const struct {
        const char *text;
        int cell;
    } cases[] = {{"0", 0},
                 {"12", 12},
                 {"007", 7},
                 {"primes async c4", 11},
                 {"c4  async primes", 11},
                 {"primes c8", 9},
                 {"#2", 12},
                 {" threads primes  c1 ", 4}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        assert_int_equal(cell_find(&p, cases[i].text, &near), cases[i].cell);
    plan_release(&p);
}

static void test_not_found(void **state)
{
    (void)state;
    struct plan p = made();
    struct cells_near near;
    static const char *const none[] = {"", " ", "13", "99999999999999999999", "xyzzy", "-1"};
    for (size_t i = 0; i < ARRAY_LEN(none); i++) {
        assert_int_equal(cell_find(&p, none[i], &near), -ENOENT);
        assert_int_equal(near.matching, 0);
        assert_int_equal(near.n, 0);
    }
    assert_int_equal(cell_find(&p, "xyzzy", &near), -ENOENT);
    assert_int_equal(near.n, 0);
    assert_int_equal(cell_find(&p, "primes", &near), -ENOENT); /* several */
    assert_int_equal(near.matching, 6);
    assert_int_equal(near.n, CELLS_NEAR);
    for (unsigned i = 0; i < near.n; i++)
        assert_int_equal(near.cells[i], 3 + i);
    assert_int_equal(cell_find(&p, "primes treads c4", &near), -ENOENT); /* mistyped: what is most alike comes first */
    assert_int_equal(near.matching, 0);
    assert_int_equal(near.n, CELLS_NEAR);
    assert_int_equal(near.cells[0], 10);
    assert_int_equal(cell_find(&p, "asinc", &near), -ENOENT);
    assert_int_equal(near.n, CELLS_NEAR);
    for (unsigned i = 0; i < near.n; i++)
        assert_string_equal(p.cells[near.cells[i]].model, "async");
    plan_release(&p);
    struct plan empty = made_plan(1, 1, 1);
    assert_int_equal(cell_find(&empty, "0", &near), -ENOENT);
    assert_int_equal(near.n, 0);
    plan_release(&empty);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_ids), cmocka_unit_test(test_found),
                                       cmocka_unit_test(test_not_found)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
