/* SPDX-License-Identifier: MIT */
/* A cell as JSON, both ways. */
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "harness/record/fields.h"
#include "harness/record/journal.h"
#include "harness/record/plugin_json.h"

void put_params(struct json_writer *w, const struct cell *c)
{
    const struct workload *wl = workload_find(c->workload);
    json_key(w, "params");
    json_begin(w, '{');
    for (unsigned i = 0; wl && wl->params && wl->params[i].name; i++) {
        const struct param *p = &wl->params[i];
        if (p->type == PARAM_CHOICE || (p->type == PARAM_PATH && !c->p[i]))
            put_string(w, p->name, p->choices[c->p[i]]);
        else if (p->type == PARAM_PATH)
            put_string(w, p->name, wl_path(c->p[i]));
        else if (p->type == PARAM_BOOL)
            put_bool(w, p->name, c->p[i] != 0);
        else
            put_i64(w, p->name, c->p[i]);
    }
    json_end(w, '}');
}

void put_cell(struct json_writer *w, const struct cell *c)
{
    put_string(w, "workload", c->workload);
    put_params(w, c);
    put_string(w, "model", c->model);
    put_u64(w, "offered", c->offered);
    put_u64(w, "workers", c->workers);
    put_u64(w, "concurrency", c->concurrency);
    put_string(w, "mode", mode_names[c->mode]);
    put_string(w, "libc_threads", libc_threads_names[c->libc_threads]);
    json_key(w, "placement");
    json_begin(w, '{');
    put_string(w, "order", c->order);
    put_pus(w, c->pus, c->n_pus);
    json_end(w, '}');
    put_service(w, c);
    if (c->gaps)
        put_i64(w, "gaps_pu", c->gaps_pu);
    else
        put_missing(w, "gaps_pu", c->gaps_why ? c->gaps_why : "not asked for: run --gaps");
    put_u64(w, "pool", c->pool);
    put_u64(w, "planned_units", c->units);
    put_u64(w, "tasks", c->tasks);
    put_u64(w, "duration_ns", c->duration_ns);
    put_u64(w, "latency_stride", c->latency_stride);
    put_hex(w, "seed", c->seed);
    put_u64(w, "limit_ns", c->limit_ns);
}

/* Journals before it have none. */
static void read_gaps_pu(struct fields *f, struct cell *c)
{
    const struct json_value *v = json_get(f->object, "gaps_pu");
    c->gaps = v && json_type(v) != JSON_NULL;
    if (c->gaps)
        c->gaps_pu = (int)field_i64(f, "gaps_pu");
    else if (v)
        c->gaps_why = field_string(f, "gaps_pu_unavailable");
    if (!f->rc && c->gaps && (c->gaps_pu < 0 || c->gaps_pu > 1 << 20))
        f->rc = json_error(f->json, v, f->e, "\"gaps_pu\" must be the index of a processing unit");
}

/* Its range is the caller's to check. A path need not be there: the record may be another machine's. */
static int64_t read_param(struct fields *f, const struct param *p)
{
    unsigned n = 0;
    int64_t value = 0;
    const char *path;
    switch (p->type) {
    case PARAM_CHOICE:
        while (p->choices[n])
            n++;
        return field_name(f, p->name, p->choices, n);
    case PARAM_PATH:
        path = field_string(f, p->name);
        if (!f->rc && strcmp(path, p->choices[0]) != 0 && (value = workload_path(path)) < 0)
            f->rc = err_set(f->e, ENOMEM, "out of memory");
        return f->rc ? 0 : value;
    case PARAM_BOOL:
        return field_bool(f, p->name);
    default:
        return field_i64(f, p->name);
    }
}

static int read_params(struct fields f, struct cell *c)
{
    const struct workload *wl = workload_find(c->workload);
    if (!wl && !f.rc)
        return json_error(f.json, f.object, f.e, "unknown workload \"%s\"", c->workload);
    for (unsigned i = 0; !f.rc && wl->params && wl->params[i].name; i++) {
        const struct param *p = &wl->params[i];
        c->p[i] = read_param(&f, p);
        if (!f.rc && p->type != PARAM_PATH && (c->p[i] < p->least || c->p[i] > p->most))
            f.rc = json_error(f.json, json_get(f.object, p->name), f.e, "\"%s\" is out of its range", p->name);
    }
    return f.rc;
}

