/* SPDX-License-Identifier: MIT */
/* A cell and a trial's record as JSON, both ways. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/record/fields.h"
#include "harness/record/journal.h"

void put_params(struct json_writer *w, const struct cell *c)
{
    const struct workload *wl = workload_find(c->workload);
    json_key(w, "params");
    json_begin(w, '{');
    for (unsigned i = 0; wl && wl->params && wl->params[i].name; i++) {
        const struct param *p = &wl->params[i];
        if (p->type == PARAM_CHOICE)
            put_string(w, p->name, p->choices[c->p[i]]);
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
    json_key(w, "placement");
    json_begin(w, '{');
    put_string(w, "order", c->order);
    json_key(w, "pus");
    json_begin(w, '[');
    for (unsigned i = 0; i < c->n_pus; i++)
        json_int(w, c->pus[i]);
    json_end(w, ']');
    json_end(w, '}');
    put_u64(w, "pool", c->pool);
    put_u64(w, "planned_units", c->units);
    put_u64(w, "tasks", c->tasks);
    put_u64(w, "duration_ns", c->duration_ns);
    put_u64(w, "latency_stride", c->latency_stride);
    put_hex(w, "seed", c->seed);
    put_u64(w, "limit_ns", c->limit_ns);
}

static int read_params(struct fields f, struct cell *c)
{
    const struct workload *wl = workload_find(c->workload);
    if (!wl && !f.rc)
        return json_error(f.json, f.object, f.e, "unknown workload \"%s\"", c->workload);
    for (unsigned i = 0; !f.rc && wl->params && wl->params[i].name; i++) {
        const struct param *p = &wl->params[i];
        unsigned n = 0;
        while (p->type == PARAM_CHOICE && p->choices[n])
            n++;
        c->p[i] = p->type == PARAM_CHOICE ? field_name(&f, p->name, p->choices, n)
                  : p->type == PARAM_BOOL ? field_bool(&f, p->name)
                                          : field_i64(&f, p->name);
        if (!f.rc && (c->p[i] < p->least || c->p[i] > p->most))
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
    struct fields placement = field_object(&f, "placement");
    c->order = field_string(&placement, "order");
    const struct json_value *pus = field_value(&placement, "pus", JSON_ARRAY);
    if (placement.rc)
        return placement.rc;
    for (const struct json_value *v = json_first(pus); v; v = json_next(v)) {
        int64_t pu;
        if (c->n_pus == CELL_MAX_PUS || json_get_i64(v, &pu) || pu < 0 || pu > 1 << 20)
            return json_error(f.json, v, f.e, "\"pus\" must hold at most %d indexes of processing units", CELL_MAX_PUS);
        c->pus[c->n_pus++] = (int)pu;
    }
    c->pool = field_unsigned(&f, "pool");
    c->units = field_u64(&f, "planned_units");
    c->tasks = field_unsigned(&f, "tasks");
    c->duration_ns = field_u64(&f, "duration_ns");
    c->latency_stride = field_u64(&f, "latency_stride");
    c->seed = field_u64(&f, "seed");
    c->limit_ns = field_u64(&f, "limit_ns");
    return f.rc;
}

void put_latency(struct json_writer *w, const struct histogram *h, const char *why, bool buckets)
{
    static const struct {
        const char *key;
        double q;
    } quantiles[] = {{"p50", 0.5}, {"p90", 0.9}, {"p99", 0.99}, {"p99_9", 0.999}, {"p99_99", 0.9999}};
    if (!h) {
        put_missing(w, "latency_ns", why);
        return;
    }
    json_key(w, "latency_ns");
    json_begin(w, '{');
    put_u64(w, "count", h->count);
    put_u64(w, "sum", h->sum);
    put_u64(w, "min", h->min);
    put_double(w, "mean", (double)h->sum / (double)h->count);
    for (size_t i = 0; i < ARRAY_LEN(quantiles); i++)
        if ((double)h->count * (1 - quantiles[i].q) >= 10) /* fewer than 10 beyond it say little of where it lies */
            put_u64(w, quantiles[i].key, histogram_quantile(h, quantiles[i].q));
        else
            put_missing(w, quantiles[i].key, "fewer than 10 records lie beyond it");
    put_u64(w, "max", h->max);
    put_u64(w, "overflow", h->overflow);
    if (buckets) {
        json_key(w, "buckets");
        json_begin(w, '[');
        for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++)
            if (h->bucket[i]) {
                json_begin(w, '[');
                json_uint(w, i);
                json_uint(w, h->bucket[i]);
                json_end(w, ']');
            }
        json_end(w, ']');
    }
    json_end(w, '}');
}

