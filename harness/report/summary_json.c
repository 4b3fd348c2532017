/* SPDX-License-Identifier: MIT */
/* summary.json: cells with statistics, comparisons and findings; what plots and other tools read. */
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/base.h"
#include "harness/record/fields.h"
#include "harness/record/file.h"
#include "harness/record/plan_times_json.h"
#include "harness/report/covers.h"
#include "harness/report/expectations.h"
#include "harness/report/report.h"
#include "harness/report/trials_json.h"

void put_estimate(struct json_writer *w, const char *key, const struct estimate *e, const char *unit)
{
    if (isnan(e->median)) {
        put_missing(w, key, e->why ? e->why : "nothing to compare with");
        return;
    }
    json_key(w, key);
    json_begin(w, '{');
    put_double(w, "median", e->median);
    if (isnan(e->lower)) {
        put_missing(w, "lower", e->why);
        put_missing(w, "upper", e->why);
    } else {
        put_double(w, "lower", e->lower);
        put_double(w, "upper", e->upper);
        put_double(w, "level", e->level);
    }
    put_u64(w, "n", e->n);
    if (unit)
        put_string(w, "unit", unit);
    json_end(w, '}');
}

static void put_counts(struct json_writer *w, const struct cell_summary *s)
{
    put_u64(w, "trials", s->trials);
    put_u64(w, "failed", s->failed);
    put_u64(w, "units", s->units);
    json_key(w, "ops");
    json_begin(w, '{');
    for (unsigned i = 0; i < OP_KINDS; i++)
        put_u64(w, op_kinds[i].name, s->ops[i]);
    json_end(w, '}');
    put_u64(w, "bytes", s->bytes);
    put_hex(w, "checksum", s->checksum);
}

static void put_course(struct json_writer *w, const struct course *c)
{
    json_key(w, "course");
    json_begin(w, '{');
    for (unsigned i = 0; i < ARRAY_LEN(c->trials); i++)
        put_u64(w, stats_course_names[i], c->trials[i]);
    put_u64(w, "unjudged", c->unjudged);
    if (c->why)
        put_missing(w, "between_share", c->why);
    else
        put_double(w, "between_share", c->between);
    json_end(w, '}');
}

static void put_trial_quantile(struct json_writer *w, const char *key, const struct estimate *e, const char *why)
{
    if (isnan(e->median))
        put_missing(w, key, why ? why : "too few latencies in a trial");
    else
        put_estimate(w, key, e, NULL);
}

/* Quantiles of each trial, of which medians over the trials have intervals; those of latency_ns are of all units
 * together.
 */
static void put_trial_latency(struct json_writer *w, const struct cell_summary *s)
{
    json_key(w, "trial_latency_ns");
    json_begin(w, '{');
    put_trial_quantile(w, "p50", &s->p50_ns, s->latency_why);
    put_trial_quantile(w, "p99", &s->p99_ns, s->latency_why);
    put_trial_quantile(w, "latest", &s->latest_ns, s->latency_why);
    json_end(w, '}');
}

