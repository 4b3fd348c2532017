/* SPDX-License-Identifier: MIT */
/* Figures of whole runs: two that are compared, and the noise of one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/made_figures.h"

enum { BLOCKS = 8, MOST = 64 };

static double rates[MOST];

/* --- two runs --- */

static const char *const names[] = {"threads", "processes", "async"};

static struct comparison matched(unsigned cell, double ratio, enum verdict v)
{
    return (struct comparison){
        .a = cell, .b = cell, .ratio = {ratio, ratio * 0.98, ratio * 1.03, 0.95, BLOCKS, NULL}, .verdict = v};
}

static struct charts compared(struct runs *r)
{
    struct charts list = {0};
    memset(r->counts, 0, sizeof r->counts);
    for (unsigned i = 0; i < r->n_matched; i++)
        r->counts[r->matched[i].verdict] += r->matched[i].ratio.n > 0;
    figure_compare(&(struct figure_source){.summary = r->run[0], .runs = r, .name = {"before", "af'ter\n"}}, &list);
    assert_false(list.no_memory);
    return list;
}

static void test_compare(void **state)
{
    (void)state;
    struct plan p = made_plan(BLOCKS, MOST, 2);
    made_models(&p, "primes", 2, 2, names, 3);
    made_models(&p, "sleep", 2, 2, names, 1);
    for (unsigned i = 0; i < 4; i++)
        rates[i] = 1e5;
    struct summary s = made_summary(&p, rates);
    struct comparison m[] = {matched(0, 0.8, VERDICT_SLOWER), matched(1, 1.1, VERDICT_FASTER),
                             matched(2, 1.001, VERDICT_EQUIVALENT), matched(3, 1, VERDICT_INCONCLUSIVE)};
    m[3].ratio = (struct estimate){.median = NAN, .lower = NAN, .upper = NAN, .why = "all trials failed"};
    struct runs r = {.run = {&s, &s}, .n_matched = 4, .matched = m, .equiv = 0.02};
    struct charts list = compared(&r);
    assert_int_equal(list.n, 1);
    const struct chart *c = list.at[0];
    made_check(c);
    assert_int_equal(c->n_rows, 3); /* one has no ratio */
    assert_string_equal(c->row[0].name, "primes threads");
    assert_string_equal(c->row[0].note, "slower");
    assert_string_equal(c->row[2].note, "equivalent");
    assert_true(c->row[0].look.marker != c->row[1].look.marker && c->row[1].look.marker != c->row[2].look.marker);
    assert_true(c->n_series == 1 && !c->series[0].look.marker);
    assert_string_equal(c->title,
                        "Of 3 cells B is slower in 1, faster in 1, equivalent in 1; most primes threads: 0.80× "
                        "(0.78 … 0.82)");
    assert_non_null(strstr(c->subtitle, "A: before, B: af'ter ; measured at two times; grey: equivalent"));
    assert_true(c->x.least < 0.98 && c->x.most > 1.02 && c->band_least < 1 && c->band_most > 1);
    charts_release(&list);
    r.paired = true;
    m[0].ratio.lower = m[0].ratio.upper = NAN;
    m[0].verdict = VERDICT_INCONCLUSIVE;
    list = compared(&r);
    made_check(list.at[0]);
    assert_string_equal(list.at[0]->row[0].note, "inconclusive, no interval");
    m[1].verdict = VERDICT_INCONCLUSIVE;
    charts_release(&list);
    list = compared(&r);
    assert_string_equal(list.at[0]->title,
                        "B was shown to differ in none of 3 cells: equivalent in 1, inconclusive in 2");
    assert_non_null(strstr(list.at[0]->subtitle, "measured side by side"));
    charts_release(&list);
    r.n_matched = 0;
    list = compared(&r);
    assert_int_equal(list.n, 0);
    charts_release(&list);
    list = made_charts(figure_compare, &s); /* one run alone */
    assert_int_equal(list.n, 0);
    charts_release(&list);
    summary_release(&s);
    plan_release(&p);
}

