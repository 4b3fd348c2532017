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

/* --- what may be null beside a reason --- */

/* Stand in the place of the reason while the object is being read; told apart by their addresses. */
static const char nothing_seen[] = "nothing", value_seen[] = "value", null_seen[] = "null";

static void note_value(struct json_cursor *c, size_t at, const char **why, bool null)
{
    if (*why == nothing_seen)
        *why = null ? null_seen : value_seen;
    else if (!null)
        cursor_error(c, at, "\"%s\" must be null: the reason for its lack is there", c->member);
}

static void note_why(struct json_cursor *c, const char **why)
{
    size_t at = cursor_at(c);
    const char *s = cursor_string(c);
    if (*why == value_seen)
        cursor_error(c, at, "\"%s\" stands beside a value", c->member);
    if (!c->rc)
        *why = intern(s);
}

/* Behind the object: from what was seen to what is kept. */
static void settle(struct json_cursor *c, size_t at, const char *name, const char **why)
{
    if (*why == null_seen)
        cursor_error(c, at, "this object has no \"%s_unavailable\"", name);
    if (*why == value_seen || *why == null_seen || *why == nothing_seen)
        *why = NULL;
}

static void read_metric(struct json_cursor *c, void *to)
{
    struct metric *m = to;
    size_t at = cursor_at(c);
    bool null = cursor_null(c);
    if (!null)
        cursor_i64(c, &m->value);
    note_value(c, at, &m->why, null);
}

static void read_metric_why(struct json_cursor *c, void *to)
{
    note_why(c, &((struct metric *)to)->why);
}

/* The two rows of a metric in a table; METRIC is for those whose JSON name is the member's own. */
#define METRIC_AS(type, member, as)                                                                                    \
    {as, read_metric, offsetof(type, member), false},                                                                  \
    {                                                                                                                  \
        as "_unavailable", read_metric_why, offsetof(type, member), true                                               \
    }
#define METRIC(type, member) METRIC_AS(type, member, #member)

/* An object some of whose rows are metrics. */
static void read_object(struct json_cursor *c, const struct json_member *table, unsigned n, void *base)
{
    size_t at = cursor_at(c);
    for (unsigned i = 0; i < n; i++)
        if (table[i].read == read_metric)
            ((struct metric *)((char *)base + table[i].offset))->why = nothing_seen;
    cursor_object(c, table, n, base);
    for (unsigned i = 0; i < n; i++)
        if (table[i].read == read_metric)
            settle(c, at, table[i].name, &((struct metric *)((char *)base + table[i].offset))->why);
}

/* --- latency --- */

/* The members may come in any order, so they are held against each other at the end. */
struct latency {
    uint64_t count, sum, min, max, overflow;
    uint64_t in_buckets;
    unsigned first, last; /* buckets in use */
    struct histogram *h;
};

static void read_buckets(struct json_cursor *c, void *to)
{
    struct latency *l = to;
    uint64_t i = 0, n = 0, least = 0;
    size_t at = cursor_at(c);
    bool right = true;
    cursor_array(c);
    while (right && cursor_item(c)) {
        at = cursor_at(c);
        cursor_array(c);
        if (cursor_item(c))
            cursor_u64(c, &i);
        right = cursor_item(c) && i < HISTOGRAM_BUCKETS && i >= least;
        if (right)
            cursor_u64(c, &n);
        right = right && !cursor_item(c) && n && !__builtin_add_overflow(l->in_buckets, n, &l->in_buckets);
        if (right)
            l->h->bucket[i] = n;
        l->first = least ? l->first : (unsigned)i;
        l->last = (unsigned)i;
        least = i + 1;
    }
    if (!right)
        cursor_error(c, at, "a bucket must be [index, count], by rising index, with a count above 0");
}

static bool holds(unsigned bucket, uint64_t ns)
{
    return ns >> HISTOGRAM_MAX_BITS == 0 && histogram_index(ns) == bucket;
}

static void check_latency(struct json_cursor *c, size_t at, const struct latency *l)
{
    uint64_t all;
    if (!l->count || __builtin_add_overflow(l->in_buckets, l->overflow, &all) || all != l->count)
        cursor_error(c, at, "\"buckets\" and \"overflow\" must add up to \"count\", and to more than 0");
    else if (l->min > l->max || (l->in_buckets && !holds(l->first, l->min)) ||
             (l->overflow ? l->max >> HISTOGRAM_MAX_BITS == 0 : !holds(l->last, l->max)))
        cursor_error(c, at, "\"min\" must lie in the first bucket and \"max\" in the last, or in \"overflow\"");
}

