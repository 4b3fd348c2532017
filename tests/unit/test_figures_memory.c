/* SPDX-License-Identifier: MIT */
/* Figures of memory: what tasks take, what a load takes, what CPUs move, what a turn costs; from made runs whose truth
 * is known. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/made_figures.h"

enum { BLOCKS = 8, MOST = 32 };

static double rates[MOST];

/* --- memory --- */

/* What each cell takes at its end, bytes; 0: it can't be read. */
static int64_t pss[MOST];

static struct summary summary_with_pss(const struct plan *p)
{
    struct err e = {0};
    struct summary s;
    struct summarizer *z = summarizer_new(p);
    assert_non_null(z);
    for (unsigned b = 0; b < p->blocks; b++)
        for (unsigned c = 0; c < p->n_cells; c++) {
            struct trial_record r = made_trial(p, c, b, 1e5);
            r.pss_bytes = pss[c] ? (struct metric){pss[c], NULL} : (struct metric){.why = "ends with its task"};
            assert_int_equal(summarizer_add(z, &r, &e), 0);
        }
    assert_int_equal(summarizer_finish(z, &s, &e), 0);
    return s;
}

/* These models with 4, 16 and 64 in flight: MiB by model, and KiB by model for each task in flight. */
static struct summary memory_run(struct plan *p, const char *const *names, unsigned n, const int64_t *mib,
                                 const int64_t *kib)
{
    static const unsigned in_flight[] = {4, 16, 64};
    *p = made_plan(BLOCKS, MOST, 4);
    for (unsigned i = 0; i < ARRAY_LEN(in_flight); i++) {
        made_models(p, "sleep", 2, in_flight[i], names, n);
        for (unsigned k = 0; k < n; k++)
            pss[i * n + k] = (mib[k] << 20) + (kib[k] << 10) * in_flight[i];
    }
    return summary_with_pss(p);
}

static void test_memory(void **state)
{
    (void)state;
    static const char *const names[] = {"threads", "processes", "async"};
    struct plan p;
    struct summary s = memory_run(&p, names, 3, (const int64_t[]){1, 2, 1}, (const int64_t[]){16, 128, 2});
    struct charts list = made_charts(figure_memory, &s);
    assert_int_equal(list.n, 1);
    const struct chart *c = list.at[0];
    made_check(c);
    assert_string_equal(c->title, "With 64 in flight processes takes 10 MiB, 8.89× (8.89 … 8.89) as much as async");
    assert_non_null(strstr(c->caption, "Each further task took 128 KiB under processes, and 2 KiB under async."));
    assert_string_equal(c->file, "sleep");
    assert_true(c->n_lines == 3 && c->line[1].n == 3 && c->joined && c->panel[0].y.logarithmic);
    charts_release(&list);
    summary_release(&s);
    plan_release(&p);
}

/* One model; one whose memory can't be read; none that can. */
static void test_memory_of_few(void **state)
{
    (void)state;
    static const char *const names[] = {"threads", "processes-each"};
    struct plan p;
    struct summary s = memory_run(&p, names, 2, (const int64_t[]){1, 0}, (const int64_t[]){16, 0});
    struct charts list = made_charts(figure_memory, &s);
    assert_int_equal(list.n, 1);
    made_check(list.at[0]);
    assert_int_equal(list.at[0]->n_lines, 1);
    assert_string_equal(list.at[0]->title,
                        "With 64 in flight threads takes 2 MiB, 1.88× (1.88 … 1.88) as much as with 4");
    assert_non_null(strstr(list.at[0]->caption, "Each further task took 16 KiB under threads."));
    charts_release(&list);
    summary_release(&s);
    plan_release(&p);
    s = memory_run(&p, names, 2, (const int64_t[]){0, 0}, (const int64_t[]){0, 0});
    list = made_charts(figure_memory, &s);
    assert_int_equal(list.n, 0);
    charts_release(&list);
    summary_release(&s);
    plan_release(&p);
}

