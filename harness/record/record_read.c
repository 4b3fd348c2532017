/* SPDX-License-Identifier: MIT */
/*
 * A trial's record from JSON, without a tree: a run may have 100,000 of them. One table says what stands in a line;
 * what is missing, stands twice, has another type or contradicts itself is refused with its place.
 */
#include "harness/record/record_read.h"

#include <assert.h>
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/record/journal.h"
#include "harness/record/record_read_parts.h"

static void read_metric(struct json_cursor *c, void *to)
{
    struct metric *m = to;
    size_t at = cursor_at(c);
    bool null = cursor_null(c);
    if (!null)
        cursor_i64(c, &m->value);
    missing_value(c, at, &m->why, null);
}

static void read_metric_why(struct json_cursor *c, void *to)
{
    missing_why(c, &((struct metric *)to)->why);
}

/* The two rows of a metric in a table; METRIC is for those whose JSON name is the member's own. */
#define METRIC_AS(type, member, as, later)                                                                             \
    {as, read_metric, offsetof(type, member), later},                                                                  \
    {                                                                                                                  \
        as "_unavailable", read_metric_why, offsetof(type, member), true                                               \
    }
#define METRIC(type, member) METRIC_AS(type, member, #member, false)
/* Journals from before it have none: it stays as trial_record_init left it. */
#define METRIC_LATER(type, member) METRIC_AS(type, member, #member, true)

/* An object some of whose rows are metrics. */
static void read_object(struct json_cursor *c, const struct json_member *table, unsigned n, void *base)
{
    size_t at = cursor_at(c);
    const char *before[CURSOR_MAX_MEMBERS];
    for (unsigned i = 0; i < n; i++)
        if (table[i].read == read_metric) {
            struct metric *m = (struct metric *)((char *)base + table[i].offset);
            before[i] = m->why;
            m->why = missing_unknown;
        }
    cursor_object(c, table, n, base);
    for (unsigned i = 0; i < n; i++)
        if (table[i].read == read_metric) {
            struct metric *m = (struct metric *)((char *)base + table[i].offset);
            if (m->why == missing_unknown && table[i].optional)
                m->why = before[i];
            else
                missing_settle(c, at, table[i].name, &m->why);
        }
}

/* --- the parts of a record --- */

static void read_status(struct json_cursor *c, void *to)
{
    size_t at = cursor_at(c);
    const char *s = cursor_string(c);
    for (unsigned i = 0; i < ARRAY_LEN(trial_status_names); i++)
        if (strcmp(s, trial_status_names[i]) == 0) {
            *(enum trial_status *)to = (enum trial_status)i;
            return;
        }
    cursor_error(c, at, "\"status\" can't be \"%s\"", s);
}

static void read_reason(struct json_cursor *c, void *to)
{
    snprintf(to, sizeof((struct trial_record *)0)->reason, "%s", cursor_string(c));
}

static void read_started(struct json_cursor *c, void *to)
{
    snprintf(to, sizeof((struct trial_record *)0)->started, "%s", cursor_string(c));
}

/* Of a newer program. None of them were done, or the work can't be judged. */
static void read_unknown_op(struct json_cursor *c, size_t at, const char *name)
{
    char kind[64];
    uint64_t n = 0;
    snprintf(kind, sizeof kind, "%s", name);
    cursor_u64(c, &n);
    if (n)
        cursor_error(c, at, "unknown kind of op '%s' (made by a newer contend?)", kind);
}

/* A kind that the record lacks was done 0 times, as trial_record_init left it: it was not there yet. */
static void read_ops(struct json_cursor *c, void *to)
{
    struct json_member table[OP_KINDS];
    for (unsigned i = 0; i < OP_KINDS; i++)
        table[i] = (struct json_member){op_kinds[i].name, cursor_u64, i * sizeof(uint64_t), true};
    cursor_object_or(c, table, OP_KINDS, to, read_unknown_op);
}

static void read_record_cpu(struct json_cursor *c, void *to)
{
    static const struct json_member table[] = {
        {"user", cursor_u64, offsetof(struct trial_record, cpu_user_ns), false},
        {"system", cursor_u64, offsetof(struct trial_record, cpu_system_ns), false},
    };
    cursor_object(c, table, ARRAY_LEN(table), to);
}

static void read_record_switches(struct json_cursor *c, void *to)
{
    static const struct json_member table[] = {
        {"voluntary", cursor_i64, offsetof(struct trial_record, voluntary), false},
        {"involuntary", cursor_i64, offsetof(struct trial_record, involuntary), false},
    };
    cursor_object(c, table, ARRAY_LEN(table), to);
}

static void read_memory(struct json_cursor *c, void *to)
{
    static const struct json_member table[] = {
        METRIC(struct trial_record, peak_rss_bytes),
        METRIC(struct trial_record, pss_bytes),
    };
    read_object(c, table, ARRAY_LEN(table), to);
}

