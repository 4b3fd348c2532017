/* SPDX-License-Identifier: MIT */
/* Samples gaps and prints them; see doctor_noise.h. */
#include "harness/command/doctor_noise.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/machine/machine.h"
#include "harness/record/fields.h"

int noise_sample(struct noise *n, uint64_t ns, struct err *e)
{
    int units[CELL_MAX_PUS];
    n->asked_ns = ns;
    n->n = pin_allowed(units, CELL_MAX_PUS);
    if (!n->n)
        return err_call(e, errno, "sched_getaffinity", "the mask of allowed processing units can't be read");
    n->units = calloc(n->n, sizeof *n->units);
    if (!n->units)
        return err_set(e, ENOMEM, "out of memory");
    return gap_sample_units(units, n->n, ns, n->units, e);
}

void noise_release(struct noise *n)
{
    free(n->units);
    n->units = NULL;
    n->n = 0;
}

static double seconds(uint64_t ns)
{
    return (double)ns / 1e9;
}

static void print_causes(const struct gap_report *r)
{
    struct gap_report left = *r;
    const char *between = "";
    for (enum gap_cause c = gap_top_cause(&left); c < GAP_CAUSES; c = gap_top_cause(&left)) {
        printf("%s%s %llu (%.2f %%)", between, gap_cause_names[c], (unsigned long long)r->by[c].gaps,
               100 * (double)r->by[c].lost_ns / (double)r->sampled_ns);
        left.by[c].gaps = 0;
        between = ", ";
    }
    printf("%s\n", between[0] ? "" : "-");
}

void noise_print(const struct noise *n)
{
    unsigned missing = 0;
    printf("gaps over %llu us seen by a thread that spins on each allowed unit:\n",
           (unsigned long long)(GAP_LEAST_NS / NS_PER_US));
    printf("%4s %8s %9s %9s %10s %9s %8s   %s\n", "unit", "sampled", "gaps", "gaps/s", "time lost", "largest", "steal",
           "gaps by top cause (time lost)");
    for (unsigned i = 0; i < n->n; i++) {
        const struct gap_report *r = &n->units[i];
        if (!r->sampled_ns) {
            printf("%4d not sampled: %s\n", r->unit, strerror(-r->rc));
            continue;
        }
        missing |= ~r->have & ((1u << GAP_SOURCES) - 1);
        double part = 100 / (double)r->sampled_ns;
        printf("%4d %7.2fs %9llu %9.1f %8.2f %% %7.2fms ", r->unit, seconds(r->sampled_ns), (unsigned long long)r->gaps,
               (double)r->gaps / seconds(r->sampled_ns), part * (double)r->lost_ns, (double)r->largest_ns / 1e6);
        if (r->steal_known)
            printf("%6.2f %%   ", part * (double)r->steal_ns);
        else
            printf("%8s   ", "unknown");
        print_causes(r);
        if (r->rc)
            printf("%4s ended early: %s\n", "", strerror(-r->rc));
    }
    for (unsigned s = 0; s < GAP_SOURCES; s++)
        if (missing >> s & 1)
            printf("%s can't be read here: gaps of its causes count as others\n", gap_source_names[s]);
    printf("steal is the kernel's own count, in steps of 10 ms; \"unexplained: host\" is what no counter here "
           "explains\n\n");
}

static void put_unit(struct json_writer *w, const struct gap_report *r)
{
    json_begin(w, '{');
    put_i64(w, "unit", r->unit);
    put_string(w, "error", r->rc ? strerror(-r->rc) : "");
    put_u64(w, "sampled_ns", r->sampled_ns);
    put_u64(w, "reading_ns", r->reading_ns);
    put_u64(w, "readings", r->readings);
    put_u64(w, "gaps", r->gaps);
    put_u64(w, "lost_ns", r->lost_ns);
    put_u64(w, "largest_ns", r->largest_ns);
    if (r->gaps)
        put_string(w, "largest_cause", gap_cause_keys[r->largest_cause]);
    else
        put_missing(w, "largest_cause", "there was no gap");
    if (r->steal_known)
        put_u64(w, "steal_ns", r->steal_ns);
    else
        put_missing(w, "steal_ns", "/proc/stat has no line of this unit");
    json_key(w, "causes");
    json_begin(w, '{');
    for (unsigned i = 0; i < GAP_CAUSES; i++) {
        json_key(w, gap_cause_keys[i]);
        json_begin(w, '{');
        put_u64(w, "gaps", r->by[i].gaps);
        put_u64(w, "lost_ns", r->by[i].lost_ns);
        json_end(w, '}');
    }
    json_end(w, '}');
    json_key(w, "unread");
    json_begin(w, '[');
    for (unsigned i = 0; i < GAP_SOURCES; i++)
        if (!(r->have >> i & 1))
            json_string(w, gap_source_names[i]);
    json_end(w, ']');
    json_end(w, '}');
}

void noise_to_json(struct json_writer *w, const struct noise *n)
{
    if (!n->asked_ns) {
        put_missing(w, "noise", "not asked for: --noise samples gaps");
        return;
    }
    json_key(w, "noise");
    json_begin(w, '{');
    put_u64(w, "least_gap_ns", GAP_LEAST_NS);
    put_u64(w, "asked_ns", n->asked_ns);
    json_key(w, "units");
    json_begin(w, '[');
    for (unsigned i = 0; i < n->n; i++)
        put_unit(w, &n->units[i]);
    json_end(w, ']');
    json_end(w, '}');
}
