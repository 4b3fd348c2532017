/* SPDX-License-Identifier: MIT */
/*
 * Gaps: a pinned thread spins through quanta of fixed work and sees each pause. A pause over 20 us is a gap; the
 * counters read before and after it tell what took the time. A steal counter alone misses most of it: a neighbour on
 * the same core or a busy host makes pauses that it never counts.
 *
 * Reading the counters takes 20 us and more, so that they are read only after a pause, and that time is not sampled:
 * the clock of the sampling stands still meanwhile. Shorter pauses (over 2 us, mostly the tick) are no gaps, but the
 * counters are read anew after them, as long as that takes at most a tenth of the time: the last known state stays that
 * before the gap.
 */
#ifndef CONTEND_MACHINE_GAPS_H
#define CONTEND_MACHINE_GAPS_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/base/err.h"
#include "harness/record/record.h"

#define GAP_LEAST_NS UINT64_C(20000)

/* As a reader finds them: "unexplained: host" for GAP_HOST. Causes that claim the same time are told in their order. */
extern const char *const gap_cause_names[GAP_CAUSES];

/* Which counters could be read: bits of gap_counters.have. */
enum gap_source { GAP_READ_INTERRUPTS, GAP_READ_SOFTIRQS, GAP_READ_WAIT, GAP_READ_QUOTA, GAP_SOURCES };
extern const char *const gap_source_names[GAP_SOURCES]; /* the files */

/* What the kernel had counted at one moment, for the sampling thread and for the unit it is on. */
struct gap_counters {
    unsigned have;          /* bit i: source i was read */
    int unit;               /* that the thread is on */
    uint64_t at_ns, cpu_ns; /* the clock, and the thread's own CPU time at that moment; it stands still while the kernel
                               counts time as stolen, or as an interrupt's (where it counts those by the clock) */
    uint64_t interrupts, ticks; /* of the unit; `ticks` are the timer's, not in `interrupts` */
    uint64_t softirqs, tick_softirqs;
    int64_t involuntary, minor_faults, major_faults;
    uint64_t wait_ns;      /* ready to run, but not running */
    uint64_t throttled_ns; /* of all groups up to the root */
};

/* What does not change while a sampler runs. */
struct gap_scale {
    uint64_t fault_ns;   /* what a page fault costs here, at the median */
    uint64_t tick_ns;    /* from one timer tick to the next; not 0 */
    bool stolen_is_host; /* time that is neither the thread's nor waited for is the host's: this kernel does not count
                           interrupts by the clock, and it has counted steal */
};

/*
 * The top cause of a gap of `gap_ns` between two readings, and in share[] the nanoseconds that each cause claims (they
 * add up to gap_ns). `pauses`: shorter pauses since `before` was read, as long as those of interrupts. In this order
 * each takes from what is left:
 *
 *  1. another unit than before: migration, all of it (also the waiting on the new unit);
 *  2. the time waited, ready to run: throttling as far as groups were stopped meanwhile, else preemption. Without a
 *     count of it: all, when there was an involuntary switch;
 *  3. time that the kernel counts as stolen: host (with a major fault: faults, since the thread slept);
 *  4. page faults: four times their usual cost each, a major one all that is left;
 *  5. interrupts and softirqs: at most 500 us each, without the regular ticks of the time before the gap, as far as
 *     shorter pauses were seen for them. Ticks count only for gaps below 1 ms: a longer one holds one by mere chance
 *     (they come every 1 to 10 ms);
 *  6. the rest is the host's.
 */
enum gap_cause gap_attribute(const struct gap_counters *before, const struct gap_counters *after, uint64_t gap_ns,
                             uint64_t pauses, const struct gap_scale *scale, uint64_t share[GAP_CAUSES]);

/* --- reading (gap_counters.c) --- */

struct gap_reader; /* open files, for the calling thread alone */
/* Counters whose files can't be opened are left out (see gap_counters.have). 0 or -errno: out of memory. */
int gap_reader_open(struct gap_reader **out, struct gap_scale *scale);
void gap_read(struct gap_reader *r, struct gap_counters *c);
/* The thread's own counters once more, so that what it waited during the reading is not taken for a part of the next
 * gap; those of the unit too, where it waited. */
void gap_read_again(struct gap_reader *r, struct gap_counters *c);
void gap_reader_close(struct gap_reader *r); /* NULL is allowed */

/* Sums the column of `unit` in a text of the form of /proc/interrupts or /proc/softirqs, whose first line names the
 * columns ("CPU0 CPU1 …"). Rows whose label is in `ticks` (ends with NULL), or whose words name a timer, go into
 * *tick_sum, and what is counted for all units together (ERR, MIS) nowhere. false: no such column. */
bool gap_sum_column(const char *text, int unit, const char *const *ticks, uint64_t *sum, uint64_t *tick_sum);

/* --- sampling (gaps.c) --- */

struct gap {
    uint64_t begin_ns, end_ns; /* CLOCK_MONOTONIC: of the quantum that it fell into */
    uint64_t ns;               /* longer than a quantum takes undisturbed */
    enum gap_cause cause;
    const struct gap_counters *before, *after;
};

struct gap_request {
    int unit;                     /* OS index */
    uint64_t duration_ns;         /* 0: until *stop */
    const _Atomic unsigned *stop; /* not 0: stop; may be NULL */
    void (*work)(void *arg);      /* called in each quantum: the tests' way to make faults; NULL: nothing */
    void (*seen)(const struct gap *g, void *arg); /* called for each gap, outside of the sampled time; may be NULL */
    void *arg;                                    /* of both */
};

struct gap_report {
    int unit;
    int rc;              /* 0, or -errno: why the sampling ended early; the rest holds for the time until then */
    uint64_t sampled_ns; /* without the reading of counters */
    uint64_t reading_ns, readings;
    uint64_t gaps, lost_ns, largest_ns;
    enum gap_cause largest_cause;
    struct {
        uint64_t gaps, lost_ns; /* of the gaps whose top cause it is */
    } by[GAP_CAUSES];
    unsigned have; /* counters that were read, as in gap_counters */
    bool steal_known;
    uint64_t steal_ns; /* what /proc/stat counted as stolen from the unit meanwhile, in steps of 10 ms */
};

/* Samples on the calling thread, which is pinned to the unit and stays so. Should somebody else move it, it counts a
 * migration and goes back. 0 or -errno (also r->rc). */
int gap_sample(const struct gap_request *q, struct gap_report *r);
/* One thread a unit, all at once, for the same time. 0, or -errno when threads can't be made; r[i].rc tells of each. */
int gap_sample_units(const int *units, unsigned n, uint64_t duration_ns, struct gap_report *r, struct err *e);
/* The cause that took the most time; GAP_CAUSES: there was no gap. */
enum gap_cause gap_top_cause(const struct gap_report *r);
/* Adds up: r += more (largest, causes; not unit and rc). */
void gap_report_add(struct gap_report *r, const struct gap_report *more);

#endif