void put_cell_summary(struct json_writer *w, const struct summary *sum, unsigned cell)
{
    const struct plan *p = sum->plan;
    const struct cell *c = &p->cells[cell];
    const struct cell_summary *s = &sum->cells[cell];
    char id[CELL_ID_MAX];
    plan_cell_id(p, cell, id, sizeof id);
    json_begin(w, '{');
    put_string(w, "id", id);
    put_cell(w, c);
    put_string(w, "status", trial_status_names[s->status]);
    put_string(w, "reason", s->reason);
    put_counts(w, s);
    put_estimate(w, "throughput", &s->throughput, "units/s");
    put_estimate(w, "wall_ns", &s->run_ns, NULL);
    put_estimate(w, "startup_ns", &s->startup_ns, NULL);
    put_estimate(w, "teardown_ns", &s->teardown_ns, NULL);
    put_latency(w, s->latency, s->latency_why, false);
    put_trial_latency(w, s);
    json_key(w, "cpu_ns");
    json_begin(w, '{');
    put_estimate(w, "user", &s->cpu_user_ns, NULL);
    put_estimate(w, "system", &s->cpu_system_ns, NULL);
    json_end(w, '}');
    json_key(w, "switches");
    json_begin(w, '{');
    put_estimate(w, "voluntary", &s->voluntary, NULL);
    put_estimate(w, "involuntary", &s->involuntary, NULL);
    json_end(w, '}');
    put_estimate(w, "migrations", &s->migrations, NULL);
    json_key(w, "memory");
    json_begin(w, '{');
    put_estimate(w, "peak_rss_bytes", &s->peak_rss_bytes, NULL);
    put_estimate(w, "pss_bytes", &s->pss_bytes, NULL);
    json_end(w, '}');
    put_estimate(w, "speedup", &s->speedup, NULL);
    put_worker_time(w, &s->time);
    put_course(w, &s->course);
    json_key(w, "disturbed");
    json_begin(w, '{');
    put_u64(w, "trials", s->disturbed);
    for (unsigned i = 0; i < DISTURBANCES; i++)
        put_u64(w, disturbance_names[i], s->disturbed_by[i]);
    json_end(w, '}');
    put_each_trial(w, sum, cell);
    json_key(w, "warnings");
    json_begin(w, '[');
    for (unsigned i = 0; i < s->n_warnings; i++)
        json_string(w, s->warnings[i]);
    json_end(w, ']');
    json_end(w, '}');
}

static void put_side(struct json_writer *w, const char *key, const struct cell *c)
{
    json_key(w, key);
    json_begin(w, '{');
    put_string(w, "model", c->model);
    put_u64(w, "workers", c->workers);
    put_u64(w, "concurrency", c->concurrency);
    json_end(w, '}');
}

static void put_comparison(struct json_writer *w, const struct plan *p, const struct comparison *c)
{
    json_begin(w, '{');
    put_string(w, "workload", p->cells[c->a].workload);
    put_params(w, &p->cells[c->a]);
    put_side(w, "a", &p->cells[c->a]);
    put_side(w, "b", &p->cells[c->b]);
    put_estimate(w, "ratio", &c->ratio, NULL);
    put_string(w, "verdict", verdict_names[c->verdict]);
    put_known_double(w, "p_adjusted", c->p_adjusted, "fewer than 6 pairs");
    json_end(w, '}');
}

static void put_floor(struct json_writer *w, const struct plan *p, unsigned point, const struct noise_floor *f)
{
    const struct plan_point *t = &p->points[point];
    json_begin(w, '{');
    put_string(w, "workload", p->cells[t->cells[0]].workload);
    put_params(w, &p->cells[t->cells[0]]);
    put_u64(w, "offered", t->offered);
    put_u64(w, "concurrency", t->concurrency);
    const struct {
        const char *key;
        double value;
        const char *why;
    } members[] = {
        {"spread", f->spread, f->why}, {"identical", f->identical, f->why}, {"smallest", f->smallest, f->smallest_why}};
    for (unsigned i = 0; i < ARRAY_LEN(members); i++)
        if (members[i].why)
            put_missing(w, members[i].key, members[i].why);
        else
            put_double(w, members[i].key, members[i].value);
    json_end(w, '}');
}

static void put_finding(struct json_writer *w, const struct plan *p, const struct finding *f)
{
    json_begin(w, '{');
    put_string(w, "id", f->id);
    put_string(w, "severity", f->severity);
    json_key(w, "cells");
    json_begin(w, '[');
    for (unsigned i = 0; i < f->n_cells; i++) {
        char id[CELL_ID_MAX];
        plan_cell_id(p, f->cells[i], id, sizeof id);
        json_string(w, id);
    }
    json_end(w, ']');
    put_string(w, "text", f->text);
    json_key(w, "evidence");
    json_begin(w, '{');
    put_double(w, f->evidence_name, f->evidence);
    json_end(w, '}');
    put_string(w, "advice", f->advice);
    json_end(w, '}');
}