static int read_latency(struct fields *f, struct trial_record *r)
{
    const struct json_value *v = json_get(f->object, "latency_ns");
    if (f->rc || !v || json_type(v) == JSON_NULL) {
        r->latency_why = field_string(f, "latency_ns_unavailable");
        return f->rc;
    }
    struct fields l = field_object(f, "latency_ns");
    r->latency = malloc(sizeof *r->latency);
    if (!r->latency)
        return f->rc = err_set(f->e, ENOMEM, "out of memory");
    histogram_init(r->latency);
    r->latency_why = NULL;
    r->latency->count = field_u64(&l, "count");
    r->latency->sum = field_u64(&l, "sum");
    r->latency->min = field_u64(&l, "min");
    r->latency->max = field_u64(&l, "max");
    r->latency->overflow = field_u64(&l, "overflow");
    const struct json_value *buckets = field_value(&l, "buckets", JSON_ARRAY);
    for (const struct json_value *b = l.rc ? NULL : json_first(buckets); b; b = json_next(b)) {
        uint64_t i, n;
        const struct json_value *first = json_first(b);
        if (!first || json_get_u64(first, &i) || i >= HISTOGRAM_BUCKETS || json_get_u64(json_next(first), &n))
            return f->rc = json_error(f->json, b, f->e, "a bucket must be [index, count]");
        r->latency->bucket[i] = n;
    }
    return f->rc = l.rc;
}

static void put_worker(struct json_writer *w, const struct worker_record *k)
{
    json_begin(w, '{');
    put_i64(w, "pu", k->pu);
    put_u64(w, "units", k->units);
    put_u64(w, "user_ns", k->user_ns);
    put_u64(w, "system_ns", k->system_ns);
    put_i64(w, "voluntary", k->voluntary);
    put_i64(w, "involuntary", k->involuntary);
    put_i64(w, "minor_faults", k->minor_faults);
    put_i64(w, "major_faults", k->major_faults);
    put_metric(w, "migrations", &k->migrations);
    put_metric(w, "queue_wait_ns", &k->queue_wait_ns);
    put_bool(w, "single_threaded", k->single_threaded);
    put_u64(w, "wakeups", k->wakeups);
    put_u64(w, "events", k->events);
    json_end(w, '}');
}

static int read_workers(struct fields *f, struct trial_record *r)
{
    const struct json_value *list = field_value(f, "workers_detail", JSON_ARRAY);
    size_t n = f->rc ? 0 : json_size(list);
    if (!n)
        return f->rc;
    r->workers = calloc(n, sizeof *r->workers);
    if (!r->workers)
        return f->rc = err_set(f->e, ENOMEM, "out of memory");
    for (const struct json_value *v = json_first(list); v && !f->rc; v = json_next(v)) {
        struct fields k = {.json = f->json, .object = v, .e = f->e};
        r->workers[r->n_workers++] = (struct worker_record){
            .pu = (int)field_i64(&k, "pu"),
            .units = field_u64(&k, "units"),
            .user_ns = field_u64(&k, "user_ns"),
            .system_ns = field_u64(&k, "system_ns"),
            .voluntary = field_i64(&k, "voluntary"),
            .involuntary = field_i64(&k, "involuntary"),
            .minor_faults = field_i64(&k, "minor_faults"),
            .major_faults = field_i64(&k, "major_faults"),
            .migrations = field_metric(&k, "migrations"),
            .queue_wait_ns = field_metric(&k, "queue_wait_ns"),
            .single_threaded = field_bool(&k, "single_threaded"),
            .wakeups = field_u64(&k, "wakeups"),
            .events = field_u64(&k, "events"),
        };
        f->rc = k.rc;
    }
    return f->rc;
}

static void put_totals(struct json_writer *w, const struct trial_record *r)
{
    put_u64(w, "units", r->units);
    json_key(w, "ops");
    json_begin(w, '{');
    for (unsigned i = 0; i < OP_KINDS; i++)
        put_u64(w, op_names[i], r->ops[i]);
    json_end(w, '}');
    put_u64(w, "resumed", r->resumed);
    put_u64(w, "bytes", r->bytes);
    put_hex(w, "checksum", r->checksum);
    put_hex(w, "expected", r->expected);
}

/* The plain 64-bit members, in one table for both ways. */
#define RECORD_TIMES(X) X(spawn_ns) X(setup_ns) X(startup_ns) X(run_ns) X(teardown_ns) X(cpu_user_ns) X(cpu_system_ns)
#define RECORD_METRICS(X)                                                                                              \
    X(migrations)                                                                                                      \
    X(queue_wait_ns)                                                                                                   \
    X(peak_rss_bytes) X(pss_bytes) X(canary_before_ns) X(canary_after_ns) X(foreign_cpu_ns) X(steal_ns) X(throttled_ns)

