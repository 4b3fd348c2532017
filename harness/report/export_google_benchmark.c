/* SPDX-License-Identifier: MIT */
/*
 * A run as google-benchmark writes it (its JSONReporter): a context, and benchmarks with a row a repetition and rows of
 * their mean, median, standard deviation and coefficient of variation. A cell is a benchmark, a trial a repetition, a
 * unit an iteration. So times are per unit, and hold in closed mode, too, where trials differ in how many they did.
 *
 * A benchmark's name has no worker count, since models differ in it: so names are equal but for the model, and
 * compare.py can set two models of one run against each other.
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
#include "harness/report/text.h"

/* What is aggregated of the trials of a cell. */
enum value { REAL_TIME, CPU_TIME, ITEMS, VALUES };
static const char *const value_names[VALUES] = {"real_time", "cpu_time", "items_per_second"};

enum { NAME_MAX_BYTES = 4096 };

struct benchmark {
    const struct cell *cell;
    char name[NAME_MAX_BYTES];
    unsigned family, instance, repetitions;
};

/* Parts of a name are parted by slashes, so a slash in one of them is written as in an URL, as is the percent sign. */
static void append_part(char *name, const char *part)
{
    for (struct text_walk t = {.at = part, .keep = ""}; text_step(&t);)
        if (t.n == 1 && (*t.now == '/' || *t.now == '%'))
            text_append(name, NAME_MAX_BYTES, "%%%02X", (unsigned)*t.now);
        else
            text_append(name, NAME_MAX_BYTES, "%.*s", (int)t.n, t.now);
}

/* The place among cells of the same name: they differ in their amount of work alone. From plan_cell_id, which ends with
 * " #2" for the second. */
static const char *twin(const char *id)
{
    const char *mark = strrchr(id, ' ');
    return mark && mark[1] == '#' && mark[2] && !mark[2 + strspn(mark + 2, "0123456789")] ? mark + 1 : NULL;
}

static void make_name(struct benchmark *b, const struct export_run *x, unsigned cell)
{
    const struct cell *c = b->cell;
    const struct workload *w = x->works[x->work_of[cell]].workload;
    char text[VALUE_TEXT_MAX];
    b->name[0] = 0;
    append_part(b->name, c->workload);
    for (unsigned i = 0; w && w->params && w->params[i].name; i++) {
        value_text(&w->params[i], c->p[i], text, sizeof text);
        text_append(b->name, NAME_MAX_BYTES, "/%s:", w->params[i].name);
        append_part(b->name, text);
    }
    text_append(b->name, NAME_MAX_BYTES, "/");
    append_part(b->name, c->model);
    text_append(b->name, NAME_MAX_BYTES, "/offered:%u/concurrency:%u/%s/", c->offered, c->concurrency,
                mode_names[c->mode]);
    append_part(b->name, c->order);
    if (c->libc_threads)
        text_append(b->name, NAME_MAX_BYTES, "/libc:%s", libc_threads_names[c->libc_threads]);
    if (twin(x->ids[cell]))
        text_append(b->name, NAME_MAX_BYTES, "/%s", twin(x->ids[cell]));
}

static double per_unit(const struct good_trial *t, enum value v)
{
    switch (v) {
    case REAL_TIME:
        return t->run_ns / t->units;
    case CPU_TIME:
        return (t->user_ns + t->system_ns) / t->units;
    case ITEMS:
        return t->units / (t->run_ns / 1e9);
    case VALUES:
        break;
    }
    return NAN;
}

/* A trial that did no unit, or took no time that the clock saw, has no time per unit. */
static bool has_unit(const struct good_trial *t)
{
    return t->units > 0 && t->run_ns > 0;
}

/* Members that rows of both kinds have. `aggregate`: the row's, NULL for a repetition. */
static void put_head(struct json_writer *w, const struct benchmark *b, const char *aggregate)
{
    char name[NAME_MAX_BYTES + 16];
    snprintf(name, sizeof name, "%s%s%s", b->name, aggregate ? "_" : "", aggregate ? aggregate : "");
    put_string(w, "name", name);
    put_u64(w, "family_index", b->family);
    put_u64(w, "per_family_instance_index", b->instance);
    put_string(w, "run_name", b->name);
    put_string(w, "run_type", aggregate ? "aggregate" : "iteration");
    put_u64(w, "repetitions", b->repetitions);
}

