/* SPDX-License-Identifier: MIT */
/* A run as a tidy table: a row a trial, a cell or a comparison, and one thing that was measured a column. */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/insight/trials.h"
#include "harness/record/param_value.h"
#include "harness/report/csv.h"
#include "harness/report/export_run.h"

#define WARNING_GAP "; "

struct table {
    struct csv csv;
    const struct export_run *x;
    int rc; /* -ENOMEM: a cell could not be written whole */
};

static void write_run(struct table *t)
{
    const struct summary *s = t->x->summary;
    csv_text(&t->csv, "run", t->x->dir);
    csv_text(&t->csv, "run_name", s->plan->name);
    csv_text(&t->csv, "run_started", s->started);
    csv_bool(&t->csv, "run_complete", s->complete);
}

/* Each parameter of any workload of the run has a column; it is empty where the cell has no such parameter. */
static void write_params(struct table *t, unsigned cell)
{
    for (unsigned i = 0; i < t->x->n_names; i++) {
        const char *name = t->x->names[i];
        int64_t v = 0;
        const struct param *p = t->csv.head ? NULL : export_param(t->x, cell, name, &v);
        char text[VALUE_TEXT_MAX];
        if (!p) {
            csv_missing(&t->csv, name);
        } else if (p->type == PARAM_CHOICE || p->type == PARAM_PATH) {
            export_value(p, v, text, sizeof text);
            csv_text(&t->csv, name, text);
        } else if (p->type == PARAM_BOOL) {
            csv_bool(&t->csv, name, v != 0);
        } else {
            csv_i64(&t->csv, name, v);
        }
    }
}

static void write_work(struct table *t, unsigned cell)
{
    csv_text(&t->csv, "workload", t->x->summary->plan->cells[cell].workload);
    write_params(t, cell);
}

static void write_how(struct table *t, const struct cell *c)
{
    csv_text(&t->csv, "mode", mode_names[c->mode]);
    csv_text(&t->csv, "libc_threads", libc_threads_names[c->libc_threads]);
    csv_text(&t->csv, "placement", c->order);
}

static void write_cell(struct table *t, unsigned cell)
{
    const struct cell *c = &t->x->summary->plan->cells[cell];
    csv_text(&t->csv, "cell", t->x->ids[cell]);
    write_work(t, cell);
    csv_text(&t->csv, "model", c->model);
    csv_u64(&t->csv, "offered", c->offered);
    csv_u64(&t->csv, "workers", c->workers);
    csv_u64(&t->csv, "concurrency", c->concurrency);
    write_how(t, c);
}

/* As text: what a float can't carry, no reader shall round. */
static void write_checksum(struct table *t, uint64_t checksum, bool known)
{
    char text[24];
    snprintf(text, sizeof text, "0x%016" PRIx64, checksum);
    csv_text(&t->csv, "checksum", known ? text : NULL);
}

static void write_known(struct table *t, const char *name, uint64_t v, bool known)
{
    if (known)
        csv_u64(&t->csv, name, v);
    else
        csv_missing(&t->csv, name);
}

static void write_latency(struct table *t, const struct histogram *h)
{
    bool any = h && h->count;
    write_known(t, "latency_count", any ? h->count : 0, any);
    csv_double(&t->csv, "latency_min_ns", any ? (double)h->min : (double)NAN);
    csv_double(&t->csv, "latency_mean_ns", any ? (double)h->sum / (double)h->count : (double)NAN);
    for (unsigned i = 0; i < LATENCY_QUANTILES; i++) {
        char name[48];
        double q = latency_quantiles[i].q;
        snprintf(name, sizeof name, "latency_%s_ns", latency_quantiles[i].key);
        csv_double(&t->csv, name, any && histogram_tells(h, q) ? (double)histogram_quantile(h, q) : (double)NAN);
    }
    csv_double(&t->csv, "latency_max_ns", any ? (double)h->max : (double)NAN);
}

/* All of them, however long others made them. */
static void write_warnings(struct table *t, const char *const *warnings, unsigned n)
{
    size_t room = 1;
    for (unsigned i = 0; i < n; i++)
        room += strlen(warnings[i]) + strlen(WARNING_GAP);
    CLEANUP_FREE char *all = calloc(1, room);
    if (!all)
        t->rc = -ENOMEM;
    for (unsigned i = 0; all && i < n; i++)
        text_append(all, room, "%s%s", i ? WARNING_GAP : "", warnings[i]);
    csv_text(&t->csv, "warnings", all);
}

/* --- a row a trial --- */

/* A number of a trial that was whole; of one that failed it is none, whatever its record holds. */
static void write_number(struct table *t, const struct trial_record *r, const char *name, uint64_t v)
{
    write_known(t, name, v, r->status != TRIAL_FAILED);
}

