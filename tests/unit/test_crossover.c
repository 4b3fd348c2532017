/* SPDX-License-Identifier: MIT */
/* Crossover maps of summaries made by hand: which points belong together, and what is said of each field. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/insight/crossover.h"
#include "harness/figure/figure.h"
#include "harness/figure/look.h"
#include "harness/report/text_chart.h"
#include "tests/unit/page_width.h"

enum { X = 2, Y = 2, MODELS = 3, POINTS = X * Y };

struct made {
    struct plan plan;
    struct summary sum;
    struct cell cells[POINTS * MODELS];
    struct plan_point points[POINTS];
    unsigned of_point[POINTS][MODELS];
    struct cell_summary results[POINTS * MODELS];
    struct comparison comparisons[POINTS * MODELS];
};

static void compare(struct made *m, unsigned a, unsigned b, double ratio, enum verdict v)
{
    m->comparisons[m->sum.n_comparisons++] =
        (struct comparison){.a = a, .b = b, .ratio = {.median = ratio, .n = 12}, .verdict = v};
}

/* request with wait 0 and 1 ms at concurrency 1 and 4; models serial, threads, async; threads does twice as much as
 * serial at 4, async as much as threads; at 1 none is told apart. */
static struct made *make(void)
{
    static const char *const names[MODELS] = {"serial", "threads", "async"};
    struct made *m = calloc(1, sizeof *m);
    assert_non_null(m);
    int wait = workload_param(workload_find("request"), "wait");
    for (unsigned i = 0; i < POINTS; i++) {
        unsigned x = i % X, y = i / X;
        m->points[i] =
            (struct plan_point){.offered = 2, .concurrency = x ? 4 : 1, .serial = (int)(i * MODELS), .n_cells = MODELS};
        m->points[i].cells = m->of_point[i];
        for (unsigned k = 0; k < MODELS; k++) {
            unsigned c = i * MODELS + k;
            m->of_point[i][k] = c;
            m->cells[c] = (struct cell){.workload = intern("request"), .model = intern(names[k])};
            m->cells[c].p[wait] = y ? 1000000 : 0;
            m->results[c].status = TRIAL_OK;
            m->results[c].throughput = (struct estimate){.median = x && k ? 1000 + k : 500, .n = 12};
        }
        unsigned at = i * MODELS;
        compare(m, at, at + 1, x ? 0.5 : 1, x ? VERDICT_SLOWER : VERDICT_INCONCLUSIVE);
        compare(m, at, at + 2, x ? 0.499 : 1, x ? VERDICT_SLOWER : VERDICT_INCONCLUSIVE);
        compare(m, at + 1, at + 2, 1, y ? VERDICT_SLOWER : VERDICT_EQUIVALENT);
    }
    m->plan = (struct plan){.n_cells = POINTS * MODELS, .n_points = POINTS, .cells = m->cells, .points = m->points};
    m->sum.plan = &m->plan;
    m->sum.cells = m->results;
    m->sum.comparisons = m->comparisons;
    return m;
}

static void test_fields(void **state)
{
    (void)state;
    struct made *m = make();
    struct crossover *maps;
    assert_int_equal(crossover_maps(&m->sum, &maps), 1);
    assert_int_equal(maps->n_x, 2);
    assert_int_equal(maps->n_y, 2);
    assert_int_equal(maps->x[1], 4);
    assert_int_equal(maps->y[1], 1000000);
    assert_true(fabs(maps->waiting[0]) < 1e-12 && fabs(maps->waiting[1] - 0.5) < 1e-12);
    const struct crossover_field *f = &maps->at[0][0];
    assert_int_equal(f->n_tied, 2);
    assert_false(f->equivalent);
    assert_int_equal(f->beaten, -1);
    f = &maps->at[0][1]; /* async as fast as threads, both beat serial */
    assert_string_equal(m->cells[f->winner].model, "async");
    assert_int_equal(f->n_tied, 1);
    assert_true(f->equivalent);
    assert_string_equal(m->cells[f->beaten].model, "serial");
    assert_true(fabs(f->ratio.median - 1 / 0.499) < 1e-9);
    f = &maps->at[1][1]; /* async wins */
    assert_int_equal(f->is, FIELD_WON);
    assert_int_equal(f->n_tied, 0);
    assert_string_equal(m->cells[f->beaten].model, "threads");
    free(maps);
    free(m);
}

