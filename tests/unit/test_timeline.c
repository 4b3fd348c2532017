/* SPDX-License-Identifier: MIT */
/* Floors and runs in the order of time: what changed from one to the next, what moved, and what a floor tells. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/insight/timeline.h"
#include "harness/stats/rng.h"

enum { OLDEST, BOOTED, ELSEWHERE, BACK, ENTRIES };

static struct timeline_entry run_at(const char *when, const char *host, const char *boot, double loads_ns)
{
    struct history_run r = {.name = "r", .machine = {"cpu", "6.1", host, boot}};
    struct timeline_entry t;
    snprintf(r.when, sizeof r.when, "%s", when);
    for (unsigned k = 0; k < CANARIES; k++)
        r.ns[k] = 1000;
    r.ns[CANARY_LOADS] = loads_ns;
    timeline_of_run(&r, &t);
    return t;
}

static void links(void **state)
{
    (void)state;
    struct timeline_entry t[ENTRIES] = {
        run_at("2026-01-04T00:00:00.000000Z", "here", "second", 1000 * 1.25), /* BACK */
        run_at("2026-01-01T00:00:00.000000Z", "here", "first", 1000),         /* OLDEST */
        run_at("2026-01-03T00:00:00.000000Z", "there", NULL, 5000),           /* ELSEWHERE */
        run_at("2026-01-02T00:00:00.000000Z", "here", "second", 1000 * 1.09), /* BOOTED */
    };
    timeline_link(t, ENTRIES);
    assert_string_equal(t[OLDEST].when, "2026-01-01T00:00:00.000000Z");
    assert_string_equal(t[BACK].when, "2026-01-04T00:00:00.000000Z");
    const unsigned host = 1 << 2, boot = 1 << 3;
    assert_int_equal(t[OLDEST].changed, 0);
    assert_int_equal(t[BOOTED].changed, boot);
    assert_int_equal(t[ELSEWHERE].changed, host | boot);
    assert_int_equal(t[BACK].changed, host | boot);
    for (unsigned i = 0; i < ENTRIES; i++)
        for (unsigned k = 0; k < CANARIES; k++)
            if (i != BACK || k != CANARY_LOADS)
                assert_true(isnan(t[i].moved[k])); /* by 9 %, or on another machine, or nothing is before it */
    assert_true(fabs(t[BACK].moved[CANARY_LOADS] - (1.25 / 1.09 - 1)) < 1e-9);
    timeline_link(t, 0);
}

static double noise(struct stats_rng *rng)
{
    return (double)(stats_rng_next(rng) >> 11) / 9007199254740992.0 - 0.5;
}

/* A block a second. Two cells of one family, of which "b" moves more, and one of another. */
static void fill(struct kept_floor *f, unsigned n)
{
    static const char *const ids[] = {"a", "b", "c"}, *const of[] = {"cpu", "cpu", "io"};
    static const double widths[] = {0.01, 0.1, 0.01};
    struct stats_rng rng;
    stats_rng_init(&rng, 3);
    assert_int_equal(kept_floor_init(f, n, ARRAY_LEN(ids), 1), 0);
    snprintf(f->finished, sizeof f->finished, "2026-01-02T03:04:05.000000Z");
    f->canaries[0].id = canary_kinds[CANARY_CHAIN].name;
    for (unsigned c = 0; c < f->n_cells; c++) {
        f->cells[c].id = f->cells[c].workload = ids[c];
        f->cells[c].family = of[c];
        f->cells[c].model = "threads";
    }
    for (unsigned i = 0; i < n; i++) {
        f->at_s[i] = i;
        f->canaries[0].log[i] = i % 2 ? NAN : log(2000);
        for (unsigned c = 0; c < f->n_cells; c++)
            f->cells[c].log[i] = 5 + widths[c] * noise(&rng);
    }
}

static void floors(void **state)
{
    (void)state;
    struct kept_floor f;
    struct timeline_entry t;
    fill(&f, 3600);
    assert_int_equal(timeline_of_floor(&f, "x.json", &t), 0);
    assert_true(t.is_floor);
    assert_int_equal(t.blocks, 3600);
    assert_true(t.spans_s == 3599);
    assert_true(fabs(t.ns[CANARY_CHAIN] - 2000) < 1e-6);
    assert_true(isnan(t.ns[CANARY_LOADS]));
    assert_int_equal(t.n_families, 2);
    assert_string_equal(t.families[0].name, "cpu");
    assert_string_equal(t.families[0].cell, "b"); /* the widest */
    assert_string_equal(t.families[1].cell, "c");
    /* Medians of 10 uniform values of that width have a standard deviation of 0.14 of it. */
    assert_true(t.families[0].differ > 0.02 && t.families[0].differ < 0.08);
    assert_true(t.families[1].differ > 0.002 && t.families[1].differ < 0.008);
    kept_floor_release(&f);
}

static void short_floor(void **state)
{
    (void)state;
    struct kept_floor f;
    struct timeline_entry t;
    fill(&f, 3);
    assert_int_equal(timeline_of_floor(&f, "x.json", &t), 0);
    assert_int_equal(t.n_families, 2);
    assert_true(isnan(t.families[0].differ));
    assert_non_null(t.families[0].why);
    kept_floor_release(&f);
    fill(&f, 1);
    assert_int_equal(timeline_of_floor(&f, "x.json", &t), 0);
    assert_true(isnan(t.families[1].differ));
    kept_floor_release(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(links),
        cmocka_unit_test(floors),
        cmocka_unit_test(short_floor),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
