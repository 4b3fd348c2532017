/* SPDX-License-Identifier: MIT */
/* Charts of runs that were never measured. */
#ifndef CONTEND_TESTS_MADE_FIGURES_H
#define CONTEND_TESTS_MADE_FIGURES_H

#include <math.h>

#include "harness/figure/figure.h"
#include "tests/unit/made_run.h"

/* The charts of one figure of a run; released by charts_release. */
static inline struct charts made_charts(void (*figure)(const struct figure_source *of, struct charts *out),
                                        const struct summary *s)
{
    struct charts list = {0};
    figure(&(struct figure_source){.summary = s}, &list);
    assert_false(list.no_memory);
    return list;
}

/* All that each chart must have, whatever it shows. */
static inline void made_check(const struct chart *c)
{
    const char *const texts[] = {c->title, c->subtitle, c->caption, c->x_label};
    for (unsigned i = 0; i < ARRAY_LEN(texts); i++) {
        assert_true(texts[i][0]);
        for (const char *p = texts[i]; *p; p++)
            assert_true((unsigned char)*p >= 0x20 && *p != 0x7f);
        assert_null(strstr(texts[i], "nan"));
        assert_null(strstr(texts[i], "inf"));
        assert_null(strstr(texts[i], "(null)"));
    }
    assert_true(c->x.least < c->x.most);
}

/* A workload's parameter of a cell. */
static inline void made_set(struct plan *p, unsigned cell, const char *param, int64_t value)
{
    int i = workload_param(workload_find(p->cells[cell].workload), param);
    assert_true(i >= 0);
    p->cells[cell].p[i] = value;
}

/* The run is of a machine with these caches for data, by level; 0: it is not known. */
static inline void made_caches(struct summary *s, double l1, double l2, double l3)
{
    static const char *const names[] = {"cpu.cache_l1d", "cpu.cache_l2", "cpu.cache_l3"};
    const double bytes[] = {l1, l2, l3};
    s->environment = calloc(1, sizeof *s->environment);
    assert_non_null(s->environment);
    struct facts *f = &s->environment->start;
    for (unsigned i = 0; i < ARRAY_LEN(names); i++)
        f->all[f->n++] = (struct fact){.name = names[i],
                                       .status = bytes[i] > 0 ? FACT_OK : FACT_ABSENT,
                                       .is_number = bytes[i] > 0,
                                       .number = bytes[i]};
}

#endif
