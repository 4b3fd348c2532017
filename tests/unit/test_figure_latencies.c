/* SPDX-License-Identifier: MIT */
/* Figures of latencies, efficiency and start-up: which cells they are of, and what their titles say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "harness/figure/figure.h"
#include "tests/unit/made_run.h"

enum { BLOCKS = 12, UNITS = 1000, MODELS = 3 };
static const char *const names[MODELS] = {"serial", "threads", "async"};

/* Units of a trial: one in 50 takes 100 times as long under async, and ten times under the others; all take as many
 * times longer as there are tasks in flight. */
static struct histogram *latencies(const struct cell *c, unsigned block)
{
    struct histogram *h = malloc(sizeof *h);
    assert_non_null(h);
    histogram_init(h);
    const unsigned late = strcmp(c->model, "async") == 0 ? 100 : 10;
    for (unsigned i = 0; i < UNITS; i++)
        histogram_record(h, (uint64_t)c->concurrency * 1000000 * (i % 50 ? 1 : late) + 1000 * (block % 3));
    return h;
}

/* All models with these tasks in flight on 1 CPU, and as many on as many CPUs. */
static struct summary measured(struct plan *p, const char *workload, const unsigned *in_flight, unsigned n,
                               bool follows)
{
    struct err e = {0};
    struct summary s;
    *p = made_plan(BLOCKS, n * MODELS, n);
    for (unsigned i = 0; i < n; i++)
        made_models(p, workload, follows ? in_flight[i] : 1, in_flight[i], names, MODELS)->serial = (int)(i * MODELS);
    struct summarizer *z = summarizer_new(p);
    assert_non_null(z);
    for (unsigned b = 0; b < BLOCKS; b++)
        for (unsigned c = 0; c < p->n_cells; c++) {
            /* threads gain three quarters of each CPU, async nothing */
            const char *model = p->cells[c].model;
            double gain = strcmp(model, "threads") == 0 ? 1 + 0.75 * (p->cells[c].offered - 1) : 1;
            struct trial_record r = made_trial(p, c, b, 1000 * gain * (1 + 0.001 * (b % 3)));
            r.latency = latencies(&p->cells[c], b);
            r.latency_why = NULL;
            r.startup_ns = (strcmp(model, "async") == 0 ? 100000 : 4000000) + 1000 * (b % 3);
            assert_int_equal(summarizer_add(z, &r, &e), 0);
            free(r.latency);
        }
    assert_int_equal(summarizer_finish(z, &s, &e), 0);
    assert_int_equal(findings_make(&s), 0);
    return s;
}

static struct charts charts_of(const struct summary *s,
                               void (*charts)(const struct figure_source *of, struct charts *out))
{
    const struct figure_source of = {.summary = s};
    struct charts list = {0};
    charts(&of, &list);
    assert_false(list.no_memory);
    return list;
}

static void test_latency(void **state)
{
    (void)state;
    static const unsigned in_flight[] = {1, 4, 16};
    struct plan p;
    struct summary s = measured(&p, "sleep", in_flight, 3, false);
    struct charts list = charts_of(&s, figure_latency);
    assert_int_equal(list.n, 1);
    const struct chart *c = list.at[0];
    assert_true(c->n_panels == 2 && c->n_lines == 2 && c->joined); /* without serial */
    for (unsigned k = 0; k < 3; k++) {
        const struct chart_point *at = &c->line[0].at[k];
        assert_true(fabs(at->at[0].y / (1e6 * in_flight[k]) - 1) < 0.01 && at->at[0].lower <= at->at[0].y);
        assert_true(fabs(at->at[1].y / (1e7 * in_flight[k]) - 1) < 0.01);
    }
    assert_int_equal(strncmp(c->title, "With 16 in flight, 1 unit in 100 takes at least 160 ms", 54), 0);
    assert_non_null(strstr(c->title, " under threads and 1.6 s"));
    assert_non_null(strstr(c->title, " under async"));
    charts_release(&list);
    summary_release(&s);
    plan_release(&p);
}

