/* SPDX-License-Identifier: MIT */
/* Figures drawn into memory, as a page embeds them. Where gnuplot is not installed, that is what it says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>

#include "harness/figure/draw.h"
#include "tests/unit/made_run.h"

static const char *const names[] = {"serial", "threads", "processes"};
enum { MODELS = 3, POINTS = 3 };

struct seen {
    unsigned n, end_after;
    char names[8][320];
};

static int look_at(void *arg, const struct figure_drawn *d)
{
    struct seen *s = arg;
    char id[400];
    assert_true(s->n < 8);
    snprintf(s->names[s->n++], sizeof s->names[0], "%s", d->name);
    assert_int_equal(strncmp(d->name, d->figure->name, strlen(d->figure->name)), 0);
    assert_true(d->size == strlen(d->svg) && strncmp(d->svg, "<svg ", 5) == 0);
    assert_string_equal(d->svg + d->size - 7, "</svg>\n");
    assert_true(strlen(d->title) > 10 && strlen(d->subtitle) > 10 && strlen(d->caption) > 40);
    assert_non_null(strstr(d->alt, d->title));
    assert_non_null(strstr(d->alt, "threads"));
    snprintf(id, sizeof id, " aria-labelledby=\"%s-title %s-desc\"", d->name, d->name);
    assert_non_null(strstr(d->svg, id));
    for (const char *at = d->svg; (at = strstr(at, " id=")); at++) /* each id begins with the name */
        assert_int_equal(strncmp(at + 5, d->name, strlen(d->name)), 0);
    assert_null(strstr(d->svg, "gnuplot_plot_1</title>"));
    return s->n == s->end_after ? -ECANCELED : 0;
}

static void test_memory(void **state)
{
    (void)state;
    double rates[MODELS * POINTS];
    struct plan p = made_plan(8, MODELS * POINTS, POINTS);
    for (unsigned i = 0; i < POINTS; i++) {
        made_models(&p, "primes", 1u << i, 1u << i, names, MODELS)->serial = (int)(i * MODELS);
        for (unsigned k = 0; k < MODELS; k++)
            rates[i * MODELS + k] = 1e5 * (k ? 1u << i : 1) / (k + 1);
    }
    struct summary s = made_summary(&p, rates);
    const struct figure_source of = {.summary = &s};
    volatile int stop = 0;
    struct seen seen = {0};
    struct err e = {0};
    int rc = figures_svg(&of, NULL, &stop, look_at, &seen, &e);
    if (rc == -ENOENT && strstr(e.text, "install the package gnuplot-nox")) {
        summary_release(&s);
        plan_release(&p);
        skip();
    }
    assert_int_equal(rc, 0);
    assert_true(seen.n >= 3);
    assert_string_equal(seen.names[0], "speedup-primes");
    assert_string_equal(seen.names[1], "efficiency-primes");
    seen = (struct seen){.end_after = 1};
    assert_int_equal(figures_svg(&of, NULL, &stop, look_at, &seen, &e), -ECANCELED); /* its own error ends it */
    assert_int_equal(seen.n, 1);
    seen = (struct seen){0};
    assert_int_equal(figures_svg(&of, "efficiency", &stop, look_at, &seen, &e), 0);
    assert_int_equal(seen.n, 1);
    stop = 1;
    assert_int_equal(figures_svg(&of, "efficiency", &stop, look_at, &seen, &e), -EINTR);
    summary_release(&s);
    plan_release(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_memory)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