void put_build(struct json_writer *w, const struct summary *s)
{
    static const char *const names[] = {"version", "commit", "type", "sanitize", "compiler"};
    if (!s->environment) {
        put_missing(w, "build", "the run has no environment file that tells which build made it");
        return;
    }
    json_key(w, "build");
    json_begin(w, '{');
    for (unsigned i = 0; i < ARRAY_LEN(names); i++) {
        char fact[32];
        snprintf(fact, sizeof fact, "build.%s", names[i]);
        put_known_string(w, names[i], facts_text(&s->environment->start, fact),
                         "it is not in the run's environment file");
    }
    json_end(w, '}');
}

/* The rule that may end the run early, and what it saw at the end. */
static void put_stop(struct json_writer *w, const struct summary *s)
{
    json_key(w, "stop");
    json_begin(w, '{');
    put_u64(w, "most_blocks", s->plan->blocks);
    put_double(w, "precision", s->plan->stop.precision);
    put_bool(w, "until_clear", s->plan->stop.clear);
    put_u64(w, "budget_ns", s->plan->stop.budget_ns);
    put_string(w, "ended_by",
               s->look.stop                                           ? stats_stop_names[s->look.stop]
               : !s->complete                                         ? "interruption"
               : s->plan->pair.id && s->look.blocks < s->plan->blocks ? "live comparison"
                                                                      : "all blocks");
    put_string(w, "intervals", plan_is_sequential(s->plan) ? "confidence sequence" : "order statistics");
    put_u64(w, "spent_ns", (uint64_t)s->look.spent_ns);
    json_end(w, '}');
    put_plan_time(w, &s->plan->time);
}

void summary_to_json(FILE *out, const struct summary *s)
{
    struct json_writer w;
    json_init(&w, out, 1);
    json_begin(&w, '{');
    put_string(&w, "schema", "contend/summary/1");
    put_string(&w, "name", s->plan->name);
    put_hex(&w, "seed", s->plan->seed);
    put_string(&w, "started", s->started);
    put_string(&w, "finished", s->finished);
    put_bool(&w, "complete", s->complete);
    put_build(&w, s);
    put_known_string(&w, "environment_file", s->environment_file,
                     "the run has none: it was interrupted before it was written");
    put_u64(&w, "blocks", s->look.blocks);
    put_u64(&w, "visits", plan_visits_in(s->plan, s->look.blocks));
    put_u64(&w, "pause_ns", s->plan->pause_ns);
    covers_to_json(&w, s);
    put_stop(&w, s);
    json_key(&w, "trials");
    json_begin(&w, '{');
    put_u64(&w, "planned", s->planned);
    put_u64(&w, "ok", s->ok);
    put_u64(&w, "failed", s->failed);
    put_u64(&w, "void", s->voided);
    put_u64(&w, "skipped", s->skipped);
    json_end(&w, '}');
    json_key(&w, "cells");
    json_begin(&w, '[');
    for (unsigned i = 0; i < s->plan->n_cells; i++)
        put_cell_summary(&w, s, i);
    json_end(&w, ']');
    json_key(&w, "comparisons");
    json_begin(&w, '[');
    for (unsigned i = 0; i < s->n_comparisons; i++)
        put_comparison(&w, s->plan, &s->comparisons[i]);
    json_end(&w, ']');
    json_key(&w, "noise_floors");
    json_begin(&w, '[');
    for (unsigned i = 0; i < s->plan->n_points; i++)
        if (s->plan->points[i].n_cells) /* all of a point's cells may be skips */
            put_floor(&w, s->plan, i, &s->floors[i]);
    json_end(&w, ']');
    json_key(&w, "findings");
    json_begin(&w, '[');
    for (unsigned i = 0; i < s->n_findings; i++)
        put_finding(&w, s->plan, &s->findings[i]);
    json_end(&w, ']');
    expectations_to_json(&w, s);
    json_end(&w, '}');
    fputc('\n', out);
}

static void summary_out(FILE *out, const void *summary)
{
    summary_to_json(out, summary);
}

int summary_write(const char *dir, const struct summary *s, struct err *e)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/summary.json", dir);
    return file_replace(path, summary_out, s, e);
}
