/* SPDX-License-Identifier: MIT */
/*
 * What flows through the program: a cell (what to measure) and a trial record (what one measurement found). Plain data,
 * no pointers into a live trial; names are interned or static strings and are never freed.
 */
#ifndef CONTEND_RECORD_RECORD_H
#define CONTEND_RECORD_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "bench/workload.h"
#include "harness/measure/histogram.h"
#include "harness/measure/slices.h"

enum mode { MODE_BATCH, MODE_CLOSED };
/* glibc leaves out atomics and locks while a process has one thread. So that this is no hidden part of a comparison: */
enum libc_threads {
    LIBC_AS_MADE, /* what the model's own threads and processes make of it */
    LIBC_SINGLE,  /* one thread in each process that works; a skip for models that make threads */
    LIBC_MULTI    /* an idle thread in each process that works */
};
enum { CELL_MAX_PUS = 1024, CELL_MAX_SERVICE_PUS = 64, RECORD_MAX_WARNINGS = 8 };

/* What may have made a pause of a thread that spins; harness/machine/gaps.h tells them apart. */
enum gap_cause {
    GAP_MIGRATION,  /* the thread was moved to another unit */
    GAP_THROTTLING, /* a quota stopped its group, or one above it */
    GAP_PREEMPTION, /* others ran on its unit while it was ready to run */
    GAP_FAULTS,     /* page faults */
    GAP_INTERRUPTS, /* interrupts and softirqs of its unit */
    GAP_HOST, /* nothing that the kernel counts, or what it counts as stolen: hypervisor, firmware, a sibling thread */
    GAP_CAUSES
};

/* The kinds of canary: fixed pieces of work that are timed before and after a trial; see canary.def. */
enum canary {
#define CANARY(NAME, name, function, limit, does) CANARY_##NAME,
#include "harness/record/canary.def"
#undef CANARY
    CANARIES
};

/* One combination to measure. JSON carries it to the trial process whole. */
struct cell {
    const char *workload; /* names, interned */
    const char *model;
    int64_t p[WORKLOAD_MAX_PARAMS]; /* the workload's parameters, all of them */
    enum mode mode;
    enum libc_threads libc_threads;
    unsigned offered;      /* processing units offered to the model (what --workers asked for) */
    unsigned workers;      /* threads, processes or loops that the model starts */
    unsigned concurrency;  /* tasks in flight at once, over all workers */
    const char *order;     /* placement: compact, scatter, smt-last, one-per-l3, one-per-numa, none, list */
    unsigned n_pus;        /* 0 for order none */
    int pus[CELL_MAX_PUS]; /* OS indexes; worker i is pinned to pus[i % n_pus], pool threads as pool_thread_pu says */
    /* The workload's service, if it has one: a loop on each of these; 0: one loop, not pinned. `service_shares`:
     * workers run there too, since there are no other processing units. */
    unsigned n_service_pus;
    int service_pus[CELL_MAX_SERVICE_PUS];
    bool service_shares;
    bool gaps; /* a gap sampler runs on gaps_pu, which no model of the point is offered */
    int gaps_pu;
    const char *gaps_why;    /* why there is none, interned; NULL: it was not asked for */
    unsigned pool;           /* threads of libuv's pool; 0 when the cell needs none */
    uint64_t units;          /* batch: units of all tasks together; closed: 0 */
    unsigned tasks;          /* closed: = concurrency */
    uint64_t duration_ns;    /* closed: how long tasks start new units */
    uint64_t latency_stride; /* every how-manieth unit is timed; 0: none, units are too short for the clock */
    uint64_t seed;
    uint64_t limit_ns; /* the watchdog's: start-up, run and tear-down together */
    /* Batch: the golden value, once a trial of the same work has found it out; others then need not, which for some
     * workloads would take as long as the run. In either mode a pilot's is said to be known: it is not found out. For
     * the trial's process alone: no part of a plan. */
    bool golden_known;
    uint64_t golden;
    /* Closed: an open file of values found by trials before (harness/trial/golden.h); 0: there is none. Likewise. */
    int golden_fd;
    /* What the canaries of the trial before took on these CPUs, ns, 0: not known; to tell a slow moment from a lasting
     * change (harness/trial/canaries.h). Likewise. */
    uint64_t canaries_seen[CANARIES];
};

/* A number that may be missing: `why` is NULL when value holds, else the reason (interned). */
struct metric {
    int64_t value;
    const char *why;
};

struct canary_kind {
    const char *name; /* in JSON */
    double limit;     /* before over after, or after over before, may be up to 1 + limit with no cause to be seen */
    const char *does;
};
extern const struct canary_kind canary_kinds[CANARIES];

/* What the kernel's TCP counted during a run with a service; see net.def. */
enum net_counter {
#define NET(NAME, name, file, group, key) NET_##NAME,
#include "harness/record/net.def"
#undef NET
    NETS
};
extern const char *const net_names[NETS];                         /* in JSON */
#define LISTEN_OVERFLOWED "the service's listen queue overflowed" /* how the warning of such a trial begins */

/* How long one kind of canary took, ns: the median over the units that harness/trial/canaries.h says. */
struct canary_record {
    struct metric before_ns, after_ns;
};

/* The quantiles of latencies that are given out, in rising order. */
enum { LATENCY_QUANTILES = 5 };
struct latency_quantile {
    const char *key; /* in JSON: "p99_9" */
    double q;
};
extern const struct latency_quantile latency_quantiles[LATENCY_QUANTILES];