static void test_no_map(void **state)
{
    (void)state;
    struct made *m = make();
    struct crossover *maps;
    m->plan.n_points = 2; /* one value of the parameter only */
    assert_int_equal(crossover_maps(&m->sum, &maps), 0);
    free(maps);
    m->plan.n_points = POINTS;
    m->points[3].offered = 1; /* another map, with one field */
    m->points[2].offered = 1;
    assert_int_equal(crossover_maps(&m->sum, &maps), 0);
    free(maps);
    free(m);
}

/* The only map, as it is drawn and in words; list is released by charts_release. */
static const struct chart *told(const struct made *m, struct charts *list, char text[4096])
{
    const struct figure_source of = {.summary = &m->sum};
    charts_release(list);
    figure_crossover(&of, list);
    assert_int_equal(list->n, 1);
    memset(text, 0, 4096);
    FILE *out = fmemopen(text, 4096, "w");
    assert_non_null(out);
    text_chart(out, list->at[0], 100);
    fclose(out);
    return list->at[0];
}

static const struct chart_field *field_of(const struct chart *c, unsigned x, unsigned y)
{
    for (unsigned i = 0; i < c->n_fields; i++)
        if (c->field[i].x == x && c->field[i].y == y)
            return &c->field[i];
    assert_true(false);
    return NULL;
}

/* What was not measured is neither a winner nor a tie. */
static void test_not_measured(void **state)
{
    (void)state;
    struct made *m = make();
    struct crossover *maps;
    for (unsigned k = 0; k < MODELS; k++)
        m->results[3 * MODELS + k].status = TRIAL_FAILED;
    assert_int_equal(crossover_maps(&m->sum, &maps), 1);
    assert_int_equal(maps->at[1][1].winner, -1);
    free(maps);
    char text[4096];
    struct charts list = {0};
    assert_string_equal(told(m, &list, text)->title, "Of 4 fields, 1 not measured, 1 tie, 2 without a winner");
    assert_non_null(strstr(text, "tie: async, threads"));
    assert_non_null(strstr(text, "1ms (50 %)"));
    charts_release(&list);
    free(m);
}

/* Who is left when the others failed has beaten nobody; blocks are those that were run. */
static void test_not_contested(void **state)
{
    (void)state;
    struct made *m = make();
    struct crossover *maps;
    m->plan.blocks = 400;
    m->sum.look.blocks = 31;
    m->results[3 * MODELS].status = TRIAL_FAILED; /* serial: async would win against threads */
    for (unsigned k = 0; k < 2; k++)
        m->results[1 * MODELS + k].status = TRIAL_FAILED;
    assert_int_equal(crossover_maps(&m->sum, &maps), 1);
    assert_int_equal(maps->at[1][1].is, FIELD_UNMATCHED);
    assert_int_equal(maps->at[1][1].n_missing, 1);
    assert_int_equal(maps->at[0][1].is, FIELD_UNMATCHED);
    assert_int_equal(maps->at[0][0].n_missing, 0);
    free(maps);
    m->plan.points[0].n_left_out = 1; /* to keep a time: as one that failed */
    assert_int_equal(crossover_maps(&m->sum, &maps), 1);
    assert_int_equal(maps->at[0][0].n_missing, 1);
    assert_int_equal(maps->at[0][0].is, FIELD_UNMATCHED);
    m->plan.points[0].n_left_out = 0;
    free(maps);
    assert_int_equal(crossover_maps(&m->sum, &maps), 1);
    free(maps);
    char text[4096];
    struct charts list = {0};
    const struct chart *c = told(m, &list, text);
    assert_string_equal(c->title, "Of 4 fields, 2 without a winner, 2 not contested");
    assert_string_equal(field_of(c, 1, 0)->text, "(2 missing)");
    assert_string_equal(field_of(c, 1, 1)->text, "(1 missing)"); /* which beat threads */
    assert_non_null(strstr(text, "async (2 missing)"));
    assert_non_null(strstr(text, "31 blocks"));
    charts_release(&list);
    free(m);
}