/* Two values of x are not joined by a line, and serial, which has one task at a time, is not drawn. */
static void test_memory_of_two_values(void **state)
{
    (void)state;
    struct plan p = made_plan(BLOCKS, MOST, 4);
    unsigned serial = made_cell(&p, "sleep", "serial", 1, 1);
    for (unsigned i = 0; i < 2; i++) {
        struct plan_point *t = made_point(&p, 1, i ? 8 : 2);
        made_stand(t, serial);
        made_stand(t, made_cell(&p, "sleep", "threads", 1, i ? 8 : 2));
        pss[i + 1] = 1 << 20;
    }
    pss[serial] = 1 << 20;
    struct summary s = summary_with_pss(&p);
    struct charts list = made_charts(figure_memory, &s);
    assert_int_equal(list.n, 1);
    assert_int_equal(list.at[0]->n_lines, 1);
    assert_string_equal(list.at[0]->line[0].name, "threads");
    assert_false(list.at[0]->joined);
    charts_release(&list);
    summary_release(&s);
    plan_release(&p);
}

/* --- latency --- */

/* A walk of `hops` loads of so many ns, by serial and by threads on two CPUs, through each of these sizes. */
static struct summary chase_run(struct plan *p, const int64_t *sizes, const double *ns, unsigned n, bool threads)
{
    static const char *const names[] = {"serial", "threads"};
    *p = made_plan(BLOCKS, MOST, MOST);
    for (unsigned i = 0; i < n; i++) {
        unsigned first = p->n_cells;
        made_models(p, "chase", 2, 2, names, threads ? 2 : 1);
        for (unsigned c = first; c < p->n_cells; c++) {
            made_set(p, c, "size", sizes[i]);
            made_set(p, c, "hops", 1000);
            rates[c] = 1e9 / (1000 * ns[i]) * (c > first ? 2 : 1); /* two walks at once */
        }
    }
    return made_summary(p, rates);
}

static void test_memory_latency(void **state)
{
    (void)state;
    static const int64_t sizes[] = {16 << 10, 1 << 20, 256 << 20};
    static const double ns[] = {1.5, 6, 90};
    struct plan p;
    struct summary s = chase_run(&p, sizes, ns, 3, true);
    made_caches(&s, 48 << 10, 2 << 20, 1 << 30);
    struct charts list = made_charts(figure_memory_latency, &s);
    assert_int_equal(list.n, 1);
    const struct chart *c = list.at[0];
    made_check(c);
    assert_int_equal(c->n_lines, 2);
    for (unsigned i = 0; i < 2; i++)
        for (unsigned k = 0; k < 3; k++)
            assert_true(fabs(c->line[i].at[k].at[0].y / ns[k] - 1) < 0.01); /* of a load, whoever walks next to it */
    assert_true(c->n_rules == 2); /* the third cache is larger than what was read */
    assert_string_equal(c->rule[0].name, "L1d 48 KiB");
    assert_string_equal(c->rule[1].name, "L2 2 MiB");
    assert_true(c->rule[1].at >= 2 << 20 && c->rule[1].at <= 2 << 20);
    assert_string_equal(
        c->title,
        "Under serial a load takes 1.5 ns within 16 KiB, and 89.9 ns within 256 MiB: 59.9× (59.9 … 60.1) as long");
    assert_null(strstr(c->subtitle, "size="));
    charts_release(&list);
    summary_release(&s);
    plan_release(&p);
}

static void test_memory_latency_of_unknown_caches(void **state)
{
    (void)state;
    static const int64_t sizes[] = {16 << 10, 1 << 20};
    static const double ns[] = {1.5, 6};
    struct plan p;
    struct summary s = chase_run(&p, sizes, ns, 2, false);
    for (unsigned i = 0; i < 2; i++) { /* without an environment, then with one that does not know */
        struct charts list = made_charts(figure_memory_latency, &s);
        assert_int_equal(list.n, 1);
        made_check(list.at[0]);
        assert_int_equal(list.at[0]->n_rules, 0);
        assert_non_null(strstr(list.at[0]->subtitle, "the sizes of the caches are not known"));
        charts_release(&list);
        if (!i)
            made_caches(&s, 0, 0, 0);
    }
    summary_release(&s);
    plan_release(&p);
    s = chase_run(&p, sizes, ns, 1, true); /* one size has no axis */
    struct charts list = made_charts(figure_memory_latency, &s);
    assert_int_equal(list.n, 0);
    charts_release(&list);
    summary_release(&s);
    plan_release(&p);
}

/* --- bandwidth --- */

