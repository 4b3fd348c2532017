/* SPDX-License-Identifier: MIT */
/* Parts of a trial's record that need more than a row of a table: what may be missing, the histogram, the slices; see
 * record_read_parts.h. */
#include "harness/record/record_read_parts.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/record/record.h"

/* --- what may be null beside a reason --- */

/* Stand in the place of the reason while the object is being read; told apart by their addresses. */
const char missing_unknown[] = "nothing";
static const char value_seen[] = "value", null_seen[] = "null";

void missing_value(struct json_cursor *c, size_t at, const char **why, bool null)
{
    if (*why == missing_unknown)
        *why = null ? null_seen : value_seen;
    else if (!null)
        cursor_error(c, at, "\"%s\" must be null: the reason for its lack is there", c->member);
}

void missing_why(struct json_cursor *c, const char **why)
{
    size_t at = cursor_at(c);
    const char *s = cursor_string(c);
    if (*why == value_seen)
        cursor_error(c, at, "\"%s\" stands beside a value", c->member);
    if (!c->rc)
        *why = intern(s);
}

/* Behind the object: from what was seen to what is kept. */
void missing_settle(struct json_cursor *c, size_t at, const char *name, const char **why)
{
    if (*why == null_seen)
        cursor_error(c, at, "this object has no \"%s_unavailable\"", name);
    if (*why == value_seen || *why == null_seen || *why == missing_unknown)
        *why = NULL;
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

void read_latency(struct json_cursor *c, void *to)
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
    missing_value(c, at, &r->latency_why, null);
    if (null || c->rc)
        return;
    r->latency = malloc(sizeof *r->latency);
    if (!r->latency) {
        cursor_no_memory(c);
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

void read_latency_why(struct json_cursor *c, void *to)
{
    missing_why(c, &((struct trial_record *)to)->latency_why);
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

void read_slices(struct json_cursor *c, void *to)
{
    static const struct json_member table[] = {
        {"width_ns", read_slice_width, 0, false},
        {"units", read_slice_units, 0, false},
    };
    struct trial_record *r = to;
    size_t at = cursor_at(c);
    bool null = cursor_null(c);
    missing_value(c, at, &r->slices_why, null);
    if (!null && !c->rc)
        cursor_object(c, table, ARRAY_LEN(table), r);
}

void read_slices_why(struct json_cursor *c, void *to)
{
    missing_why(c, &((struct trial_record *)to)->slices_why);
}

/* --- gaps --- */

static void read_gap_causes(struct json_cursor *c, void *to)
{
    struct json_member table[GAP_CAUSES];
    for (unsigned i = 0; i < GAP_CAUSES; i++)
        table[i] = (struct json_member){gap_cause_keys[i], cursor_u64, i * sizeof(uint64_t), false};
    cursor_object(c, table, GAP_CAUSES, to);
}

static void read_gap_pu(struct json_cursor *c, void *to)
{
    int64_t pu = 0;
    size_t at = cursor_at(c);
    cursor_i64(c, &pu);
    if (!c->rc && (pu < 0 || pu > 1 << 20))
        cursor_error(c, at, "\"pu\" must be the index of a processing unit");
    *(int *)to = (int)pu;
}

static void read_top_cause(struct json_cursor *c, void *to)
{
    size_t at = cursor_at(c);
    int *top = to;
    *top = -1;
    if (cursor_null(c))
        return;
    const char *s = cursor_string(c);
    for (int i = 0; i < GAP_CAUSES; i++)
        if (strcmp(s, gap_cause_keys[i]) == 0)
            *top = i;
    if (*top < 0)
        cursor_error(c, at, "\"top_cause\" can't be \"%s\"", s);
}

static void check_gaps(struct json_cursor *c, size_t at, const struct gaps_record *g)
{
    uint64_t sum = 0;
    bool right = (g->count == 0) == (g->top < 0) && g->largest_ns <= g->lost_ns;
    for (unsigned i = 0; i < GAP_CAUSES; i++)
        right = right && !__builtin_add_overflow(sum, g->by[i], &sum);
    if (!c->rc && (!right || sum != g->count || (g->top >= 0 && !g->by[g->top])))
        cursor_error(c, at, "\"causes\" must add up to \"count\", and \"top_cause\" be one of them");
}

void read_gaps(struct json_cursor *c, void *to)
{
    static const struct json_member table[] = {
        {"pu", read_gap_pu, offsetof(struct gaps_record, pu), false},
        {"sampled_ns", cursor_u64, offsetof(struct gaps_record, sampled_ns), false},
        {"count", cursor_u64, offsetof(struct gaps_record, count), false},
        {"lost_ns", cursor_u64, offsetof(struct gaps_record, lost_ns), false},
        {"largest_ns", cursor_u64, offsetof(struct gaps_record, largest_ns), false},
        {"causes", read_gap_causes, offsetof(struct gaps_record, by), false},
        {"top_cause", read_top_cause, offsetof(struct gaps_record, top), false},
        {"top_cause_unavailable", NULL, 0, true},
    };
    struct trial_record *r = to;
    size_t at = cursor_at(c);
    bool null = cursor_null(c);
    missing_value(c, at, &r->gaps_why, null);
    if (null || c->rc)
        return;
    cursor_object(c, table, ARRAY_LEN(table), &r->gaps);
    check_gaps(c, at, &r->gaps);
}

void read_gaps_why(struct json_cursor *c, void *to)
{
    missing_why(c, &((struct trial_record *)to)->gaps_why);
}
