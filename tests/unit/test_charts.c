/* SPDX-License-Identifier: MIT */
/* Titles of charts claim what the verdicts of all plotted cells say, and no more; axes show what titles claim. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "harness/figure/figure.h"
#include "tests/unit/made_run.h"

static const char *const names[] = {"serial", "threads", "processes", "async"};
enum { MODELS = sizeof names / sizeof *names };

enum kind { SPEEDUP, THROUGHPUT };

/* The first chart of the figure; released by charts_release. */
static struct chart *chart_of(struct charts *list, const struct summary *s, enum kind kind)
{
    const struct figure_source of = {.summary = s};
    charts_release(list);
    (kind == SPEEDUP ? figure_speedup : figure_throughput)(&of, list);
    assert_true(list->n >= 1 && !list->no_memory);
    return list->at[0];
}

/* Each model with 2 and with 8 in flight, on as many units or, for a figure of throughput, on 8 of them, at these rates
 * at both. */
static struct summary run_of(struct plan *p, enum kind kind, const double rates[MODELS])
{
    double all[2 * MODELS];
    *p = made_plan(12, 2 * MODELS, 2);
    for (unsigned i = 0; i < 2; i++) {
        unsigned units = i || kind == THROUGHPUT ? 8 : 2;
        made_models(p, "primes", units, i ? 8 : 2, names, MODELS)->serial = (int)(i * MODELS);
        for (unsigned k = 0; k < MODELS; k++)
            all[i * MODELS + k] = rates[k];
    }
    return made_summary(p, all);
}

static void judge(struct summary *s, const char *a, const char *b, enum verdict v)
{
    for (unsigned i = 0; i < s->n_comparisons; i++) {
        struct comparison *c = &s->comparisons[i];
        const char *x = s->plan->cells[c->a].model, *y = s->plan->cells[c->b].model;
        if ((strcmp(x, a) == 0 && strcmp(y, b) == 0) || (strcmp(x, b) == 0 && strcmp(y, a) == 0))
            c->verdict = v;
    }
}

static void check_title(struct summary *s, enum kind kind, const char *title)
{
    struct charts list = {0};
    assert_string_equal(chart_of(&list, s, kind)->title, title);
    charts_release(&list);
}

static void test_titles(void **state)
{
    (void)state;
    struct plan p;
    static const double rates[] = {1e5, 4e5, 2e5, 1e5};
    struct summary s = run_of(&p, SPEEDUP, rates);
    check_title(&s, SPEEDUP,
                "On 8 CPUs, threads is fastest, 2.00× processes (2.00 … 2.00) and 4.00× serial (3.99 … 4.00)");
    judge(&s, "threads", "serial", VERDICT_INCONCLUSIVE);
    check_title(&s, SPEEDUP,
                "On 8 CPUs, threads is fastest, 2.00× processes (2.00 … 2.00) and not told apart from serial");
    judge(&s, "threads", "async", VERDICT_INCONCLUSIVE);
    judge(&s, "threads", "processes", VERDICT_INCONCLUSIVE);
    check_title(&s, SPEEDUP, "On 8 CPUs, no winner among the 3 models");
    summary_release(&s);
    plan_release(&p);
    s = run_of(&p, THROUGHPUT, rates);
    check_title(&s, THROUGHPUT, "With 8 in flight, threads is fastest, 2.00× processes (2.00 … 2.00)");
    judge(&s, "threads", "processes", VERDICT_INCONCLUSIVE);
    check_title(&s, THROUGHPUT,
                "With 8 in flight, no winner among threads and processes; async is slower than threads");
    judge(&s, "threads", "processes", VERDICT_EQUIVALENT);
    check_title(&s, THROUGHPUT,
                "With 8 in flight, threads and processes are equivalent (within 2 %); async is slower than threads");
    judge(&s, "threads", "async", VERDICT_EQUIVALENT); /* and these two differ */
    check_title(&s, THROUGHPUT, "With 8 in flight, no winner among the 3 models");
    judge(&s, "processes", "async", VERDICT_EQUIVALENT);
    check_title(&s, THROUGHPUT, "With 8 in flight, all 3 models are equivalent (within 2 %)");
    s.cells[MODELS + 2].throughput.median = NAN; /* processes at 8 */
    check_title(&s, THROUGHPUT,
                "With 8 in flight, threads and async are equivalent (within 2 %); 1 not measured there");
    summary_release(&s);
    plan_release(&p);
    s = run_of(&p, THROUGHPUT, rates);
    p.points[1].n_left_out = 1; /* a model that has no line, to keep a time */
    check_title(
        &s, THROUGHPUT,
        "With 8 in flight, threads is fastest of those measured, 2.00× processes (2.00 … 2.00); 1 not measured there");
    summary_release(&s);
    plan_release(&p);
}

/* A few intervals that are huge do not set the axis, and are told; the medians and the ideal line do. */
static void test_axis_of_wide_intervals(void **state)
{
    (void)state;
    struct charts list = {0};
    struct plan p;
    static const double rates[] = {1e5, 2e5, 1e5, 0.9e5};
    struct summary s = run_of(&p, SPEEDUP, rates);
    struct chart *c = chart_of(&list, &s, SPEEDUP);
    assert_true(c->cut == 0 && !strstr(c->subtitle, "cut"));
    assert_true(c->panel[0].y.least == 0 && c->panel[0].y.most > 8 && c->panel[0].y.most < 9);
    s.cells[MODELS + 1].speedup.upper = 25;
    c = chart_of(&list, &s, SPEEDUP);
    assert_true(c->panel[0].y.most > 8 && c->panel[0].y.most < 12);
    assert_int_equal(c->cut, 1);
    assert_non_null(strstr(c->subtitle, "arrows: 1 interval cut by the axis"));
    assert_true(!c->bars && !c->joined && c->line[0].at[0].drawn_x < c->line[1].at[0].drawn_x); /* next to each other */
    charts_release(&list);
    summary_release(&s);
    plan_release(&p);
}