/* The winner's own colour and name where there is one, else grey and all who are in it. */
static void test_drawn(void **state)
{
    (void)state;
    struct made *m = make();
    struct charts list = {0};
    char text[4096];
    const struct chart *c = told(m, &list, text);
    assert_true(c->n_x == 2 && c->n_y == 2 && c->n_fields == 4);
    const struct chart_field *f = field_of(c, 1, 1);
    assert_string_equal(f->head, "async");
    assert_string_equal(f->text, "1× threads");
    unsigned own = look_of("async").rgb;
    for (unsigned shift = 0; shift < 24; shift += 8)
        assert_true((f->rgb >> shift & 0xff) >= (own >> shift & 0xff)); /* paler */
    assert_true(f->rgb != 0xD8D8D8 && f->rgb != 0xEEEEEE);
    f = field_of(c, 1, 0);
    assert_true(f->rgb == 0xD8D8D8 && strcmp(f->head, "tie") == 0 && strcmp(f->text, "async, threads") == 0);
    f = field_of(c, 0, 0);
    assert_true(f->rgb == 0xEEEEEE && strcmp(f->head, "no winner") == 0);
    assert_string_equal(f->text, "serial, threads, async");
    for (unsigned width = 30; width < 120; width++) { /* what has no room at the right stands below, whole */
        memset(text, 0, sizeof text);
        FILE *out = fmemopen(text, sizeof text, "w");
        assert_non_null(out);
        text_chart(out, c, width);
        fclose(out);
        check_width(text, width);
        assert_non_null(strstr(text, "async 1×"));
        assert_non_null(strstr(text, "tie:"));
        const char *first = strstr(text, " in flight  "), *second = first ? strstr(first + 1, " in flight  ") : NULL;
        assert_non_null(first);
        assert_true((second != NULL) == (width < 40));
    }
    charts_release(&list);
    free(m);
}

/* Who was shown to beat each other one has won, though another's median is higher; it is held against the closest. */
static void test_paired(void **state)
{
    (void)state;
    struct made *m = make();
    struct crossover_field f;
    for (unsigned i = 0; i < m->sum.n_comparisons; i++) {
        struct comparison *c = &m->comparisons[i];
        if (c->a / MODELS != 3)
            continue;
        if (c->a % MODELS == 0 && c->b % MODELS == 1)
            c->ratio.median = 0.9;
        if (c->a % MODELS == 1)
            c->verdict = VERDICT_FASTER, c->ratio.median = 1.5; /* threads over async, whose median is higher */
    }
    field_of_point(&f, &m->sum, &m->points[3]);
    assert_int_equal(f.is, FIELD_WON);
    assert_string_equal(m->cells[f.winner].model, "threads");
    assert_string_equal(m->cells[f.beaten].model, "serial");
    free(m);
}

/* Points of another libc mode belong to another map. */
static void test_libc(void **state)
{
    (void)state;
    struct made *m = make();
    struct crossover *maps;
    for (unsigned k = 0; k < MODELS; k++)
        m->cells[3 * MODELS + k].libc_threads = 1;
    assert_int_equal(crossover_maps(&m->sum, &maps), 0); /* what is left has a gap */
    free(maps);
    free(m);
}

/* Where the parameter and the concurrency go together, there is no map; a row that has gaps is left out of one. */
static void test_gaps(void **state)
{
    (void)state;
    struct made *m = make();
    struct crossover *maps;
    m->points[1] = m->points[3]; /* 1 in flight with no wait, 4 with one */
    m->plan.n_points = 2;
    assert_int_equal(crossover_maps(&m->sum, &maps), 0);
    free(maps);
    free(m);
    m = make();
    int wait = workload_param(workload_find("request"), "wait");
    struct plan_point points[POINTS + 1];
    memcpy(points, m->points, sizeof m->points);
    points[POINTS] = (struct plan_point){.offered = 2, .concurrency = 4, .serial = -1, .n_cells = 1};
    unsigned cell = POINTS * MODELS;
    struct cell cells[POINTS * MODELS + 1];
    struct cell_summary results[POINTS * MODELS + 1];
    memcpy(cells, m->cells, sizeof m->cells);
    memcpy(results, m->results, sizeof m->results);
    cells[cell] = cells[0];
    results[cell] = results[0];
    cells[cell].p[wait] = 5000000; /* with 4 in flight alone */
    points[POINTS].cells = &cell;
    m->plan.points = points;
    m->plan.n_points = POINTS + 1;
    m->plan.cells = cells;
    m->plan.n_cells = POINTS * MODELS + 1;
    m->sum.cells = results;
    assert_int_equal(crossover_maps(&m->sum, &maps), 1);
    assert_true(maps->n_x == 2 && maps->n_y == 2 && maps->y[1] == 1000000);
    assert_int_equal(maps->at[1][1].is, FIELD_WON);
    free(maps);
    free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fields),        cmocka_unit_test(test_no_map), cmocka_unit_test(test_not_measured),
        cmocka_unit_test(test_not_contested), cmocka_unit_test(test_libc),   cmocka_unit_test(test_drawn),
        cmocka_unit_test(test_paired),        cmocka_unit_test(test_gaps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
