/* SPDX-License-Identifier: MIT */
/* Requests and their parts. */
#include "harness/plan/sweep.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/base/nearest.h"
#include "harness/base/value.h"
#include "harness/record/param_value.h"

void request_init(struct request *r)
{
    *r = (struct request){.name = "command-line",
                          .equiv = 0.02,
                          .seed = 1,
                          .order = "compact",
                          .limit_ns = 60 * NS_PER_S,
                          .pause_ns = PLAN_PAUSE_S * NS_PER_S};
}

int request_pause(struct request *r, const char *text, const char *what, struct err *e)
{
    uint64_t ns;
    int rc = value_time(text, what, &ns, e);
    if (!rc && ns > PLAN_MAX_PAUSE_S * NS_PER_S)
        rc = err_set(e, EINVAL, "%s: %s is more than %dmin", what, text, PLAN_MAX_PAUSE_S / 60);
    r->pause_ns = rc ? r->pause_ns : ns;
    return rc;
}

void request_release(struct request *r)
{
    free(r->sweeps);
    r->sweeps = NULL;
    r->n_sweeps = 0;
}

struct sweep *request_add(struct request *r, const struct workload *w)
{
    struct sweep *more = realloc(r->sweeps, (r->n_sweeps + 1) * sizeof *more);
    if (!more)
        return NULL;
    r->sweeps = more;
    struct sweep *s = &more[r->n_sweeps++];
    *s = (struct sweep){.workload = w, .mode = MODE_BATCH, .trial_ns = 100 * NS_PER_MS, .duration_ns = 200 * NS_PER_MS};
    return s;
}

bool sweep_same_amount(const struct sweep *a, const struct sweep *b)
{
    return a == b ||
           (a->mode == b->mode && a->units == b->units && a->tasks == b->tasks &&
            (a->mode == MODE_CLOSED ? a->duration_ns == b->duration_ns : a->units || a->trial_ns == b->trial_ns));
}

static const char *model_name(unsigned i)
{
    return models[i] ? models[i]->name : NULL;
}

/* Calls `take` for each item of a comma-separated list; an empty item is refused. */
static int each_item(const char *list, const char *what, int (*take)(void *arg, const char *item, struct err *e),
                     void *arg, struct err *e)
{
    CLEANUP_FREE char *copy = strdup(list);
    if (!copy)
        return err_set(e, ENOMEM, "out of memory");
    char *rest = copy, *item;
    int rc = 0;
    while (!rc && (item = strsep(&rest, ",")))
        rc = *item ? take(arg, item, e) : err_set(e, EINVAL, "%s: '%s' has an empty item", what, list);
    return rc;
}

static int take_model(void *arg, const char *item, struct err *e)
{
    struct sweep *s = arg;
    const struct model *m = model_find(item);
    char hint[DID_YOU_MEAN_MAX];
    if (!m)
        return err_set(e, EINVAL, "unknown model '%s'%s; see 'contend list models'", item,
                       did_you_mean(hint, sizeof hint, '\'', "", nearest_name(item, model_name)));
    for (unsigned i = 0; i < s->n_models; i++)
        if (s->models[i] == m)
            return 0;
    if (s->n_models == SWEEP_MAX_MODELS)
        return err_set(e, EINVAL, "more than %d models", SWEEP_MAX_MODELS);
    s->models[s->n_models++] = m;
    return 0;
}

int sweep_models(struct sweep *s, const char *names, struct err *e)
{
    s->n_models = 0;
    return strcmp(names, "all") == 0 ? 0 : each_item(names, "models", take_model, s, e);
}

int sweep_libc_threads(struct sweep *s, const char *text, struct err *e)
{
    for (unsigned i = 0; i < ARRAY_LEN(libc_threads_names); i++)
        if (strcmp(text, libc_threads_names[i]) == 0) {
            s->libc_threads = (enum libc_threads)i;
            return 0;
        }
    return err_set(e, EINVAL, "libc-threads: expected model, single or multi, got '%s'", text);
}

struct numbers {
    const char *what;
    unsigned *out, *n;
};

static int take_number(void *arg, const char *item, struct err *e)
{
    struct numbers *k = arg;
    uint64_t v;
    int rc = value_count(item, k->what, 1, 1000000, &v, e);
    for (unsigned i = 0; !rc && i < *k->n; i++)
        if (k->out[i] == v)
            return 0;
    if (!rc && *k->n == SWEEP_MAX_VALUES)
        rc = err_set(e, EINVAL, "%s: more than %d values", k->what, SWEEP_MAX_VALUES);
    if (!rc)
        k->out[(*k->n)++] = (unsigned)v;
    return rc;
}

int sweep_numbers(const char *text, const char *what, unsigned *out, unsigned *n, struct err *e)
{
    *n = 0;
    return each_item(text, what, take_number, &(struct numbers){what, out, n}, e);
}

struct values {
    struct sweep *sweep;
    int param;
};

static int take_value(void *arg, const char *item, struct err *e)
{
    struct values *k = arg;
    unsigned *n = &k->sweep->set[k->param].n;
    int64_t v, *values = k->sweep->set[k->param].v;
    int rc = value_param(&k->sweep->workload->params[k->param], item, &v, e);
    for (unsigned i = 0; !rc && i < *n; i++)
        if (values[i] == v)
            return 0;
    if (!rc && *n == SWEEP_MAX_VALUES)
        rc = err_set(e, EINVAL, "more than %d values of %s", SWEEP_MAX_VALUES,
                     k->sweep->workload->params[k->param].name);
    if (!rc)
        values[(*n)++] = v;
    return rc;
}

int sweep_set(struct sweep *s, const char *name, const char *values, struct err *e)
{
    int i = workload_param(s->workload, name);
    if (i < 0)
        return err_set(e, EINVAL, "%s has no parameter '%s'; see 'contend list workloads'", s->workload->name, name);
    s->set[i].n = 0;
    return each_item(values, name, take_value, &(struct values){s, i}, e);
}

int sweep_trial(struct sweep *s, const char *text, const char *what, struct err *e)
{
    s->trial_is_set = true;
    s->trial_ns = 0;
    return strcmp(text, "auto") == 0 ? 0 : value_duration(text, what, &s->trial_ns, e);
}
