/* SPDX-License-Identifier: MIT */
/* Which cells make a figure: all along a line nothing changes but what the axis names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants those first */
#include <cmocka.h>
#include <math.h>

#include "harness/report/series.h"
#include "tests/unit/made_run.h"

enum { BLOCKS = 8, MOST = 64 };

static double rates[MOST];
static struct series figure; /* large */

/* serial and threads at each of 1 and 2 units with these tasks in flight: threads do 1000 a second for each unit and
 * task. */
static struct plan sweep(const unsigned *concurrency, unsigned n)
{
    struct plan p = made_plan(BLOCKS, MOST, MOST);
    unsigned serial = made_cell(&p, "sleep", "serial", 1, 1);
    rates[serial] = 500;
    for (unsigned units = 1; units <= 2; units++)
        for (unsigned i = 0; i < (n ? n : 1); i++) {
            unsigned c = n ? concurrency[i] : units;
            struct plan_point *t = made_point(&p, units, c);
            t->serial = (int)serial;
            made_stand(t, serial);
            unsigned cell = made_cell(&p, "sleep", "threads", units, c);
            made_stand(t, cell);
            rates[cell] = 1000 * units * c;
        }
    return p;
}

static void test_units_have_figures_of_their_own(void **state)
{
    static const unsigned in_flight[] = {1, 16};
    struct plan p = sweep(in_flight, 2);
    struct summary s = made_summary(&p, rates);
    unsigned n = 0;
    (void)state;
    for (unsigned i = 0; i < p.n_points; i++) {
        char says[64], suffix[16];
        if (!series_fill(&figure, &s, i, FIGURE_throughput))
            continue;
        n++;
        snprintf(says, sizeof says, "; on %u processing unit%s", n, n == 1 ? "" : "s");
        snprintf(suffix, sizeof suffix, "-o%u", n);
        assert_non_null(strstr(figure.subtitle, says));
        assert_string_equal(figure.suffix, suffix);
        assert_true(figure.n_lines == 1 && figure.line[0].n == 2);
        assert_true(figure.per_task); /* throughput is as many times higher as there are tasks in flight */
        for (unsigned k = 0; k < 2; k++) {
            assert_true(figure.line[0].at[k].x == in_flight[k]);
            assert_true(fabs(figure.line[0].at[k].y / (1000 * n) - 1) < 0.01);
        }
    }
    assert_int_equal(n, 2);
    summary_release(&s);
    plan_release(&p);
}

/* What failed at one unit is missing there; the cell of two units does not stand in for it. */
static void test_a_gap_stays_a_gap(void **state)
{
    static const unsigned in_flight[] = {1, 4, 16};
    struct plan p = sweep(in_flight, 3);
    (void)state;
    rates[2] = 0; /* threads on 1 unit, 4 in flight */
    struct summary s = made_summary(&p, rates);
    assert_true(series_fill(&figure, &s, 0, FIGURE_throughput));
    assert_int_equal(figure.line[0].n, 2);
    assert_true(figure.line[0].at[0].x == 1 && figure.line[0].at[1].x == 16);
    assert_true(figure.line[0].at[1].cell == 3);
    summary_release(&s);
    plan_release(&p);
}

/* Where the tasks in flight follow the units there is no throughput against them, but a speedup against units. */
static void test_no_figure_of_two_things_at_once(void **state)
{
    struct plan p = sweep(NULL, 0);
    struct summary s = made_summary(&p, rates);
    (void)state;
    for (unsigned i = 0; i < p.n_points; i++)
        assert_false(series_fill(&figure, &s, i, FIGURE_throughput));
    assert_true(series_fill(&figure, &s, 0, FIGURE_speedup));
    assert_true(figure.line[0].n == 2 && fabs(figure.line[0].at[1].y / 8 - 1) < 0.01);
    assert_string_equal(figure.suffix, "");
    assert_false(series_fill(&figure, &s, 1, FIGURE_speedup)); /* it is that of point 0 */
    summary_release(&s);
    plan_release(&p);
}

static void test_states_of_libc_have_figures_of_their_own(void **state)
{
    static const unsigned in_flight[] = {1, 16};
    struct plan p = sweep(in_flight, 2);
    (void)state;
    for (unsigned i = 2; i < 4; i++) { /* the points of 2 units become those of 1 unit, with another state of libc */
        p.points[i].offered = 1;
        p.points[i].cells[0] = p.points[i].cells[1];
        p.points[i].n_cells = 1;
        p.cells[p.points[i].cells[0]].libc_threads = LIBC_MULTI;
    }
    struct summary s = made_summary(&p, rates);
    assert_true(series_fill(&figure, &s, 0, FIGURE_throughput));
    assert_string_equal(figure.suffix, "-o1");
    assert_true(fabs(figure.line[0].at[1].y / 1000 - 1) < 0.01);
    assert_true(series_fill(&figure, &s, 2, FIGURE_throughput));
    assert_string_equal(figure.suffix, "-o1-multi");
    assert_non_null(strstr(figure.subtitle, "; libc multi"));
    assert_true(fabs(figure.line[0].at[1].y / 2000 - 1) < 0.01);
    summary_release(&s);
    plan_release(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_units_have_figures_of_their_own),
        cmocka_unit_test(test_a_gap_stays_a_gap),
        cmocka_unit_test(test_no_figure_of_two_things_at_once),
        cmocka_unit_test(test_states_of_libc_have_figures_of_their_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