void put_record(struct json_writer *w, const struct trial_record *r)
{
    put_u64(w, "cell", r->cell);
    put_u64(w, "block", r->block);
    put_u64(w, "position", r->position);
    put_string(w, "status", trial_status_names[r->status]);
    put_string(w, "reason", r->reason);
    put_string(w, "started", r->started);
#define X(name) put_u64(w, #name, r->name);
    RECORD_TIMES(X)
#undef X
    put_totals(w, r);
    put_i64(w, "voluntary", r->voluntary);
    put_i64(w, "involuntary", r->involuntary);
#define X(name) put_metric(w, #name, &r->name);
    RECORD_METRICS(X)
#undef X
    put_string(w, "lock_kind", r->lock_kind);
    put_latency(w, r->latency, r->latency_why, true);
    put_u64(w, "worker_count", r->worker_count);
    json_key(w, "workers_detail");
    json_begin(w, '[');
    for (unsigned i = 0; i < r->n_workers; i++)
        put_worker(w, &r->workers[i]);
    json_end(w, ']');
    json_key(w, "warnings");
    json_begin(w, '[');
    for (unsigned i = 0; i < r->n_warnings; i++)
        json_string(w, r->warnings[i]);
    json_end(w, ']');
}

int read_record(struct fields f, struct trial_record *r)
{
    trial_record_init(r);
    r->cell = field_unsigned(&f, "cell");
    r->block = field_unsigned(&f, "block");
    r->position = field_unsigned(&f, "position");
    r->status = (enum trial_status)field_name(&f, "status", trial_status_names, 4);
    field_copy(&f, "reason", r->reason, sizeof r->reason);
    field_copy(&f, "started", r->started, sizeof r->started);
#define X(name) r->name = field_u64(&f, #name);
    RECORD_TIMES(X)
#undef X
    r->units = field_u64(&f, "units");
    struct fields ops = field_object(&f, "ops");
    for (unsigned i = 0; i < OP_KINDS; i++)
        r->ops[i] = field_u64(&ops, op_names[i]);
    if (ops.rc)
        return ops.rc;
    r->resumed = field_u64(&f, "resumed");
    r->bytes = field_u64(&f, "bytes");
    r->checksum = field_u64(&f, "checksum");
    r->expected = field_u64(&f, "expected");
    r->voluntary = field_i64(&f, "voluntary");
    r->involuntary = field_i64(&f, "involuntary");
#define X(name) r->name = field_metric(&f, #name);
    RECORD_METRICS(X)
#undef X
    r->lock_kind = field_string(&f, "lock_kind");
    r->worker_count = field_unsigned(&f, "worker_count");
    if (read_latency(&f, r) || read_workers(&f, r))
        return f.rc;
    const struct json_value *warnings = field_value(&f, "warnings", JSON_ARRAY);
    for (const struct json_value *v = f.rc ? NULL : json_first(warnings); v; v = json_next(v)) {
        const char *s;
        if (json_get_string(v, &s) == 0)
            trial_record_warn(r, s);
    }
    return f.rc;
}

/* One object in one line, malloc'ed. */
static char *object_text(void (*put)(struct json_writer *, const void *), const void *what)
{
    char *text = NULL;
    size_t n = 0;
    FILE *f = open_memstream(&text, &n);
    if (!f)
        return NULL;
    struct json_writer w;
    json_init(&w, f, 0);
    json_begin(&w, '{');
    put(&w, what);
    json_end(&w, '}');
    if (fclose(f)) {
        free(text);
        return NULL;
    }
    return text;
}

static void put_cell_any(struct json_writer *w, const void *c)
{
    put_cell(w, c);
}

struct record_of {
    const struct plan *plan;
    const struct trial_record *record;
};

static void put_record_any(struct json_writer *w, const void *what)
{
    const struct record_of *o = what;
    if (o->plan) {
        char id[256];
        const struct cell *c = &o->plan->cells[o->record->cell];
        cell_id(c, id, sizeof id);
        put_string(w, "id", id);
        put_cell(w, c);
    }
    put_record(w, o->record);
}

char *cell_to_json(const struct cell *c)
{
    return object_text(put_cell_any, c);
}

char *record_to_json(const struct plan *p, const struct trial_record *r)
{
    return object_text(put_record_any, &(struct record_of){p, r});
}

int cell_from_json(const char *text, size_t len, struct cell *c, struct err *e)
{
    struct json *j;
    int rc = json_parse(&j, text, len, "<cell>", e);
    if (rc)
        return rc;
    rc = read_cell((struct fields){.json = j, .object = json_root(j), .e = e}, c);
    json_free(j);
    return rc;
}

int record_from_json(const char *text, size_t len, struct trial_record *r, struct err *e)
{
    struct json *j;
    int rc = json_parse(&j, text, len, "<record>", e);
    if (rc)
        return rc;
    rc = read_record((struct fields){.json = j, .object = json_root(j), .e = e}, r);
    json_free(j);
    return rc;
}