static void read_canary(struct json_cursor *c, void *to)
{
    static const struct json_member table[] = {
        METRIC(struct canary_record, before_ns),
        METRIC(struct canary_record, after_ns),
    };
    read_object(c, table, ARRAY_LEN(table), to);
}

/* Without the chain: canary_before_ns and canary_after_ns say the same, in older journals as well. */
static void read_canaries(struct json_cursor *c, void *to)
{
    struct json_member table[CANARIES];
    for (unsigned i = 0; i < CANARIES; i++)
        table[i] = (struct json_member){canary_kinds[i].name, i == CANARY_CHAIN ? NULL : read_canary,
                                        i * sizeof(struct canary_record), false};
    cursor_object(c, table, CANARIES, to);
}

/* What a record has where its journal is from before the kinds other than the chain. */
static void canaries_not_timed(struct trial_record *r)
{
    const struct metric none = {.why = "the run did not time this kind of canary"};
    for (unsigned i = 0; i < CANARIES; i++)
        if (i != CANARY_CHAIN)
            r->canaries[i] = (struct canary_record){none, none};
}

static void read_worker_cpu(struct json_cursor *c, void *to)
{
    static const struct json_member table[] = {
        {"user", cursor_u64, offsetof(struct worker_record, user_ns), false},
        {"system", cursor_u64, offsetof(struct worker_record, system_ns), false},
    };
    cursor_object(c, table, ARRAY_LEN(table), to);
}

static void read_worker_switches(struct json_cursor *c, void *to)
{
    static const struct json_member table[] = {
        {"voluntary", cursor_i64, offsetof(struct worker_record, voluntary), false},
        {"involuntary", cursor_i64, offsetof(struct worker_record, involuntary), false},
    };
    cursor_object(c, table, ARRAY_LEN(table), to);
}

static void read_pu(struct json_cursor *c, void *to)
{
    int64_t pu = 0;
    size_t at = cursor_at(c);
    cursor_i64(c, &pu);
    if (pu < -1 || pu > 1 << 20)
        cursor_error(c, at, "\"pu\" must be the index of a processing unit, or -1");
    *(int *)to = (int)pu;
}

static void read_worker(struct json_cursor *c, struct worker_record *k)
{
    static const struct json_member table[] = {
        {"pu", read_pu, offsetof(struct worker_record, pu), false},
        {"units", cursor_u64, offsetof(struct worker_record, units), false},
        {"cpu_ns", read_worker_cpu, 0, false},
        {"switches", read_worker_switches, 0, false},
        {"minor_faults", cursor_i64, offsetof(struct worker_record, minor_faults), false},
        {"major_faults", cursor_i64, offsetof(struct worker_record, major_faults), false},
        METRIC(struct worker_record, migrations),
        METRIC(struct worker_record, queue_wait_ns),
        METRIC_LATER(struct worker_record, idle_tail_ns),
        {"single_threaded", cursor_bool, offsetof(struct worker_record, single_threaded), false},
        {"wakeups", cursor_u64, offsetof(struct worker_record, wakeups), false},
        {"events", cursor_u64, offsetof(struct worker_record, events), false},
    };
    read_object(c, table, ARRAY_LEN(table), k);
}

static void read_workers(struct json_cursor *c, void *to)
{
    struct trial_record *r = to;
    unsigned room = 0;
    cursor_array(c);
    while (cursor_item(c)) {
        if (r->n_workers == room) {
            room = room ? 2 * room : 4;
            struct worker_record *more = realloc(r->workers, room * sizeof *more);
            if (!more) {
                cursor_no_memory(c);
                return;
            }
            r->workers = more;
        }
        r->workers[r->n_workers] = (struct worker_record){.idle_tail_ns = {.why = "not measured"}};
        read_worker(c, &r->workers[r->n_workers++]);
    }
}

static void read_warnings(struct json_cursor *c, void *to)
{
    cursor_array(c);
    while (cursor_item(c)) {
        const char *s = cursor_string(c);
        if (!c->rc)
            trial_record_warn(to, s);
    }
}

#define MEMBER(name, read)                                                                                             \
    {                                                                                                                  \
#name, read, offsetof(struct trial_record, name), false                                                        \
    }
/* The names of the cell and what follows from other members: checked as JSON, then left out. */
#define LEFT_OUT(name)                                                                                                 \
    {                                                                                                                  \
#name, NULL, 0, true                                                                                           \
    }

