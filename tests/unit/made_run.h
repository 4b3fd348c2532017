/* SPDX-License-Identifier: MIT */
/* Runs that were never measured: plans put together cell by cell, and trials whose truth is known. */
#ifndef CONTEND_TESTS_MADE_RUN_H
#define CONTEND_TESTS_MADE_RUN_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/insight/findings.h"

enum { MADE_UNITS = 10000, MADE_AT_A_POINT = 16 };

static inline struct plan made_plan(unsigned blocks, unsigned most_cells, unsigned most_points)
{
    struct plan p = {.name = intern("made up"), .seed = 7, .blocks = blocks, .equiv = 0.02};
    p.cells = calloc(most_cells, sizeof *p.cells);
    p.points = calloc(most_points, sizeof *p.points);
    assert_true(p.cells && p.points);
    return p;
}

/* A cell with the workload's default parameters, of batch mode, with a unit for each one offered; its index. */
static inline unsigned made_cell(struct plan *p, const char *workload, const char *model, unsigned offered,
                                 unsigned concurrency)
{
    struct cell *c = &p->cells[p->n_cells];
    const struct workload *w = workload_find(workload);
    assert_non_null(w);
    *c = (struct cell){.workload = intern(workload),
                       .model = intern(model),
                       .offered = offered,
                       .workers = strcmp(model, "serial") == 0 ? 1 : concurrency,
                       .concurrency = concurrency,
                       .order = intern("compact"),
                       .n_pus = strcmp(model, "serial") == 0 ? 1 : offered,
                       .tasks = 1,
                       .units = MADE_UNITS,
                       .latency_stride = 1,
                       .seed = 7,
                       .limit_ns = NS_PER_S};
    for (unsigned i = 0; i < c->n_pus; i++)
        c->pus[i] = (int)i;
    for (unsigned i = 0; w->params && w->params[i].name; i++)
        c->p[i] = w->params[i].fallback;
    p->n_runnable++;
    return p->n_cells++;
}

static inline struct plan_point *made_point(struct plan *p, unsigned offered, unsigned concurrency)
{
    struct plan_point *t = &p->points[p->n_points++];
    *t = (struct plan_point){.offered = offered, .concurrency = concurrency, .serial = -1};
    t->cells = calloc(MADE_AT_A_POINT, sizeof *t->cells);
    assert_non_null(t->cells);
    return t;
}

static inline void made_stand(struct plan_point *t, unsigned cell)
{
    assert_true(t->n_cells < MADE_AT_A_POINT);
    t->cells[t->n_cells++] = cell;
}

/* A point at which each of these models stands, in cells of its own, one after the other. */
static inline struct plan_point *made_models(struct plan *p, const char *workload, unsigned offered,
                                             unsigned concurrency, const char *const *names, unsigned n)
{
    struct plan_point *t = made_point(p, offered, concurrency);
    for (unsigned i = 0; i < n; i++)
        made_stand(t, made_cell(p, workload, names[i], offered, concurrency));
    return t;
}

/* An undisturbed trial of `rate` units a second. */
static inline struct trial_record made_trial(const struct plan *p, unsigned cell, unsigned block, double rate)
{
    struct trial_record r;
    trial_record_init(&r);
    r.cell = cell;
    r.block = block;
    r.status = TRIAL_OK;
    snprintf(r.started, sizeof r.started, "2026-01-01T00:00:00Z");
    r.units = p->cells[cell].units ? p->cells[cell].units : MADE_UNITS;
    r.run_ns = (uint64_t)((double)r.units / rate * 1e9);
    r.took_ns = 2 * r.run_ns;
    r.startup_ns = r.teardown_ns = 1000;
    r.ops[OP_CPU] = r.units;
    r.cpu_user_ns = 900000;
    r.cpu_system_ns = 100000;
    r.migrations = r.queue_wait_ns = r.foreign_cpu_ns = r.steal_ns = r.throttled_ns = (struct metric){0, NULL};
    r.peak_rss_bytes = (struct metric){2 << 20, NULL};
    r.pss_bytes = (struct metric){1 << 20, NULL};
    for (unsigned i = 0; i < CANARIES; i++)
        r.canaries[i].before_ns = r.canaries[i].after_ns = (struct metric){200000, NULL};
    r.latency_why = intern("made up");
    r.slices_why = intern("made up");
    return r;
}

/* What a run finds with these rates by cell, in all blocks, each a hair (0.1 %) apart from the one before. */
static inline struct summary made_summary(const struct plan *p, const double *rates)
{
    struct err e = {0};
    struct summary s;
    struct summarizer *z = summarizer_new(p);
    assert_non_null(z);
    for (unsigned b = 0; b < p->blocks; b++)
        for (unsigned c = 0; c < p->n_cells; c++) {
            if (rates[c] <= 0)
                continue;
            struct trial_record r = made_trial(p, c, b, rates[c] * (1 + 0.001 * ((b + c) % 3)));
            assert_int_equal(summarizer_add(z, &r, &e), 0);
        }
    assert_int_equal(summarizer_finish(z, &s, &e), 0);
    assert_int_equal(findings_make(&s), 0);
    return s;
}

static inline const struct finding *made_finding(const struct summary *s, const char *id)
{
    for (unsigned i = 0; i < s->n_findings; i++)
        if (strcmp(s->findings[i].id, id) == 0)
            return &s->findings[i];
    return NULL;
}

#endif
