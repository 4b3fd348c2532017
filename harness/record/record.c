/* SPDX-License-Identifier: MIT */
/* The record's life and its names; see record.h. */
#include "harness/record/record.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/base.h"

const char *const gap_cause_keys[GAP_CAUSES] = {"migration", "throttling", "preemption",
                                                "faults",    "interrupts", "host"};
const char *const mode_names[2] = {"batch", "closed"};
const char *const libc_threads_names[3] = {"model", "single", "multi"};
const char *const trial_status_names[4] = {"ok", "failed", "void", "skipped"};

const struct canary_kind canary_kinds[CANARIES] = {
#define CANARY(NAME, name, function, limit, does) [CANARY_##NAME] = {name, limit, does},
#include "harness/record/canary.def"
#undef CANARY
};

const char *const net_names[NETS] = {
#define NET(NAME, name, file, group, key) [NET_##NAME] = name,
#include "harness/record/net.def"
#undef NET
};

/* A plan places a pool on no more CPUs than it has threads. */
unsigned cell_used_cpus(const struct cell *c)
{
    unsigned most = c->pool ? c->offered : c->workers;
    unsigned used = c->n_pus && c->n_pus < most ? c->n_pus : most;
    return used ? used : 1;
}

void trial_record_init(struct trial_record *r)
{
    memset(r, 0, sizeof *r);
    struct metric none = {.why = "not measured"};
    r->migrations = r->queue_wait_ns = r->peak_rss_bytes = r->pss_bytes = none;
    r->foreign_cpu_ns = r->foreign_used_ns = r->steal_ns = r->throttled_ns = r->pressure_ns = r->stopped_ns = none;
    for (unsigned i = 0; i < CANARIES; i++)
        r->canaries[i] = (struct canary_record){none, none};
    r->service_user_ns = r->service_system_ns = r->service_busy_ppm = (struct metric){.why = "there is no service"};
    r->service_connections = none; /* records from before they were counted lack them, service or not */
    for (unsigned i = 0; i < NETS; i++)
        r->net[i] = none; /* likewise */
    r->latency_why = r->slices_why = r->gaps_why = "not measured";
    r->lock_kind = "none";
}

void trial_record_release(struct trial_record *r)
{
    free(r->latency);
    free(r->workers);
    r->latency = NULL;
    r->workers = NULL;
    r->n_workers = 0;
}

void trial_record_warn(struct trial_record *r, const char *text)
{
    text = intern(text);
    for (unsigned i = 0; i < r->n_warnings; i++)
        if (r->warnings[i] == text)
            return;
    if (r->n_warnings < RECORD_MAX_WARNINGS)
        r->warnings[r->n_warnings++] = text;
}
