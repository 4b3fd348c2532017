/* SPDX-License-Identifier: MIT */
/* What all formats of export need of a run; see export_run.h. */
#include "harness/report/export_run.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/insight/trials.h"

static const char *param_name(const struct param *p)
{
    static const char *const units[] = {[PARAM_SIZE] = "_bytes", [PARAM_TIME] = "_ns", [PARAM_PATH] = NULL};
    char name[160];
    snprintf(name, sizeof name, "param_%s%s", p->name, units[p->type] ? units[p->type] : "");
    return intern(name);
}

/* Its parameters' names, and those of them that no workload before it had, into x->names. */
static void add_work(struct export_run *x, const struct workload *w)
{
    struct export_work *work = &x->works[x->n_works++];
    work->workload = w;
    for (unsigned i = 0; w && w->params && w->params[i].name; i++) {
        unsigned k = 0;
        work->names[i] = param_name(&w->params[i]);
        while (k < x->n_names && x->names[k] != work->names[i])
            k++;
        if (k == x->n_names)
            x->names[x->n_names++] = work->names[i];
    }
}

int export_run_init(struct export_run *x, struct err *e)
{
    const struct plan *p = x->summary->plan;
    x->ids = plan_cell_ids(p);
    x->works = calloc(p->n_cells + 1, sizeof *x->works);
    x->work_of = calloc(p->n_cells + 1, sizeof *x->work_of);
    x->names = calloc((size_t)p->n_cells * WORKLOAD_MAX_PARAMS + 1, sizeof *x->names);
    if (!x->ids || !x->works || !x->work_of || !x->names)
        return err_set(e, ENOMEM, "out of memory");
    for (unsigned i = 0; i < p->n_cells; i++) {
        const struct workload *w = workload_find(p->cells[i].workload);
        while (x->work_of[i] < x->n_works && x->works[x->work_of[i]].workload != w)
            x->work_of[i]++;
        if (x->work_of[i] == x->n_works)
            add_work(x, w);
    }
    return 0;
}

void export_run_release(struct export_run *x)
{
    plan_cell_ids_free(x->summary->plan, x->ids);
    free(x->works);
    free(x->work_of);
    free(x->names);
}

const struct param *export_param(const struct export_run *x, unsigned cell, const char *name, int64_t *value)
{
    const struct export_work *work = &x->works[x->work_of[cell]];
    for (unsigned i = 0; i < WORKLOAD_MAX_PARAMS && work->names[i]; i++)
        if (work->names[i] == name) {
            *value = x->summary->plan->cells[cell].p[i];
            return &work->workload->params[i];
        }
    return NULL;
}

void export_value(const struct param *p, int64_t v, char *buf, size_t n)
{
    if (p->type == PARAM_CHOICE || (p->type == PARAM_PATH && !v))
        snprintf(buf, n, "%s", p->choices[v]);
    else if (p->type == PARAM_PATH)
        snprintf(buf, n, "%s", wl_path(v));
    else if (p->type == PARAM_BOOL)
        snprintf(buf, n, "%s", v ? "true" : "false");
    else
        snprintf(buf, n, "%" PRId64, v);
}

/* --- those that are ok, by cell --- */

static double of_metric(const struct metric *m)
{
    return m->why ? (double)NAN : (double)m->value;
}

static int keep_good(void *arg, const struct trial_record *r)
{
    struct good_trials *g = arg;
    if (r->status != TRIAL_OK)
        return 0;
    if (g->n == g->room) {
        unsigned room = g->room ? 2 * g->room : 256;
        struct good_trial *more = realloc(g->all, room * sizeof *more);
        if (!more)
            return -ENOMEM;
        g->all = more;
        g->room = room;
    }
    struct good_trial *t = &g->all[g->n++];
    *t = (struct good_trial){
        .cell = r->cell,
        .block = r->block,
        .run_ns = (double)r->run_ns,
        .units = (double)r->units,
        .user_ns = (double)r->cpu_user_ns,
        .system_ns = (double)r->cpu_system_ns,
        .startup_ns = (double)r->startup_ns,
        .teardown_ns = (double)r->teardown_ns,
        .pss_bytes = of_metric(&r->pss_bytes),
    };
    for (unsigned i = 0; i < LATENCY_QUANTILES; i++)
        t->latency_ns[i] = r->latency && histogram_tells(r->latency, latency_quantiles[i].q)
                               ? (double)histogram_quantile(r->latency, latency_quantiles[i].q)
                               : (double)NAN;
    return 0;
}

static int by_cell_and_block(const void *a, const void *b)
{
    const struct good_trial *x = a, *y = b;
    return x->cell != y->cell ? (x->cell < y->cell ? -1 : 1) : x->block < y->block ? -1 : x->block > y->block;
}

int good_trials_read(const struct export_run *x, struct good_trials *g, struct err *e)
{
    *g = (struct good_trials){0};
    int rc = trials_read(x->dir, x->summary, x->stop, keep_good, g, e);
    if (rc == -ENOMEM)
        return err_set(e, ENOMEM, "out of memory");
    if (!rc && g->n)
        qsort(g->all, g->n, sizeof *g->all, by_cell_and_block);
    return rc;
}

void good_trials_release(struct good_trials *g)
{
    free(g->all);
    *g = (struct good_trials){0};
}

unsigned good_trials_of_cell(const struct good_trials *g, unsigned from)
{
    unsigned n = 0;
    while (from + n < g->n && g->all[from + n].cell == g->all[from].cell)
        n++;
    return n;
}
