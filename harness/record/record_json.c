/* SPDX-License-Identifier: MIT */
/*
 * A trial's record as JSON: the names of summary.json, unaggregated (record_read.c is the way back). What follows from
 * other members (throughput, mean, quantiles) is written for those who read the file, and left out on reading.
 */
#include <stdlib.h>

#include "harness/record/fields.h"
#include "harness/record/journal.h"

const struct latency_quantile latency_quantiles[LATENCY_QUANTILES] = {
    {"p50", 0.5}, {"p90", 0.9}, {"p99", 0.99}, {"p99_9", 0.999}, {"p99_99", 0.9999}};

void put_latency(struct json_writer *w, const struct histogram *h, const char *why, bool buckets)
{
    if (!h || !h->count) {
        put_missing(w, "latency_ns", h ? "no unit was timed" : why);
        return;
    }
    json_key(w, "latency_ns");
    json_begin(w, '{');
    put_u64(w, "count", h->count);
    put_u64(w, "sum", h->sum);
    put_u64(w, "min", h->min);
    put_double(w, "mean", (double)h->sum / (double)h->count);
    for (unsigned i = 0; i < LATENCY_QUANTILES; i++)
        if (histogram_tells(h, latency_quantiles[i].q))
            put_u64(w, latency_quantiles[i].key, histogram_quantile(h, latency_quantiles[i].q));
        else
            put_missing(w, latency_quantiles[i].key, "fewer than 10 records lie beyond it");
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

static void put_cpu_and_switches(struct json_writer *w, uint64_t user_ns, uint64_t system_ns, int64_t voluntary,
                                 int64_t involuntary)
{
    json_key(w, "cpu_ns");
    json_begin(w, '{');
    put_u64(w, "user", user_ns);
    put_u64(w, "system", system_ns);
    json_end(w, '}');
    json_key(w, "switches");
    json_begin(w, '{');
    put_i64(w, "voluntary", voluntary);
    put_i64(w, "involuntary", involuntary);
    json_end(w, '}');
}

static void put_worker(struct json_writer *w, const struct worker_record *k)
{
    json_begin(w, '{');
    put_i64(w, "pu", k->pu);
    put_u64(w, "units", k->units);
    put_cpu_and_switches(w, k->user_ns, k->system_ns, k->voluntary, k->involuntary);
    put_i64(w, "minor_faults", k->minor_faults);
    put_i64(w, "major_faults", k->major_faults);
    put_metric(w, "migrations", &k->migrations);
    put_metric(w, "queue_wait_ns", &k->queue_wait_ns);
    put_metric(w, "idle_tail_ns", &k->idle_tail_ns);
    put_bool(w, "single_threaded", k->single_threaded);
    put_u64(w, "wakeups", k->wakeups);
    put_u64(w, "events", k->events);
    json_end(w, '}');
}

static void put_times(struct json_writer *w, const struct trial_record *r)
{
    put_u64(w, "took_ns", r->took_ns);
    put_u64(w, "spawn_ns", r->spawn_ns);
    put_u64(w, "setup_ns", r->setup_ns);
    put_u64(w, "startup_ns", r->startup_ns);
    put_u64(w, "wall_ns", r->run_ns);
    put_u64(w, "teardown_ns", r->teardown_ns);
    put_u64(w, "golden_ns", r->golden_ns);
    if (r->status == TRIAL_OK && r->run_ns)
        put_double(w, "throughput", (double)r->units / ((double)r->run_ns / 1e9));
    else
        put_missing(w, "throughput", r->run_ns ? "the trial is not ok" : "no time was measured");
}

static void put_work(struct json_writer *w, const struct trial_record *r)
{
    put_u64(w, "units", r->units);
    json_key(w, "ops");
    json_begin(w, '{');
    for (unsigned i = 0; i < OP_KINDS; i++)
        put_u64(w, op_kinds[i].name, r->ops[i]);
    json_end(w, '}');
    put_u64(w, "resumed", r->resumed);
    put_u64(w, "bytes", r->bytes);
    put_hex(w, "checksum", r->checksum);
    put_hex(w, "expected", r->expected);
    put_u64(w, "floor_ns", r->floor_ns);
    put_u64(w, "task_units", r->task_units);
}

static void put_gaps(struct json_writer *w, const struct trial_record *r)
{
    const struct gaps_record *g = &r->gaps;
    if (r->gaps_why) {
        put_missing(w, "gaps", r->gaps_why);
        return;
    }
    json_key(w, "gaps");
    json_begin(w, '{');
    put_i64(w, "pu", g->pu);
    put_u64(w, "sampled_ns", g->sampled_ns);
    put_u64(w, "count", g->count);
    put_u64(w, "lost_ns", g->lost_ns);
    put_u64(w, "largest_ns", g->largest_ns);
    json_key(w, "causes");
    json_begin(w, '{');
    for (unsigned i = 0; i < GAP_CAUSES; i++)
        put_u64(w, gap_cause_keys[i], g->by[i]);
    json_end(w, '}');
    if (g->top >= 0)
        put_string(w, "top_cause", gap_cause_keys[g->top]);
    else
        put_missing(w, "top_cause", "there was no gap");
    json_end(w, '}');
}

/* The chain stands twice: journals had it alone at first, under names that scripts know. */
static void put_canaries(struct json_writer *w, const struct trial_record *r)
{
    put_metric(w, "canary_before_ns", &r->canaries[CANARY_CHAIN].before_ns);
    put_metric(w, "canary_after_ns", &r->canaries[CANARY_CHAIN].after_ns);
    json_key(w, "canaries");
    json_begin(w, '{');
    for (unsigned i = 0; i < CANARIES; i++) {
        json_key(w, canary_kinds[i].name);
        json_begin(w, '{');
        put_metric(w, "before_ns", &r->canaries[i].before_ns);
        put_metric(w, "after_ns", &r->canaries[i].after_ns);
        json_end(w, '}');
    }
    json_end(w, '}');
}

static void put_costs(struct json_writer *w, const struct trial_record *r)
{
    put_cpu_and_switches(w, r->cpu_user_ns, r->cpu_system_ns, r->voluntary, r->involuntary);
    put_metric(w, "migrations", &r->migrations);
    put_metric(w, "queue_wait_ns", &r->queue_wait_ns);
    json_key(w, "memory");
    json_begin(w, '{');
    put_metric(w, "peak_rss_bytes", &r->peak_rss_bytes);
    put_metric(w, "pss_bytes", &r->pss_bytes);
    json_end(w, '}');
    put_canaries(w, r);
    put_metric(w, "foreign_cpu_ns", &r->foreign_cpu_ns);
    put_metric(w, "foreign_used_ns", &r->foreign_used_ns);
    put_metric(w, "steal_ns", &r->steal_ns);
    put_metric(w, "throttled_ns", &r->throttled_ns);
    put_metric(w, "pressure_ns", &r->pressure_ns);
    put_metric(w, "stopped_ns", &r->stopped_ns);
    put_gaps(w, r);
    put_metric(w, "service_user_ns", &r->service_user_ns);
    put_metric(w, "service_system_ns", &r->service_system_ns);
    put_metric(w, "service_busy_ppm", &r->service_busy_ppm);
    put_metric(w, "service_connections", &r->service_connections);
    for (unsigned i = 0; i < NETS; i++)
        put_metric(w, net_names[i], &r->net[i]);
}

static void put_slices(struct json_writer *w, const struct trial_record *r)
{
    if (r->slices_why) {
        put_missing(w, "slices", r->slices_why);
        return;
    }
    json_key(w, "slices");
    json_begin(w, '{');
    put_u64(w, "width_ns", UINT64_C(1) << r->slices.shift);
    json_key(w, "units");
    json_begin(w, '[');
    for (unsigned i = 0; i < r->n_slices; i++)
        json_uint(w, r->slices.units[i]);
    json_end(w, ']');
    json_end(w, '}');
}

void put_record(struct json_writer *w, const struct trial_record *r)
{
    put_u64(w, "cell", r->cell);
    put_u64(w, "block", r->block);
    put_u64(w, "position", r->position);
    put_string(w, "status", trial_status_names[r->status]);
    put_string(w, "reason", r->reason);
    put_string(w, "started", r->started);
    put_times(w, r);
    put_work(w, r);
    put_costs(w, r);
    put_string(w, "lock_kind", r->lock_kind);
    put_latency(w, r->latency, r->latency_why, true);
    put_slices(w, r);
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

struct record_of {
    const struct plan *plan;
    const struct trial_record *record;
};

static void put_record_any(struct json_writer *w, const void *what)
{
    const struct record_of *o = what;
    if (o->plan) {
        char id[CELL_ID_MAX];
        const struct cell *c = &o->plan->cells[o->record->cell];
        plan_cell_id(o->plan, o->record->cell, id, sizeof id);
        put_string(w, "id", id);
        put_cell(w, c);
    }
    put_record(w, o->record);
}

char *record_to_json(const struct plan *p, const struct trial_record *r)
{
    return object_text(put_record_any, &(struct record_of){p, r});
}