static void read_latency(struct json_cursor *c, void *to)
{
    static const struct json_member table[] = {
        {"count", cursor_u64, offsetof(struct latency, count), false},
        {"sum", cursor_u64, offsetof(struct latency, sum), false},
        {"min", cursor_u64, offsetof(struct latency, min), false},
        {"max", cursor_u64, offsetof(struct latency, max), false},
        {"overflow", cursor_u64, offsetof(struct latency, overflow), false},
        {"buckets", read_buckets, 0, false},
    };
    struct trial_record *r = to;
    size_t at = cursor_at(c);
    bool null = cursor_null(c);
    note_value(c, at, &r->latency_why, null);
    if (null || c->rc)
        return;
    r->latency = malloc(sizeof *r->latency);
    if (!r->latency) {
        c->rc = err_set(c->e, ENOMEM, "%s: out of memory", c->name);
        return;
    }
    histogram_init(r->latency);
    struct latency l = {.h = r->latency};
    cursor_object(c, table, ARRAY_LEN(table), &l);
    check_latency(c, at, &l);
    r->latency->count = l.count;
    r->latency->sum = l.sum;
    r->latency->min = l.min;
    r->latency->max = l.max;
    r->latency->overflow = l.overflow;
}

static void read_latency_why(struct json_cursor *c, void *to)
{
    note_why(c, &((struct trial_record *)to)->latency_why);
}

static void read_slice_units(struct json_cursor *c, void *to)
{
    struct trial_record *r = to;
    size_t at = cursor_at(c);
    cursor_array(c);
    unsigned n = 0;
    while (cursor_item(c) && n <= SLICES) {
        uint64_t units = 0;
        cursor_u64(c, &units);
        if (n < SLICES)
            r->slices.units[n] = units;
        n++;
    }
    r->n_slices = n;
    if (!c->rc && (n < SLICES_LEAST || n > SLICES))
        cursor_error(c, at, "there must be 8 to 64 slices");
}

static void read_slice_width(struct json_cursor *c, void *to)
{
    struct trial_record *r = to;
    size_t at = cursor_at(c);
    uint64_t width = 0;
    cursor_u64(c, &width);
    r->slices.shift = width ? 63u - (unsigned)__builtin_clzll(width) : 0;
    if (!c->rc && (width != UINT64_C(1) << r->slices.shift || r->slices.shift < SLICES_LEAST_SHIFT))
        cursor_error(c, at, "the width of a slice must be a power of 2, of at least 65536 ns");
}

static void read_slices(struct json_cursor *c, void *to)
{
    static const struct json_member table[] = {
        {"width_ns", read_slice_width, 0, false},
        {"units", read_slice_units, 0, false},
    };
    struct trial_record *r = to;
    size_t at = cursor_at(c);
    bool null = cursor_null(c);
    note_value(c, at, &r->slices_why, null);
    if (!null && !c->rc)
        cursor_object(c, table, ARRAY_LEN(table), r);
}

static void read_slices_why(struct json_cursor *c, void *to)
{
    note_why(c, &((struct trial_record *)to)->slices_why);
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

static void read_ops(struct json_cursor *c, void *to)
{
    struct json_member table[OP_KINDS];
    for (unsigned i = 0; i < OP_KINDS; i++)
        table[i] = (struct json_member){op_names[i], cursor_u64, i * sizeof(uint64_t), false};
    cursor_object(c, table, OP_KINDS, to);
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
                c->rc = err_set(c->e, ENOMEM, "%s: out of memory", c->name);
                return;
            }
            r->workers = more;
        }
        r->workers[r->n_workers] = (struct worker_record){0};
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
    LEFT_OUT(throughput),
    LEFT_OUT(throughput_unavailable),
    MEMBER(units, cursor_u64),
    MEMBER(ops, read_ops),
    MEMBER(resumed, cursor_u64),
    MEMBER(bytes, cursor_u64),
    MEMBER(checksum, cursor_u64),
    MEMBER(expected, cursor_u64),
    {"cpu_ns", read_record_cpu, 0, false},
    {"switches", read_record_switches, 0, false},
    METRIC(struct trial_record, migrations),
    METRIC(struct trial_record, queue_wait_ns),
    {"memory", read_memory, 0, false},
    METRIC(struct trial_record, canary_before_ns),
    METRIC(struct trial_record, canary_after_ns),
    METRIC(struct trial_record, foreign_cpu_ns),
    METRIC(struct trial_record, steal_ns),
    METRIC(struct trial_record, throttled_ns),
    METRIC(struct trial_record, service_user_ns),
    METRIC(struct trial_record, service_system_ns),
    METRIC(struct trial_record, service_busy_ppm),
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
    r->latency_why = r->slices_why = nothing_seen;
    json_scan_space(&c->scan);
    size_t at = cursor_at(c);
    read_object(c, table_of_record, ARRAY_LEN(table_of_record), r);
    settle(c, at, "latency_ns", &r->latency_why);
    settle(c, at, "slices", &r->slices_why);
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