int read_cell(struct fields f, struct cell *c)
{
    memset(c, 0, sizeof *c);
    c->workload = field_string(&f, "workload");
    struct fields params = field_object(&f, "params");
    if (!f.rc)
        f.rc = read_params(params, c);
    c->model = field_string(&f, "model");
    c->offered = field_unsigned(&f, "offered");
    c->workers = field_unsigned(&f, "workers");
    c->concurrency = field_unsigned(&f, "concurrency");
    c->mode = (enum mode)field_name(&f, "mode", mode_names, 2);
    if (json_get(f.object, "libc_threads")) /* journals before it have none */
        c->libc_threads = (enum libc_threads)field_name(&f, "libc_threads", libc_threads_names, 3);
    struct fields placement = field_object(&f, "placement");
    c->order = field_string(&placement, "order");
    if (read_pus(&placement, c->pus, &c->n_pus, CELL_MAX_PUS) || read_service(&f, c))
        return -EINVAL;
    read_gaps_pu(&f, c);
    c->pool = field_unsigned(&f, "pool");
    c->units = field_u64(&f, "planned_units");
    c->tasks = field_unsigned(&f, "tasks");
    c->duration_ns = field_u64(&f, "duration_ns");
    c->latency_stride = field_u64(&f, "latency_stride");
    c->seed = field_u64(&f, "seed");
    c->limit_ns = field_u64(&f, "limit_ns");
    return f.rc;
}

struct cell_of {
    const struct cell *cell;
    const struct plugin_set *plugins;
};

static void put_seen(struct json_writer *w, const struct cell *c)
{
    json_key(w, "canaries_seen");
    json_begin(w, '{');
    for (unsigned i = 0; i < CANARIES; i++)
        if (c->canaries_seen[i])
            put_u64(w, canary_kinds[i].name, c->canaries_seen[i]);
    json_end(w, '}');
}

static void put_cell_any(struct json_writer *w, const void *arg)
{
    const struct cell_of *of = arg;
    const char *workload = of->cell->workload;
    const struct plugin *plugin = plugin_in(of->plugins, workload);
    put_cell(w, of->cell);
    if (of->cell->golden_known)
        put_hex(w, "golden", of->cell->golden);
    if (of->cell->golden_fd)
        put_i64(w, "golden_fd", of->cell->golden_fd);
    put_seen(w, of->cell);
    if (!plugin)
        return;
    json_key(w, "plugin");
    json_begin(w, '{');
    put_plugin(w, plugin, workload);
    json_end(w, '}');
}

char *cell_to_json(const struct cell *c, const struct plugin_set *plugins)
{
    return object_text(put_cell_any, &(struct cell_of){c, plugins});
}

/* What is missing is not known; a program of another build may have other kinds. */
static int read_seen(struct fields f, struct cell *c)
{
    if (!json_get(f.object, "canaries_seen"))
        return 0;
    struct fields seen = field_object(&f, "canaries_seen");
    for (unsigned i = 0; !f.rc && i < CANARIES; i++)
        if (json_get(seen.object, canary_kinds[i].name))
            c->canaries_seen[i] = field_u64(&seen, canary_kinds[i].name);
    return f.rc ? f.rc : seen.rc;
}

int cell_from_json(const char *text, size_t len, struct cell *c, struct err *e)
{
    struct json *j;
    int rc = json_parse(&j, text, len, "<cell>", e);
    if (rc)
        return rc;
    struct fields f = {.json = j, .object = json_root(j), .e = e};
    if (json_get(f.object, "plugin")) {
        struct fields plugin = field_object(&f, "plugin");
        rc = plugin.rc ? plugin.rc : read_plugin(plugin);
    }
    if (!rc)
        rc = read_cell(f, c);
    if (!rc && (c->golden_known = json_get(f.object, "golden") != NULL)) {
        c->golden = field_u64(&f, "golden");
        rc = f.rc;
    }
    if (!rc && json_get(f.object, "golden_fd")) {
        int64_t fd = field_i64(&f, "golden_fd");
        rc = f.rc || (fd > 0 && fd <= INT_MAX) ? f.rc
                                               : json_error(j, f.object, e, "\"golden_fd\" can't be a descriptor");
        c->golden_fd = rc ? 0 : (int)fd;
    }
    if (!rc)
        rc = read_seen(f, c);
    json_free(j);
    return rc;
}
