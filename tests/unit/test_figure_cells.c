/* SPDX-License-Identifier: MIT */
/* Which cells make a figure: all along a line nothing changes but what the axis names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants those first */
#include <cmocka.h>
#include <math.h>

#include "harness/figure/figure.h"
#include "tests/unit/made_run.h"

enum { BLOCKS = 8, MOST = 64 };

static double rates[MOST];
static struct charts list;

/* The charts of that figure; how many. */
static unsigned fill(const struct summary *s, void (*charts)(const struct figure_source *of, struct charts *out))
{
    const struct figure_source of = {.summary = s};
    charts_release(&list);
    charts(&of, &list);
    return list.n;
}

/* The files of a figure, as they are named in the end. */
struct files {
    unsigned n;
    char name[8][400];
};

static int note_file(void *arg, const struct figure *f, const struct chart *c)
{
    struct files *to = arg;
    assert_true(to->n < 8);
    snprintf(to->name[to->n++], sizeof to->name[0], "%s-%s", f->name, c->file);
    return 0;
}

static struct files files_of(const struct summary *s, const char *figure)
{
    const struct figure_source of = {.summary = s};
    struct files files = {0};
    assert_int_equal(figures_each(&of, figure, note_file, &files), 0);
    return files;
}

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
    (void)state;
    assert_int_equal(fill(&s, figure_throughput), 2);
    const struct files files = files_of(&s, "throughput");
    assert_int_equal(files.n, 2);
    for (unsigned i = 0; i < list.n; i++) {
        char says[64], name[64];
        const struct chart *c = list.at[i];
        snprintf(says, sizeof says, "; on %u CPU%s", i + 1, i ? "s" : "");
        snprintf(name, sizeof name, "throughput-sleep-o%u", i + 1);
        assert_non_null(strstr(c->subtitle, says));
        assert_string_equal(files.name[i], name);
        assert_true(c->n_lines == 1 && c->line[0].n == 2);
        assert_true(c->per_x); /* throughput is as many times higher as there are tasks in flight */
        for (unsigned k = 0; k < 2; k++) {
            assert_true(c->line[0].at[k].x == in_flight[k]);
            assert_true(fabs(c->line[0].at[k].at[0].y / (1000 * (i + 1)) - 1) < 0.01);
            assert_true(fabs(c->line[0].at[k].at[1].y / (1000 * (i + 1) * in_flight[k]) - 1) < 0.01);
        }
        assert_false(c->joined); /* two points are no line */
    }
    charts_release(&list);
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
    assert_int_equal(fill(&s, figure_throughput), 2);
    const struct chart_line *l = &list.at[0]->line[0];
    assert_int_equal(l->n, 2);
    assert_true(l->at[0].x == 1 && l->at[1].x == 16);
    assert_true(l->at[1].cell == 3);
    assert_true(!list.at[0]->joined && list.at[1]->joined);
    charts_release(&list);
    summary_release(&s);
    plan_release(&p);
}

/* Where the tasks in flight follow the units there is no throughput against them, but a speedup against units. */
static void test_no_figure_of_two_things_at_once(void **state)
{
    struct plan p = sweep(NULL, 0);
    struct summary s = made_summary(&p, rates);
    (void)state;
    assert_int_equal(fill(&s, figure_throughput), 0);
    assert_int_equal(fill(&s, figure_speedup), 0); /* sleep computes nothing */
    for (unsigned i = 0; i < p.n_cells; i++)
        p.cells[i].workload = intern("primes");
    assert_int_equal(fill(&s, figure_speedup), 1);
    assert_true(list.at[0]->line[0].n == 2 && fabs(list.at[0]->line[0].at[1].at[0].y / 8 - 1) < 0.01);
    assert_string_equal(list.at[0]->file, "primes");
    charts_release(&list);
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
    assert_int_equal(fill(&s, figure_throughput), 2);
    const struct files files = files_of(&s, "throughput");
    assert_string_equal(files.name[0], "throughput-sleep-o1");
    assert_true(fabs(list.at[0]->line[0].at[1].at[0].y / 1000 - 1) < 0.01);
    assert_string_equal(files.name[1], "throughput-sleep-o1-multi");
    assert_non_null(strstr(list.at[1]->subtitle, "; libc multi"));
    assert_true(fabs(list.at[1]->line[0].at[1].at[0].y / 2000 - 1) < 0.01);
    charts_release(&list);
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