static void write_metric_of(struct table *t, const struct trial_record *r, const char *name, const struct metric *m)
{
    if (r->status == TRIAL_FAILED)
        csv_missing(&t->csv, name);
    else
        csv_metric(&t->csv, name, m);
}

static void write_costs(struct table *t, const struct trial_record *r)
{
    write_number(t, r, "cpu_user_ns", r->cpu_user_ns);
    write_number(t, r, "cpu_system_ns", r->cpu_system_ns);
    const struct metric voluntary = {r->voluntary, NULL}, involuntary = {r->involuntary, NULL};
    write_metric_of(t, r, "switches_voluntary", &voluntary);
    write_metric_of(t, r, "switches_involuntary", &involuntary);
    write_metric_of(t, r, "migrations", &r->migrations);
    write_metric_of(t, r, "queue_wait_ns", &r->queue_wait_ns);
    write_metric_of(t, r, "peak_rss_bytes", &r->peak_rss_bytes);
    write_metric_of(t, r, "pss_bytes", &r->pss_bytes);
    write_metric_of(t, r, "foreign_cpu_ns", &r->foreign_cpu_ns);
    write_metric_of(t, r, "steal_ns", &r->steal_ns);
    write_metric_of(t, r, "throttled_ns", &r->throttled_ns);
    write_metric_of(t, r, "pressure_ns", &r->pressure_ns);
    write_metric_of(t, r, "stopped_ns", &r->stopped_ns);
}

/* What the trial lost to each kind, and the names of those that count as a disturbance. */
static void write_disturbances(struct table *t, const struct cell *c, const struct trial_record *r)
{
    bool judged = r->status != TRIAL_FAILED && r->run_ns;
    double lost[DISTURBANCES];
    char names[256] = "";
    for (unsigned i = 0; i < DISTURBANCES; i++)
        lost[i] = NAN;
    if (judged)
        trial_lost(c, r, lost);
    unsigned set = judged ? trial_disturbances(c, r) : 0;
    for (unsigned i = 0; i < DISTURBANCES; i++)
        if (set >> i & 1)
            text_append(names, sizeof names, "%s%s", names[0] ? ";" : "", disturbance_names[i]);
    if (judged)
        csv_bool(&t->csv, "disturbed", set != 0);
    else
        csv_missing(&t->csv, "disturbed");
    csv_text(&t->csv, "disturbances", names);
    for (unsigned i = 0; i < DISTURBANCES; i++) {
        char name[64];
        snprintf(name, sizeof name, "lost_%s_share", disturbance_names[i]);
        csv_double(&t->csv, name, lost[i]);
    }
}

static void write_trial(struct table *t, const struct trial_record *r)
{
    const struct plan *p = t->x->summary->plan;
    bool rated = r->status == TRIAL_OK && r->run_ns;
    write_run(t);
    write_cell(t, r->cell);
    csv_u64(&t->csv, "block", r->block);
    csv_u64(&t->csv, "visit", plan_visit_of(p, r->block));
    csv_u64(&t->csv, "position", r->position);
    csv_text(&t->csv, "status", trial_status_names[r->status]);
    csv_text(&t->csv, "reason", r->reason);
    csv_text(&t->csv, "started", r->started);
    write_number(t, r, "units", r->units);
    write_number(t, r, "bytes", r->bytes);
    write_checksum(t, r->checksum, r->status != TRIAL_FAILED);
    write_number(t, r, "wall_ns", r->run_ns);
    csv_double(&t->csv, "throughput_units_per_s", rated ? (double)r->units / ((double)r->run_ns / 1e9) : (double)NAN);
    write_latency(t, r->status == TRIAL_FAILED ? NULL : r->latency);
    write_costs(t, r);
    write_number(t, r, "spawn_ns", r->spawn_ns);
    write_number(t, r, "setup_ns", r->setup_ns);
    write_number(t, r, "startup_ns", r->startup_ns);
    write_number(t, r, "teardown_ns", r->teardown_ns);
    csv_u64(&t->csv, "took_ns", r->took_ns);
    write_disturbances(t, &p->cells[r->cell], r);
    write_warnings(t, r->warnings, r->n_warnings);
    csv_end(&t->csv);
}

enum { NO_MORE = 1 };

static int each_trial(void *arg, const struct trial_record *r)
{
    struct table *t = arg;
    write_trial(t, r);
    return t->rc ? t->rc : ferror(t->csv.out) ? NO_MORE : 0;
}

/* --- a row a cell --- */