static void test_bandwidth(void **state)
{
    (void)state;
    static const char *const names[] = {"serial", "threads", "processes"};
    struct plan p = made_plan(BLOCKS, MOST, MOST);
    for (unsigned cpus = 1; cpus <= 4; cpus *= 2) {
        unsigned first = p.n_cells;
        made_models(&p, "stream", cpus, cpus, names, 3);
        rates[first] = 10000;
        rates[first + 1] = cpus == 1 ? 10000 : 15000; /* two CPUs use the memory up */
        rates[first + 2] = 9000;
    }
    struct summary s = made_summary(&p, rates);
    struct charts list = made_charts(figure_bandwidth, &s);
    assert_int_equal(list.n, 1);
    const struct chart *c = list.at[0];
    made_check(c);
    assert_int_equal(c->n_lines, 2);
    assert_true(fabs(c->line[0].at[0].at[0].y - 10000 * 786432e-9) < 0.02);
    assert_non_null(strstr(c->title, "4 CPUs move 11.8 GB/s under threads, 1.50× (1.50 … 1.50) as much as 1 does"));
    assert_string_equal(c->panel[0].label, "GB/s");
    charts_release(&list);
    list = made_charts(figure_memory_latency, &s); /* it is of another workload */
    assert_int_equal(list.n, 0);
    charts_release(&list);
    summary_release(&s);
    plan_release(&p);
}

/* --- turns --- */

/* Two models in rings of two, with these sets to touch; ns of a turn. */
static struct summary switch_run(struct plan *p, const int64_t *sizes, const double *ns, unsigned n, unsigned in_flight)
{
    static const char *const names[] = {"threads", "processes"};
    *p = made_plan(BLOCKS, MOST, MOST);
    for (unsigned i = 0; i < n; i++) {
        unsigned first = p->n_cells;
        made_models(p, "switch", 1, in_flight, names, 2);
        for (unsigned k = 0; k < 2; k++) {
            made_set(p, first + k, "size", sizes[i]);
            rates[first + k] = 1e9 / (2 * ns[i] * (k ? 1.25 : 1));
        }
    }
    return made_summary(p, rates);
}

static void test_switch_working_set(void **state)
{
    (void)state;
    static const int64_t sizes[] = {0, 16 << 10, 256 << 10};
    static const double ns[] = {4000, 5000, 20000};
    struct plan p;
    struct summary s = switch_run(&p, sizes, ns, 3, 2);
    made_caches(&s, 32 << 10, 1 << 20, 0);
    struct charts list = made_charts(figure_switch_working_set, &s);
    assert_int_equal(list.n, 1);
    const struct chart *c = list.at[0];
    char text[32];
    made_check(c);
    assert_int_equal(c->n_lines, 2);
    assert_true(c->x.logarithmic && c->line[0].at[0].x > 0 && c->line[0].at[0].x < 16 << 10);
    assert_true(c->x.tick[0] >= c->x.nothing && c->x.tick[0] <= c->x.nothing);
    axis_tick_text(&c->x, text, sizeof text, c->x.tick[0]);
    assert_string_equal(text, "nothing");
    for (unsigned i = 1; i < c->x.n_ticks; i++)
        assert_true(c->x.tick[i] > 8 << 10); /* no size is told where none stands */
    for (unsigned k = 0; k < 3; k++)
        assert_true(fabs(c->line[0].at[k].at[0].y / ns[k] - 1) < 0.01);
    assert_int_equal(c->n_rules, 1);
    assert_non_null(
        strstr(c->title, "With 256 KiB to touch a turn takes 20 us under threads and 25 us under processes"));
    assert_non_null(strstr(c->title, "; under threads 5.00× (5.00 … 5.01) as long as with nothing"));
    charts_release(&list);
    summary_release(&s);
    plan_release(&p);
    s = switch_run(&p, sizes, ns, 3, 4); /* several tokens at a time: that is another quantity */
    list = made_charts(figure_switch_working_set, &s);
    assert_int_equal(list.n, 0);
    charts_release(&list);
    summary_release(&s);
    plan_release(&p);
    s = switch_run(&p, sizes + 1, ns + 1, 2, 2); /* without an empty one the axis begins with the least */
    list = made_charts(figure_switch_working_set, &s);
    assert_int_equal(list.n, 1);
    assert_true(!(list.at[0]->x.nothing > 0) && list.at[0]->line[0].at[0].x >= 16 << 10);
    charts_release(&list);
    summary_release(&s);
    plan_release(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_memory),
        cmocka_unit_test(test_memory_of_few),
        cmocka_unit_test(test_memory_of_two_values),
        cmocka_unit_test(test_memory_latency),
        cmocka_unit_test(test_memory_latency_of_unknown_caches),
        cmocka_unit_test(test_bandwidth),
        cmocka_unit_test(test_switch_working_set),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