/* Of the cells with the most in flight, and up to where ten units are beyond. */
static void test_percentiles(void **state)
{
    (void)state;
    static const unsigned in_flight[] = {4, 16, 1};
    struct plan p;
    struct summary s = measured(&p, "sleep", in_flight, 3, false);
    struct charts list = charts_of(&s, figure_percentiles);
    assert_int_equal(list.n, 1);
    const struct chart *c = list.at[0];
    assert_non_null(strstr(c->subtitle, "; 16 in flight; on 1 CPU;"));
    assert_int_equal(c->n_lines, 3);
    const struct chart_line *l = &c->line[2];
    assert_true(strcmp(l->name, "async") == 0 && l->at[0].x == 2);
    assert_true(l->at[l->n - 1].x <= BLOCKS * UNITS / 10.0 && l->at[l->n - 1].x > BLOCKS * UNITS / 12.0);
    assert_true(fabs(l->at[0].at[0].y / 16e6 - 1) < 0.01 && fabs(l->at[l->n - 1].at[0].y / 1.6e9 - 1) < 0.01);
    for (unsigned k = 1; k < l->n; k++)
        assert_true(l->at[k].at[0].y >= l->at[k - 1].at[0].y);
    assert_string_equal(c->title, "1 unit in 1000 takes at least 160 ms under serial and 1.6 s under async");
    charts_release(&list);
    summary_release(&s);
    plan_release(&p);
}

static void test_distribution(void **state)
{
    (void)state;
    static const unsigned in_flight[] = {4};
    struct plan p;
    struct summary s = measured(&p, "sleep", in_flight, 1, false);
    struct charts list = charts_of(&s, figure_distribution);
    assert_int_equal(list.n, 1);
    const struct chart *c = list.at[0];
    assert_int_equal(c->n_rows, 3);
    for (unsigned i = 0; i < 3; i++) {
        double sum = 0, low = 0;
        for (unsigned k = 0; k < CHART_BINS; k++) {
            sum += c->row[i].height[k];
            low += axis_value(&c->x, (k + 0.5) / CHART_BINS) < 1e7 ? c->row[i].height[k] : 0;
        }
        assert_true(fabs(sum - 1) < 0.001);    /* each unit is in it */
        assert_true(fabs(low - 0.98) < 0.001); /* and where it belongs */
    }
    charts_release(&list);
    s.cells[1].latency->count = s.cells[2].latency->count = 999; /* too few to be a distribution */
    list = charts_of(&s, figure_distribution);
    assert_int_equal(list.n, 0);
    charts_release(&list);
    summary_release(&s);
    plan_release(&p);
}

/* What is judged by lateness is in neither. */
static void test_late_ones_are_left_out(void **state)
{
    (void)state;
    static const unsigned in_flight[] = {1, 4};
    struct plan p;
    struct summary s = measured(&p, "responsive", in_flight, 2, false);
    static void (*const all[])(const struct figure_source *, struct charts *) = {
        figure_latency, figure_percentiles, figure_distribution, figure_throughput, figure_speedup, figure_efficiency};
    assert_true(cell_late_after(&p.cells[0]) > 0);
    for (size_t i = 0; i < ARRAY_LEN(all); i++) {
        struct charts list = charts_of(&s, all[i]);
        assert_int_equal(list.n, 0);
        charts_release(&list);
    }
    summary_release(&s);
    plan_release(&p);
}

static void test_efficiency(void **state)
{
    (void)state;
    static const unsigned workers[] = {1, 2, 4};
    struct plan p;
    struct summary s = measured(&p, "primes", workers, 3, true);
    struct charts list = charts_of(&s, figure_efficiency);
    assert_int_equal(list.n, 1);
    const struct chart *c = list.at[0];
    assert_true(c->panel[0].level == 1 && c->panel[0].y.most > 1);
    assert_string_equal(c->title, "On 4 CPUs, the efficiency of each is 25 % under async and 81.3 % under threads");
    charts_release(&list);
    summary_release(&s);
    plan_release(&p);
}

static void test_startup(void **state)
{
    (void)state;
    static const unsigned in_flight[] = {1, 4};
    struct plan p;
    struct summary s = measured(&p, "sleep", in_flight, 2, false);
    struct charts list = charts_of(&s, figure_startup);
    assert_int_equal(list.n, 1);
    const struct chart *c = list.at[0];
    assert_int_equal(c->n_rows, 3);
    assert_string_equal(c->row[1].name, "threads ×4"); /* the one with the most workers */
    assert_true(fabs(c->row[1].at[0].y / 4e6 - 1) < 0.01 && fabs(c->row[2].at[0].y / 1e5 - 1) < 0.02);
    assert_string_equal(
        c->title, "Until all workers are ready it takes 101 us (100 … 102 us) under async and 4 ms under threads");
    charts_release(&list);
    summary_release(&s);
    plan_release(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_latency),      cmocka_unit_test(test_percentiles),
        cmocka_unit_test(test_distribution), cmocka_unit_test(test_late_ones_are_left_out),
        cmocka_unit_test(test_efficiency),   cmocka_unit_test(test_startup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