static void write_cell_row(struct table *t, unsigned cell)
{
    const struct cell_summary *s = &t->x->summary->cells[cell];
    unsigned ok = s->trials - s->failed - s->voided;
    const struct {
        const char *measure, *unit;
        const struct estimate *e;
    } estimates[] = {
        {"throughput", "units_per_s", &s->throughput},
        {"wall", "ns", &s->run_ns},
        {"startup", "ns", &s->startup_ns},
        {"teardown", "ns", &s->teardown_ns},
        {"cpu_user", "ns", &s->cpu_user_ns},
        {"cpu_system", "ns", &s->cpu_system_ns},
        {"switches_voluntary", NULL, &s->voluntary},
        {"switches_involuntary", NULL, &s->involuntary},
        {"migrations", NULL, &s->migrations},
        {"peak_rss", "bytes", &s->peak_rss_bytes},
        {"pss", "bytes", &s->pss_bytes},
        {"speedup", NULL, &s->speedup},
        {"trial_latency_p50", "ns", &s->p50_ns},
        {"trial_latency_p99", "ns", &s->p99_ns},
        {"trial_latency_latest", "ns", &s->latest_ns},
    };
    write_run(t);
    write_cell(t, cell);
    csv_text(&t->csv, "status", trial_status_names[s->status]);
    csv_text(&t->csv, "reason", s->reason);
    csv_u64(&t->csv, "trials_ok", ok);
    csv_u64(&t->csv, "trials_failed", s->failed);
    csv_u64(&t->csv, "trials_void", s->voided);
    csv_u64(&t->csv, "trials_disturbed", s->disturbed);
    write_known(t, "units", s->units, ok > 0);
    write_known(t, "bytes", s->bytes, ok > 0);
    write_checksum(t, s->checksum, ok > 0);
    for (unsigned i = 0; i < ARRAY_LEN(estimates); i++)
        csv_estimate(&t->csv, estimates[i].measure, estimates[i].unit, estimates[i].e);
    write_latency(t, s->latency);
    write_warnings(t, s->warnings, s->n_warnings);
    csv_end(&t->csv);
}

/* --- a row a comparison --- */

static void write_side(struct table *t, const char *side, unsigned cell)
{
    const struct cell *c = &t->x->summary->plan->cells[cell];
    const struct {
        const char *name, *text;
        unsigned number; /* where there is no text */
    } parts[] = {{"cell", t->x->ids[cell], 0},
                 {"model", c->model, 0},
                 {"workers", NULL, c->workers},
                 {"concurrency", NULL, c->concurrency}};
    for (unsigned i = 0; i < ARRAY_LEN(parts); i++) {
        char name[32];
        snprintf(name, sizeof name, "%s_%s", side, parts[i].name);
        if (parts[i].text)
            csv_text(&t->csv, name, parts[i].text);
        else
            csv_u64(&t->csv, name, parts[i].number);
    }
}

static void write_comparison(struct table *t, const struct comparison *c)
{
    const struct cell *a = &t->x->summary->plan->cells[c->a];
    write_run(t);
    write_work(t, c->a);
    csv_u64(&t->csv, "offered", a->offered);
    write_how(t, a);
    write_side(t, "a", c->a);
    write_side(t, "b", c->b);
    csv_estimate(&t->csv, "ratio", NULL, &c->ratio);
    csv_u64(&t->csv, "pairs", c->ratio.n);
    csv_text(&t->csv, "verdict", verdict_names[c->verdict]);
    csv_double(&t->csv, "p_adjusted", c->p_adjusted);
    csv_end(&t->csv);
}

int export_csv(FILE *out, const struct export_run *x, struct err *e)
{
    const struct summary *s = x->summary;
    struct table t = {.csv = {.out = out, .head = true}, .x = x};
    struct trial_record none;
    int rc = 0;
    if (!s->plan->n_cells)
        return err_set(e, EINVAL, "%s has no cell, so there is nothing to export", x->dir);
    if (x->what == EXPORT_TRIALS) {
        trial_record_init(&none);
        write_trial(&t, &none);
        t.csv.head = false;
        rc = trials_read(x->dir, s, x->stop, each_trial, &t, e);
        trial_record_release(&none);
    } else if (x->what == EXPORT_CELLS) {
        write_cell_row(&t, 0);
        t.csv.head = false;
        for (unsigned i = 0; i < s->plan->n_cells; i++)
            write_cell_row(&t, i);
    } else {
        write_comparison(&t, &(struct comparison){0});
        t.csv.head = false;
        for (unsigned i = 0; i < s->n_comparisons; i++)
            write_comparison(&t, &s->comparisons[i]);
    }
    return t.rc ? err_set(e, ENOMEM, "out of memory") : rc;
}