static void put_counter(struct json_writer *w, const char *name, double v)
{
    if (isnan(v))
        return; /* a counter may be missing, and null is none */
    json_key(w, name);
    json_double(w, v);
}

static void put_repetition(struct json_writer *w, const struct benchmark *b, const struct good_trial *t, unsigned index)
{
    json_begin(w, '{');
    put_head(w, b, NULL);
    put_u64(w, "repetition_index", index);
    put_u64(w, "threads", b->cell->workers);
    json_key(w, "iterations");
    json_double(w, t->units);
    put_double(w, value_names[REAL_TIME], per_unit(t, REAL_TIME));
    put_double(w, value_names[CPU_TIME], per_unit(t, CPU_TIME));
    put_string(w, "time_unit", "ns");
    put_double(w, value_names[ITEMS], per_unit(t, ITEMS));
    put_counter(w, "startup_ns", t->startup_ns);
    put_counter(w, "teardown_ns", t->teardown_ns);
    put_counter(w, "pss_bytes", t->pss_bytes);
    for (unsigned i = 0; i < LATENCY_QUANTILES; i++) {
        char name[48];
        snprintf(name, sizeof name, "latency_%s_ns", latency_quantiles[i].key);
        put_counter(w, name, t->latency_ns[i]);
    }
    json_end(w, '}');
}

static double moment(const struct moments *m, unsigned which)
{
    const double all[] = {m->mean, m->median, m->stddev, m->cv};
    return all[which];
}

static void put_aggregates(struct json_writer *w, const struct benchmark *b, const struct moments m[VALUES])
{
    static const struct {
        const char *name, *unit;
    } rows[] = {{"mean", "time"}, {"median", "time"}, {"stddev", "time"}, {"cv", "percentage"}};
    for (unsigned i = 0; i < ARRAY_LEN(rows); i++) {
        if (isnan(moment(&m[REAL_TIME], i)) || isnan(moment(&m[CPU_TIME], i)))
            continue; /* no variation of no CPU time; a row without it would be none */
        json_begin(w, '{');
        put_head(w, b, rows[i].name);
        put_u64(w, "threads", b->cell->workers);
        put_string(w, "aggregate_name", rows[i].name);
        put_string(w, "aggregate_unit", rows[i].unit);
        put_u64(w, "iterations", b->repetitions);
        put_double(w, value_names[REAL_TIME], moment(&m[REAL_TIME], i));
        put_double(w, value_names[CPU_TIME], moment(&m[CPU_TIME], i));
        put_string(w, "time_unit", "ns");
        put_counter(w, value_names[ITEMS], moment(&m[ITEMS], i));
        json_end(w, '}');
    }
}

/* The n good trials of a cell. `scratch` has room for n numbers. */
static void put_cell_rows(struct json_writer *w, struct benchmark *b, const struct good_trial *t, unsigned n,
                          double *scratch)
{
    struct moments m[VALUES];
    unsigned index = 0;
    b->repetitions = 0;
    for (unsigned i = 0; i < n; i++)
        b->repetitions += has_unit(&t[i]);
    for (unsigned i = 0; i < n; i++)
        if (has_unit(&t[i]))
            put_repetition(w, b, &t[i], index++);
    for (unsigned v = 0; v < VALUES; v++) {
        unsigned k = 0;
        for (unsigned i = 0; i < n; i++)
            if (has_unit(&t[i]))
                scratch[k++] = per_unit(&t[i], (enum value)v);
        moments_of(scratch, k, &m[v]);
    }
    if (b->repetitions > 1)
        put_aggregates(w, b, m);
}

/* Numbers that a fact's text is, as far as it is any: the load averages. */
static void put_numbers(struct json_writer *w, const char *key, const char *text, unsigned most)
{
    json_key(w, key);
    json_begin(w, '[');
    for (unsigned i = 0; text && i < most; i++) {
        char *end;
        double v = strtod(text, &end);
        if (end == text || !isfinite(v))
            break;
        json_double(w, v);
        text = end;
    }
    json_end(w, ']');
}