/* In the order in which put_record writes. */
static const struct json_member table_of_record[] = {
    LEFT_OUT(id),
    LEFT_OUT(workload),
    LEFT_OUT(params),
    LEFT_OUT(model),
    LEFT_OUT(offered),
    LEFT_OUT(workers),
    LEFT_OUT(concurrency),
    LEFT_OUT(mode),
    LEFT_OUT(libc_threads),
    LEFT_OUT(placement),
    LEFT_OUT(gaps_pu),
    LEFT_OUT(gaps_pu_unavailable),
    LEFT_OUT(pool),
    LEFT_OUT(planned_units),
    LEFT_OUT(tasks),
    LEFT_OUT(duration_ns),
    LEFT_OUT(latency_stride),
    LEFT_OUT(seed),
    LEFT_OUT(limit_ns),
    MEMBER(cell, cursor_unsigned),
    MEMBER(block, cursor_unsigned),
    MEMBER(position, cursor_unsigned),
    MEMBER(status, read_status),
    MEMBER(reason, read_reason),
    MEMBER(started, read_started),
    MEMBER(took_ns, cursor_u64),
    MEMBER(spawn_ns, cursor_u64),
    MEMBER(setup_ns, cursor_u64),
    MEMBER(startup_ns, cursor_u64),
    {"wall_ns", cursor_u64, offsetof(struct trial_record, run_ns), false},
    MEMBER(teardown_ns, cursor_u64),
    {"golden_ns", cursor_u64, offsetof(struct trial_record, golden_ns), true}, /* journals before it have none */
    LEFT_OUT(throughput),
    LEFT_OUT(throughput_unavailable),
    MEMBER(units, cursor_u64),
    MEMBER(ops, read_ops),
    MEMBER(resumed, cursor_u64),
    MEMBER(bytes, cursor_u64),
    MEMBER(checksum, cursor_u64),
    {"floor_ns", cursor_u64, offsetof(struct trial_record, floor_ns), true},
    {"task_units", cursor_u64, offsetof(struct trial_record, task_units), true},
    MEMBER(expected, cursor_u64),
    {"cpu_ns", read_record_cpu, 0, false},
    {"switches", read_record_switches, 0, false},
    METRIC(struct trial_record, migrations),
    METRIC(struct trial_record, queue_wait_ns),
    {"memory", read_memory, 0, false},
    METRIC_AS(struct trial_record, canaries[CANARY_CHAIN].before_ns, "canary_before_ns", false),
    METRIC_AS(struct trial_record, canaries[CANARY_CHAIN].after_ns, "canary_after_ns", false),
    {"canaries", read_canaries, offsetof(struct trial_record, canaries), true}, /* journals before it have none */
    METRIC(struct trial_record, foreign_cpu_ns),
    METRIC_LATER(struct trial_record, foreign_used_ns),
    METRIC(struct trial_record, steal_ns),
    METRIC(struct trial_record, throttled_ns),
    METRIC(struct trial_record, pressure_ns),
    METRIC_LATER(struct trial_record, stopped_ns),
    {"gaps", read_gaps, 0, false},
    {"gaps_unavailable", read_gaps_why, 0, true},
    METRIC(struct trial_record, service_user_ns),
    METRIC(struct trial_record, service_system_ns),
    METRIC(struct trial_record, service_busy_ppm),
    METRIC_LATER(struct trial_record, service_connections),
#define NET(NAME, name, file, group, key) METRIC_AS(struct trial_record, net[NET_##NAME], name, true),
#include "harness/record/net.def"
#undef NET
    MEMBER(lock_kind, cursor_interned),
    {"latency_ns", read_latency, 0, false},
    {"latency_ns_unavailable", read_latency_why, 0, true},
    {"slices", read_slices, 0, false},
    {"slices_unavailable", read_slices_why, 0, true},
    MEMBER(worker_count, cursor_unsigned),
    {"workers_detail", read_workers, 0, false},
    {"warnings", read_warnings, 0, false},
};
static_assert(ARRAY_LEN(table_of_record) <= CURSOR_MAX_MEMBERS, "cursor_object remembers no more");

int record_read(struct json_cursor *c, struct trial_record *r)
{
    trial_record_init(r);
    canaries_not_timed(r);
    r->latency_why = r->slices_why = r->gaps_why = missing_unknown;
    size_t at = cursor_at(c);
    read_object(c, table_of_record, ARRAY_LEN(table_of_record), r);
    missing_settle(c, at, "latency_ns", &r->latency_why);
    missing_settle(c, at, "slices", &r->slices_why);
    missing_settle(c, at, "gaps", &r->gaps_why);
    return cursor_end(c);
}

int record_from_json(const char *text, size_t len, struct trial_record *r, struct err *e)
{
    struct json_cursor c = {.rc = 0};
    struct trial_record got;
    cursor_init(&c, text, len, "<record>", 1, e);
    int rc = record_read(&c, &got);
    cursor_release(&c);
    if (rc)
        trial_record_release(&got);
    else
        *r = got;
    return rc;
}