/* Of more cells than a page shows those that changed most are there, in the order of the plan. */
static void test_compare_many(void **state)
{
    (void)state;
    enum { CELLS = 30, SHOWN = 20 };
    struct plan p = made_plan(BLOCKS, MOST, CELLS);
    struct comparison m[CELLS];
    for (unsigned i = 0; i < CELLS; i++) {
        made_models(&p, "primes", 2, i + 2, names, 1);
        rates[i] = 1e5;
        m[i] = matched(i, i % 3 ? 0.9 - 0.01 * i : 1 + 0.0001 * i, i % 3 ? VERDICT_SLOWER : VERDICT_EQUIVALENT);
    }
    struct summary s = made_summary(&p, rates);
    struct runs r = {.run = {&s, &s}, .n_matched = CELLS, .matched = m, .equiv = 0.02};
    struct charts list = compared(&r);
    const struct chart *c = list.at[0];
    made_check(c);
    assert_int_equal(c->n_rows, SHOWN);
    for (unsigned i = 0; i < SHOWN; i++) {
        assert_string_equal(c->row[i].note, "slower"); /* all 20 that did, none of the 10 that did not */
        assert_true(!i || c->row[i].cell > c->row[i - 1].cell);
    }
    assert_non_null(strstr(c->subtitle, "; 10 more rows are not drawn"));
    assert_non_null(strstr(c->title, "Of 30 cells B is slower in 20, equivalent in 10; most 31 in flight"));
    charts_release(&list);
    summary_release(&s);
    plan_release(&p);
}

/* --- noise --- */

/* Trials a second apart; some are stolen from, one failed. */
static struct summary noisy(struct plan *p, unsigned blocks, unsigned visits, bool timeless)
{
    struct err e = {0};
    struct summary s;
    *p = made_plan(blocks, MOST, 1);
    p->visits = visits;
    made_models(p, "primes", 2, 2, names, 3);
    struct summarizer *z = summarizer_new(p);
    assert_non_null(z);
    for (unsigned b = 0; b < blocks; b++)
        for (unsigned c = 0; c < 3; c++) {
            struct trial_record r = made_trial(p, c, b, 1e5 * (1 + 0.001 * (b % 5)));
            unsigned t = 3 * b + c + 10 * plan_visit_of(p, b);
            snprintf(r.started, sizeof r.started, "2026-01-01T%02u:%02u:%02u.0Z", t / 3600, t / 60 % 60, t % 60);
            if (timeless)
                r.started[0] = 0;
            if (c == 1 && b % 10 == 3) {
                r.steal_ns.value = 90 * (int64_t)NS_PER_MS;
                r.run_ns *= 2;
            }
            if (c == 2 && b == 4)
                r.status = TRIAL_FAILED;
            assert_int_equal(summarizer_add(z, &r, &e), 0);
        }
    assert_int_equal(summarizer_finish(z, &s, &e), 0);
    return s;
}

static void test_noise(void **state)
{
    (void)state;
    struct plan p;
    struct summary s = noisy(&p, 20, 2, false);
    struct charts list = made_charts(figure_noise, &s);
    assert_int_equal(list.n, 1);
    const struct chart *c = list.at[0];
    made_check(c);
    assert_int_equal(c->n_marks, 60);
    assert_int_equal(c->n_series, 3);
    assert_string_equal(c->title,
                        "2 of 60 trials were disturbed, all by steal, 1 failed; 95 % of the others ran at 0.998 to "
                        "1.002 of their cell's median");
    for (unsigned i = 0; i < c->n_marks; i++) {
        bool stolen = strcmp(c->series[c->mark[i].series].name, "steal") == 0;
        assert_true(stolen == (c->mark[i].y < 0.6 && strcmp(c->series[c->mark[i].series].name, "failed") != 0));
        assert_true(c->mark[i].x >= 0 && c->mark[i].x < 80e9);
    }
    assert_int_equal(c->n_rules, 1);
    assert_string_equal(c->rule[0].name, "visit 2");
    assert_true(fabs(c->rule[0].at / 40e9 - 1) < 1e-6);
    charts_release(&list);
    summary_release(&s);
    plan_release(&p);
    s = noisy(&p, 8, 1, true); /* it is not known when */
    list = made_charts(figure_noise, &s);
    assert_int_equal(list.n, 0);
    charts_release(&list);
    summary_release(&s);
    plan_release(&p);
}

/* A large run shows all that was disturbed, and some of the rest. */
static void test_noise_of_many(void **state)
{
    (void)state;
    struct plan p;
    struct summary s = noisy(&p, 4000, 1, false);
    struct charts list = made_charts(figure_noise, &s);
    const struct chart *c = list.at[0];
    unsigned stolen = 0;
    made_check(c);
    assert_true(c->n_marks <= 4000 && c->n_marks > 2000);
    for (unsigned i = 0; i < c->n_marks; i++)
        stolen += strcmp(c->series[c->mark[i].series].name, "steal") == 0;
    assert_int_equal(stolen, 400);
    assert_non_null(strstr(c->subtitle, "one in 4 of the undisturbed ones is drawn"));
    charts_release(&list);
    summary_release(&s);
    plan_release(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_compare),
        cmocka_unit_test(test_compare_many),
        cmocka_unit_test(test_noise),
        cmocka_unit_test(test_noise_of_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