static void put_machine(struct json_writer *w, const struct summary *s)
{
    const struct facts *f = s->environment ? &s->environment->start : NULL;
    const char *host = f ? facts_text(f, "host.id") : NULL, *type = f ? facts_text(f, "build.type") : NULL,
               *mhz = f ? facts_text(f, "cpu.frequency_now") : NULL;
    char *end = NULL;
    double v = mhz ? strtod(mhz, &end) : 0;
    put_string(w, "host_name", host ? host : "unknown");
    put_string(w, "executable", "contend");
    if (s->cpus > 0)
        put_double(w, "num_cpus", s->cpus);
    if (v > 0 && isfinite(v) && !*end) /* all CPUs at the same; else it is a range */
        put_double(w, "mhz_per_cpu", round(v));
    json_key(w, "caches");
    json_begin(w, '[');
    json_end(w, ']');
    put_numbers(w, "load_avg", f ? facts_text(f, "load.average") : NULL, 3);
    if (f && facts_text(f, "build.version"))
        put_string(w, "library_version", facts_text(f, "build.version"));
    if (type)
        put_string(w, "library_build_type", strcmp(type, "Debug") == 0 ? "debug" : "release");
    put_u64(w, "json_schema_version", 1);
}

/* What only this program has, as texts, as google-benchmark writes what users add to its context. */
static void put_own(struct json_writer *w, const struct export_run *x, unsigned without_unit)
{
    const struct summary *s = x->summary;
    const struct {
        const char *key;
        unsigned n;
    } counts[] = {{"contend_trials_planned", s->planned},        {"contend_trials_ok", s->ok},
                  {"contend_trials_failed", s->failed},          {"contend_trials_void", s->voided},
                  {"contend_trials_without_unit", without_unit}, {"contend_cells_skipped", s->skipped}};
    put_string(w, "contend_run", x->dir);
    put_string(w, "contend_name", s->plan->name);
    put_string(w, "contend_complete", s->complete ? "true" : "false");
    for (unsigned i = 0; i < ARRAY_LEN(counts); i++) {
        char text[24];
        snprintf(text, sizeof text, "%u", counts[i].n);
        put_string(w, counts[i].key, text);
    }
}

/* The family of a cell is its workload: its index, and the place of the cell in it. */
static void put_benchmarks(struct json_writer *w, const struct export_run *x, const struct good_trials *g,
                           struct benchmark *b, unsigned *in_family, double *scratch)
{
    for (unsigned i = 0, n; i < g->n; i += n) {
        unsigned cell = g->all[i].cell;
        n = good_trials_of_cell(g, i);
        b->cell = &x->summary->plan->cells[cell];
        b->family = x->work_of[cell];
        b->instance = in_family[b->family]++;
        make_name(b, x, cell);
        put_cell_rows(w, b, &g->all[i], n, scratch);
    }
}

int export_google_benchmark(FILE *out, const struct export_run *x, struct err *e)
{
    struct good_trials g;
    struct json_writer w;
    unsigned without_unit = 0;
    int rc = good_trials_read(x, &g, e);
    CLEANUP_FREE struct benchmark *b = malloc(sizeof *b);
    CLEANUP_FREE unsigned *in_family = calloc(x->n_works + 1, sizeof *in_family);
    CLEANUP_FREE double *scratch = malloc((g.n + 1) * sizeof *scratch);
    if (!rc && (!b || !in_family || !scratch))
        rc = err_set(e, ENOMEM, "out of memory");
    if (!rc) {
        for (unsigned i = 0; i < g.n; i++)
            without_unit += !has_unit(&g.all[i]);
        json_init(&w, out, 2);
        json_begin(&w, '{');
        json_key(&w, "context");
        json_begin(&w, '{');
        put_string(&w, "date", x->summary->started);
        put_machine(&w, x->summary);
        put_own(&w, x, without_unit);
        json_end(&w, '}');
        json_key(&w, "benchmarks");
        json_begin(&w, '[');
        put_benchmarks(&w, x, &g, b, in_family, scratch);
        json_end(&w, ']');
        json_end(&w, '}');
        fputc('\n', out);
    }
    good_trials_release(&g);
    return rc;
}
