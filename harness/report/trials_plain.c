/* SPDX-License-Identifier: MIT */
/* The trials of one cell as records of one line; see trials.h and plain.h. New fields go to the end of their record. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/insight/cell_trials.h"
#include "harness/report/plain.h"
#include "harness/report/report.h"
#include "harness/report/trials.h"

static void put_place(FILE *out, const struct trial_row *w, const struct trial_record *r)
{
    plain_count(out, "cell", r->cell);
    plain_count(out, "block", w->block);
    plain_count(out, "line", w->line);
}

static void put_losses(FILE *out, const struct trial_row *w)
{
    char names[256] = "", name[64];
    for (unsigned i = 0; i < DISTURBANCES; i++)
        if (w->disturbed >> i & 1)
            text_append(names, sizeof names, "%s%s", names[0] ? "," : "", disturbance_names[i]);
    plain_text(out, "disturbed", names);
    for (unsigned i = 0; i < DISTURBANCES; i++) {
        snprintf(name, sizeof name, "lost_%s", disturbance_names[i]);
        plain_duration(out, name, w->lost_ns[i]);
    }
}

/* Of a trial that failed there is none, whatever its record holds. */
static double measured(const struct trial_record *r, double v)
{
    return r->status == TRIAL_FAILED ? (double)NAN : v;
}

static void put_metric_of(FILE *out, const struct trial_record *r, const char *name, const struct metric *m,
                          void (*put)(FILE *out, const char *name, double v))
{
    if (r->status == TRIAL_FAILED)
        plain_missing(out, name);
    else
        plain_metric(out, name, m, put);
}

static void put_warnings(FILE *out, const struct trial_record *r)
{
    for (unsigned i = 0; i < r->n_warnings; i++) {
        plain_begin(out, "warning");
        plain_count(out, "cell", r->cell);
        plain_count(out, "block", r->block);
        plain_text(out, "text", r->warnings[i]);
        plain_end(out);
    }
}

static void put_trial(FILE *out, const struct trial_row *w, const struct trial_record *r)
{
    plain_begin(out, "trial");
    put_place(out, w, r);
    plain_count(out, "visit", w->visit);
    plain_count(out, "position", w->position);
    plain_duration(out, "at", w->since_s * 1e9);
    plain_text(out, "started", r->started);
    plain_text(out, "status", trial_status_names[r->status]);
    plain_text(out, "reason", r->reason);
    plain_number(out, "units", measured(r, (double)r->units));
    plain_rate(out, "rate", w->rate);
    plain_duration(out, "wall", w->wall_ns);
    plain_duration(out, "cpu_user", measured(r, (double)r->cpu_user_ns));
    plain_duration(out, "cpu_system", measured(r, (double)r->cpu_system_ns));
    for (unsigned i = 0; i < LATENCY_QUANTILES; i++)
        plain_duration(out, latency_quantiles[i].key, w->latency_ns[i]);
    plain_duration(out, "max", w->latest_ns);
    plain_duration(out, "startup", measured(r, (double)r->startup_ns));
    plain_duration(out, "teardown", measured(r, (double)r->teardown_ns));
    plain_number(out, "voluntary", measured(r, (double)r->voluntary));
    plain_number(out, "involuntary", measured(r, (double)r->involuntary));
    put_metric_of(out, r, "migrations", &r->migrations, plain_number);
    put_metric_of(out, r, "waited", &r->queue_wait_ns, plain_duration);
    put_metric_of(out, r, "memory", &r->pss_bytes, plain_bytes);
    plain_count(out, "workers", w->workers);
    put_losses(out, w);
    plain_end(out);
}

static void put_worker(FILE *out, const struct trial_row *w, const struct trial_record *r, unsigned worker)
{
    const struct worker_record *k = &r->workers[worker];
    plain_begin(out, "worker");
    put_place(out, w, r);
    plain_count(out, "worker", worker);
    if (k->pu < 0)
        plain_missing(out, "on");
    else
        plain_count(out, "on", (unsigned)k->pu);
    plain_count(out, "units", k->units);
    plain_duration(out, "cpu_user", (double)k->user_ns);
    plain_duration(out, "cpu_system", (double)k->system_ns);
    plain_signed(out, "voluntary", k->voluntary);
    plain_signed(out, "involuntary", k->involuntary);
    plain_metric(out, "migrations", &k->migrations, plain_number);
    plain_metric(out, "waited", &k->queue_wait_ns, plain_duration);
    plain_signed(out, "minor_faults", k->minor_faults);
    plain_signed(out, "major_faults", k->major_faults);
    plain_count(out, "wakeups", k->wakeups);
    plain_count(out, "events", k->events);
    plain_metric(out, "idle_tail", &k->idle_tail_ns, plain_duration);
    plain_end(out);
}

static int each(void *arg, const struct trial_row *w, const struct trial_record *r)
{
    FILE *out = arg;
    put_trial(out, w, r);
    put_warnings(out, r);
    for (unsigned i = 0; r->status != TRIAL_FAILED && i < r->n_workers; i++)
        put_worker(out, w, r, i);
    return 0;
}

int report_trials_plain(FILE *out, const struct trials_of *t, struct err *e)
{
    char id[CELL_ID_MAX];
    plan_cell_id(t->summary->plan, t->cell, id, sizeof id);
    report_plain_cell(out, t->summary, t->cell, id);
    return cell_trials_read(t->dir, t->summary, t->cell, NULL, each, out, e);
}
