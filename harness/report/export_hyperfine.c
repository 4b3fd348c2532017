/* SPDX-License-Identifier: MIT */
/*
 * A run as `hyperfine --export-json` writes it: a result a cell, with the run times of its trials in seconds. Its
 * parameters are what varies among the cells of this run, by the names of the columns of csv, so that a sweep over one
 * thing is one to hyperfine's scripts, too.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/insight/moments.h"
#include "harness/record/fields.h"
#include "harness/record/param_value.h"
#include "harness/report/export_run.h"

/* Of a cell, beside the parameters of its workload. */
enum axis { WORKLOAD, MODEL, OFFERED, CONCURRENCY, MODE, LIBC_THREADS, PLACEMENT, AXES };
static const char *const axis_names[AXES] = {"workload", "model",        "offered",  "concurrency",
                                             "mode",     "libc_threads", "placement"};

/* The value of the i-th of AXES and x->names; false: the cell has none. */
static bool axis_value(const struct export_run *x, unsigned cell, unsigned i, char *buf, size_t n)
{
    const struct cell *c = &x->summary->plan->cells[cell];
    const struct param *p;
    int64_t v;
    if (i >= AXES) {
        p = export_param(x, cell, x->names[i - AXES], &v);
        if (p)
            export_value(p, v, buf, n);
        return p != NULL;
    }
    if (i == OFFERED || i == CONCURRENCY) {
        snprintf(buf, n, "%u", i == OFFERED ? c->offered : c->concurrency);
        return true;
    }
    const char *const texts[AXES] = {[WORKLOAD] = c->workload,
                                     [MODEL] = c->model,
                                     [MODE] = mode_names[c->mode],
                                     [LIBC_THREADS] = libc_threads_names[c->libc_threads],
                                     [PLACEMENT] = c->order};
    snprintf(buf, n, "%s", texts[i]);
    return true;
}

static bool varies(const struct export_run *x, const struct good_trials *g, unsigned i)
{
    char first[VALUE_TEXT_MAX], other[VALUE_TEXT_MAX];
    bool has = g->n && axis_value(x, g->all[0].cell, i, first, sizeof first);
    for (unsigned k = 0; k < g->n; k += good_trials_of_cell(g, k))
        if (axis_value(x, g->all[k].cell, i, other, sizeof other) != has || (has && strcmp(first, other) != 0))
            return true;
    return false;
}

static void put_seconds(struct json_writer *w, const char *key, double ns)
{
    json_key(w, key);
    json_double(w, ns / 1e9); /* NaN: null, as of one run's standard deviation */
}

/* `varying` has a flag for each of AXES and x->names. As hyperfine, no member when there is no parameter. */
static void put_parameters(struct json_writer *w, const struct export_run *x, unsigned cell, const bool *varying)
{
    char text[VALUE_TEXT_MAX];
    bool begun = false;
    for (unsigned i = 0; i < AXES + x->n_names; i++) {
        if (!varying[i] || !axis_value(x, cell, i, text, sizeof text))
            continue;
        if (!begun) {
            json_key(w, "parameters");
            json_begin(w, '{');
        }
        begun = true;
        put_string(w, i < AXES ? axis_names[i] : x->names[i - AXES], text);
    }
    if (begun)
        json_end(w, '}');
}

static double mean_of(const struct good_trial *t, unsigned n, bool system, double *scratch)
{
    struct moments m;
    for (unsigned i = 0; i < n; i++)
        scratch[i] = system ? t[i].system_ns : t[i].user_ns;
    moments_of(scratch, n, &m);
    return m.mean;
}

static void put_result(struct json_writer *w, const struct export_run *x, const struct good_trial *t, unsigned n,
                       const bool *varying, double *scratch)
{
    struct moments m;
    for (unsigned i = 0; i < n; i++)
        scratch[i] = t[i].run_ns;
    moments_of(scratch, n, &m);
    json_begin(w, '{');
    put_string(w, "command", x->ids[t->cell]);
    put_seconds(w, "mean", m.mean);
    put_seconds(w, "stddev", m.stddev);
    put_seconds(w, "median", m.median);
    put_seconds(w, "user", mean_of(t, n, false, scratch));
    put_seconds(w, "system", mean_of(t, n, true, scratch));
    put_seconds(w, "min", m.least);
    put_seconds(w, "max", m.most);
    json_key(w, "times");
    json_begin(w, '[');
    for (unsigned i = 0; i < n; i++)
        json_double(w, t[i].run_ns / 1e9);
    json_end(w, ']');
    json_key(w, "exit_codes");
    json_begin(w, '[');
    for (unsigned i = 0; i < n; i++)
        json_uint(w, 0); /* those that failed are left out */
    json_end(w, ']');
    put_parameters(w, x, t->cell, varying);
    json_end(w, '}');
}

/* A member beside `results`, which hyperfine's scripts do not look at. */
static void put_own(struct json_writer *w, const struct export_run *x)
{
    const struct summary *s = x->summary;
    json_key(w, "contend");
    json_begin(w, '{');
    put_string(w, "run", x->dir);
    put_string(w, "name", s->plan->name);
    put_string(w, "started", s->started);
    put_bool(w, "complete", s->complete);
    json_key(w, "trials");
    json_begin(w, '{');
    put_u64(w, "planned", s->planned);
    put_u64(w, "ok", s->ok);
    put_u64(w, "failed", s->failed);
    put_u64(w, "void", s->voided);
    json_end(w, '}');
    put_u64(w, "cells_skipped", s->skipped);
    json_end(w, '}');
}

int export_hyperfine(FILE *out, const struct export_run *x, struct err *e)
{
    struct good_trials g;
    struct json_writer w;
    int rc = good_trials_read(x, &g, e);
    CLEANUP_FREE bool *varying = calloc(AXES + x->n_names, sizeof *varying);
    CLEANUP_FREE double *scratch = malloc((g.n + 1) * sizeof *scratch);
    if (!rc && (!varying || !scratch))
        rc = err_set(e, ENOMEM, "out of memory");
    if (!rc) {
        for (unsigned i = 0; i < AXES + x->n_names; i++)
            varying[i] = varies(x, &g, i);
        json_init(&w, out, 2);
        json_begin(&w, '{');
        json_key(&w, "results");
        json_begin(&w, '[');
        for (unsigned i = 0, n; i < g.n; i += n) {
            n = good_trials_of_cell(&g, i);
            put_result(&w, x, &g.all[i], n, varying, scratch);
        }
        json_end(&w, ']');
        put_own(&w, x);
        json_end(&w, '}');
        fputc('\n', out);
    }
    good_trials_release(&g);
    return rc;
}