/* One worker of one trial. */
struct worker_record {
    int pu; /* the processing unit it was pinned to and found on by reading the mask back; -1: not pinned */
    uint64_t units;
    uint64_t user_ns, system_ns;
    int64_t voluntary, involuntary; /* context switches */
    int64_t minor_faults, major_faults;
    struct metric migrations, queue_wait_ns; /* queue wait: runnable but not running */
    struct metric idle_tail_ns;              /* from its last unit to the end of the run: it had no more to do */
    bool single_threaded;                    /* its libc's own flag (__libc_single_threaded) when it passed the gate */
    uint64_t wakeups,
        events; /* of its loop, 0 for blocking workers: how often it asked for events, and lanes that these woke */
};

/* The pauses over 20 us that a gap sampler saw during the run, on a unit beside the workers'. */
struct gaps_record {
    int pu;
    uint64_t
        sampled_ns; /* of the run, without its start and the reading of counters; up to the end of a gap at its end */
    uint64_t count, lost_ns, largest_ns;
    uint64_t by[GAP_CAUSES]; /* gaps by their top cause */
    int top;                 /* the cause that took most of lost_ns; -1: there was no gap */
};

enum trial_status { TRIAL_OK, TRIAL_FAILED, TRIAL_VOID, TRIAL_SKIPPED };

struct trial_record {
    unsigned cell, block; /* index into the plan's cells; block from 0 */
    unsigned position;    /* place within the block's order, from 0 */
    enum trial_status status;
    char reason[512];     /* for a status other than ok */
    char started[40];     /* RFC 3339, UTC */
    uint64_t took_ns;     /* what the run spent on the trial, from before its process was made until it was reaped */
    uint64_t spawn_ns;    /* exec of the fresh process until its main */
    uint64_t setup_ns;    /* the workload's own setup and its tasks' */
    uint64_t startup_ns;  /* first worker created until all are ready at the gate */
    uint64_t run_ns;      /* gate open until the last worker is done */
    uint64_t teardown_ns; /* last worker done until all are gone */
    uint64_t golden_ns;   /* after all that: to find out what the work should come to; a part of took_ns */
    uint64_t units;
    uint64_t ops[OP_KINDS]; /* without resumed ones */
    uint64_t resumed;       /* ops that went on with the one before */
    uint64_t bytes;         /* read and written */
    uint64_t checksum, expected;
    uint64_t floor_ns;   /* the least time of a unit, as its workload says; 0: none */
    uint64_t task_units; /* how many units its workload gives a task in batch mode; 0: it does not say */
    uint64_t cpu_user_ns, cpu_system_ns; /* of the run: workers, pool threads and the dispatcher */
    int64_t voluntary, involuntary;
    struct metric migrations, queue_wait_ns; /* of workers and pool threads; not the dispatcher's, which may move */
    struct metric peak_rss_bytes; /* sum over the trial's processes of the peak of each; shared pages count in each */
    struct metric pss_bytes;      /* proportional share at the end of the run, without the harness's
                                                       counters and histograms */
    struct canary_record canaries[CANARIES];
    struct metric foreign_cpu_ns;  /* busy time of the machine during the run less that of the trial */
    struct metric foreign_used_ns; /* the same of the CPUs that the trial used: cell_used_cpus and its service's */
    struct metric steal_ns;        /* of these CPUs; of the machine where workers are not pinned, and in old journals */
    struct metric throttled_ns;    /* cgroup quota */
    struct metric pressure_ns;     /* in which something on this machine waited for a CPU (PSI) */
    struct metric stopped_ns;      /* for which any of the trial's processes was stopped: signals, freezers, a suspended
                                      machine (no part of run_ns: its clock stands still meanwhile) */
    const char *gaps_why;          /* why there are no gaps; NULL when there are */
    struct gaps_record gaps;
    struct metric service_user_ns, service_system_ns; /* CPU time of the workload's service in the run; none of it is in
                                                         cpu_user_ns and cpu_system_ns */
    struct metric service_busy_ppm;    /* that time over the run's, for each of its loops: 1000000 is saturated */
    struct metric service_connections; /* the most that its service had open at once; where it gives turns, less those
                                          that had their last answer: then at most the tasks in flight */
    struct metric net[NETS];           /* counted in the run, in the whole network namespace */
    const char
        *lock_kind; /* the kind of lock that the model's workers wait with: "none", "private", "process-shared" */
    const char *latency_why;   /* why there is no latency; NULL when latency is set */
    struct histogram *latency; /* owned; freed by trial_record_release */
    const char *slices_why;    /* why there are no slices; NULL when there are */
    unsigned n_slices;         /* whole ones; SLICES_LEAST … SLICES */
    struct slices slices;      /* units by time since the gate opened, all workers together */
    unsigned n_workers;        /* entries of workers (at most 64 are kept; worker_count tells all) */
    unsigned worker_count;
    struct worker_record *workers; /* owned */
    unsigned n_warnings;
    const char *warnings[RECORD_MAX_WARNINGS]; /* interned */
};

/* On how many CPUs the cell's workers and pool run: the first ones of `pus`, where it has any; at least 1. */
unsigned cell_used_cpus(const struct cell *c);

void trial_record_init(struct trial_record *r);
void trial_record_release(struct trial_record *r);
/* Adds a warning once; beyond RECORD_MAX_WARNINGS it is dropped. */
void trial_record_warn(struct trial_record *r, const char *text);

extern const char *const gap_cause_keys[GAP_CAUSES]; /* "migration", "throttling", "preemption", "faults", "interrupts",
                                                        "host" */
extern const char *const mode_names[2];              /* "batch", "closed" */
extern const char *const libc_threads_names[3];      /* "model", "single", "multi" */
extern const char *const trial_status_names[4];      /* "ok", "failed", "void", "skipped" */

#endif