/* Where throughput follows the tasks in flight, 4 % are a third of the axis or more, and told not to begin at 0. */
static void test_small_differences_are_seen(void **state)
{
    (void)state;
    struct charts list = {0};
    struct plan p;
    static const double rates[] = {1e5, 1.04e5, 1e5, 1e5};
    struct summary s = run_of(&p, THROUGHPUT, rates);
    for (unsigned k = 0; k < MODELS; k++)
        for (unsigned i = 0; i < 2; i++) {
            struct estimate *e = &s.cells[i * MODELS + k].throughput;
            const double follow = i ? 4 : 1;
            e->median *= follow;
            e->lower *= follow;
            e->upper *= follow;
        }
    struct chart *c = chart_of(&list, &s, THROUGHPUT);
    assert_true(c->per_x && !c->panel[0].y.logarithmic && c->panel[1].y.logarithmic);
    assert_non_null(strstr(c->subtitle, "not 0"));
    assert_true(axis_place(&c->panel[0].y, c->line[0].at[1].at[0].y) -
                    axis_place(&c->panel[0].y, c->line[2].at[1].at[0].y) >
                0.33);
    summary_release(&s);
    plan_release(&p);
    s = run_of(&p, THROUGHPUT, rates); /* the same with 2 as with 8 in flight: it does not follow */
    c = chart_of(&list, &s, THROUGHPUT);
    assert_false(c->per_x);
    charts_release(&list);
    summary_release(&s);
    plan_release(&p);
}

static void test_axes(void **state)
{
    (void)state;
    static const struct {
        bool log;
        double low, high;
    } cases[] = {{false, 0, 2},     {false, 0.9, 1.1}, {true, 950, 63000}, {true, 3000, 4200},   {true, 1, 1e9},
                 {true, 0.02, 0.5}, {false, 0, 256},   {false, 5, 5},      {true, 15000, 15001}, {false, 960, 1010}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct axis a = {.logarithmic = cases[i].log};
        axis_fit(&a, cases[i].low, cases[i].high, cases[i].low, cases[i].high);
        assert_true(a.least <= cases[i].low && a.most >= cases[i].high && a.least < a.most);
        assert_true(!a.logarithmic || a.least > 0);
        assert_true(a.n_ticks >= 2 && a.n_ticks <= 8);
        for (unsigned k = 0; k < a.n_ticks; k++) {
            double v = a.tick[k], step = a.tick[1] - a.tick[0], of = pow(10, floor(log10(step) + 1e-9)),
                   own = v > 0 ? v / pow(10, floor(log10(v) + 1e-9)) : 1;
            double round[] = {1, 2, 5};
            bool is_round = false;
            for (unsigned r = 0; r < 3; r++) /* itself, or a multiple of a step that is */
                is_round |= fabs(own - round[r]) < 1e-6 ||
                            (fabs(step / of - round[r]) < 1e-6 && fabs(v / step - nearbyint(v / step)) < 1e-6);
            assert_true(is_round && axis_place(&a, v) > -1e-6 && axis_place(&a, v) < 1 + 1e-6);
            assert_true(!k || v > a.tick[k - 1]);
        }
        assert_true(fabs(axis_value(&a, axis_place(&a, cases[i].high)) / cases[i].high - 1) < 1e-9);
    }
}

/* Many lines: bars that stand side by side, and names that are all on the page. */
static void test_many_lines(void **state)
{
    (void)state;
    static const char *const many[] = {"threads",      "processes",      "async",
                                       "threads-each", "processes-each", "threads-gil"};
    enum { N = sizeof many / sizeof *many };
    struct charts list = {0};
    struct plan p = made_plan(8, 2 * N, 2);
    double rates[2 * N];
    made_models(&p, "primes", 2, 1, many, N);
    made_models(&p, "primes", 2, 16, many, N);
    for (unsigned i = 0; i < 2 * N; i++)
        rates[i] = 1e5 * (1 + (i % N) * 0.001) * (i < N ? 1 : 3);
    struct summary s = made_summary(&p, rates);
    struct chart *c = chart_of(&list, &s, THROUGHPUT);
    assert_true(c->bars && c->n_lines == N);
    for (unsigned i = 0; i < N; i++) {
        double place = c->line[i].name_place;
        assert_true(place > 0 && place < 1);
        for (unsigned k = 0; k < i; k++) {
            assert_true(c->line[k].at[1].drawn_x < c->line[i].at[1].drawn_x);
            assert_true(fabs(place - c->line[k].name_place) > 0.049);
        }
    }
    charts_release(&list);
    summary_release(&s);
    plan_release(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_titles),
        cmocka_unit_test(test_axis_of_wide_intervals),
        cmocka_unit_test(test_small_differences_are_seen),
        cmocka_unit_test(test_axes),
        cmocka_unit_test(test_many_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
