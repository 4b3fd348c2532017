/* SPDX-License-Identifier: MIT */
/* Titles of figures: they claim what the verdicts of all plotted cells say, and no more. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "harness/report/series.h"
#include "tests/unit/made_run.h"

static const char *const names[] = {"serial", "threads", "processes", "async"};
enum { MODELS = sizeof names / sizeof *names };

/* Each model with 2 and with 8 in flight, on as many units or, for a figure of throughput, on 8 of them, at these rates
 * at both. */
static struct summary run_of(struct plan *p, enum figure_kind kind, const double rates[MODELS])
{
    double all[2 * MODELS];
    *p = made_plan(12, 2 * MODELS, 2);
    for (unsigned i = 0; i < 2; i++) {
        unsigned units = i || kind == FIGURE_throughput ? 8 : 2;
        struct plan_point *t = made_point(p, units, i ? 8 : 2);
        t->serial = (int)(i * MODELS);
        for (unsigned k = 0; k < MODELS; k++) {
            made_stand(t, made_cell(p, "primes", names[k], units, i ? 8 : 2));
            all[i * MODELS + k] = rates[k];
        }
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

static void check_title(struct summary *s, enum figure_kind kind, const char *begins, const char *has)
{
    static struct series data;
    assert_true(series_fill(&data, s, 0, kind));
    if (strncmp(data.title, begins, strlen(begins)) != 0 || !strstr(data.title, has))
        print_error("%s\n", data.title);
    assert_int_equal(strncmp(data.title, begins, strlen(begins)), 0);
    assert_non_null(strstr(data.title, has));
}

static void test_titles(void **state)
{
    (void)state;
    struct plan p;
    static const double rates[] = {1e5, 4e5, 2e5, 1e5};
    struct summary s = run_of(&p, FIGURE_speedup, rates);
    check_title(&s, FIGURE_speedup, "threads reaches 4.00× (", " serial on 8 units; threads is fastest, 2.00× ");
    summary_release(&s);
    plan_release(&p);
    s = run_of(&p, FIGURE_throughput, rates);
    check_title(&s, FIGURE_throughput, "With 8 in flight, threads is fastest, 2.00× processes (", " … ");
    judge(&s, "threads", "processes", VERDICT_INCONCLUSIVE);
    check_title(&s, FIGURE_throughput, "With 8 in flight, threads can't be told from processes and 4.0", "× async (");
    judge(&s, "threads", "processes", VERDICT_EQUIVALENT);
    judge(&s, "threads", "async", VERDICT_EQUIVALENT); /* and these two differ */
    check_title(&s, FIGURE_throughput, "With 8 in flight, threads is equivalent to processes and async", "");
    judge(&s, "processes", "async", VERDICT_EQUIVALENT);
    check_title(&s, FIGURE_throughput, "With 8 in flight, all models are equivalent (threads/async ", "");
    s.cells[MODELS + 2].throughput.median = NAN; /* processes at 8 */
    check_title(&s, FIGURE_throughput, "With 8 in flight, these models are equivalent", "; 1 not measured there");
    summary_release(&s);
    plan_release(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_titles)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
