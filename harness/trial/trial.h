/* SPDX-License-Identifier: MIT */
/*
 * A trial from inside its process. Everything that workers share lies in one anonymous shared mapping, so that threads
 * and forked processes see the same thing at the same cost:
 *
 *     +--------------------+ 0
 *     | struct shared      |  gate, counters on lines of their own, the first failure
 *     +--------------------+
 *     | struct slot [n]    |  one a worker, 128-byte aligned: what it counted and what it cost
 *     +--------------------+
 *     | uint64 [tasks]     |  units done by each task (closed mode needs them to know what was due)
 *     +--------------------+
 *     | struct recorder [n]|  one a worker, one writer each, 128-byte aligned: slices and histogram
 *     +--------------------+
 *
 * What a short-lived child writes lies close together: it has to map each page anew.
 *
 * Life of a worker: created → pins itself, reads the pin back, touches its memory → parks at the gate → works → stamps
 * its end → parks until the memory of all has been read → ends.
 */
#ifndef CONTEND_TRIAL_TRIAL_H
#define CONTEND_TRIAL_TRIAL_H

#include <assert.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <sys/types.h>

#include "bench/workload.h"
#include "harness/base/err.h"
#include "harness/measure/histogram.h"
#include "harness/measure/slices.h"
#include "harness/model/model.h"
#include "harness/record/record.h"
#include "harness/service/service.h"
#include "harness/trial/sampler.h"

enum gate { GATE_CLOSED, GATE_OPEN, GATE_ABANDONED };

struct shared {
    alignas(64) _Atomic unsigned gate;  /* futex; enum gate */
    _Atomic unsigned leave;             /* futex; 1: workers may end */
    alignas(64) _Atomic unsigned ready; /* workers at the gate */
    _Atomic unsigned done;              /* workers that stamped their end */
    _Atomic unsigned
        events; /* futex of the dispatcher: bumped when the last is ready or done, on failure, and when a child dies */
    _Atomic unsigned failed;                     /* 1: `error` is being or has been written */
    alignas(64) _Atomic unsigned next_task;      /* what is given out next */
    alignas(64) uint64_t opened_ns, deadline_ns; /* written before the gate opens */
    char error[256];
};

/* What a worker counts; written by it alone, read when it is done. */
struct tally {
    uint64_t units, ops[OP_KINDS], resumed, bytes, checksum;
};

struct usage {
    uint64_t user_ns, system_ns;
    int64_t voluntary, involuntary, minor_faults, major_faults;
};

struct slot {
    alignas(128) struct tally tally;
    uint64_t end_ns;
    struct usage thread;  /* of the worker's own thread, gate to end */
    struct usage process; /* of its process, when it is one of its own */
    int64_t peak_rss_bytes;
    struct metric migrations, queue_wait_ns;
    uint64_t wakeups, events;
    int pu; /* read back; -1: not pinned */
    int pid, tid;
    bool single_threaded;
};
static_assert(sizeof(struct slot) % 128 == 0, "slots must not share lines, nor the pairs that the prefetcher fetches");

/* The start of the histogram, which each record writes, follows the slices: a short task needs a page or two. */
struct recorder {
    alignas(128) struct slices slices;
    struct histogram histogram;
};
static_assert(sizeof(struct recorder) % 128 == 0, "recorders must not share lines: each unit that is timed writes one");

/* What keeper and trial share: what the keeper reads when the trial's own process ends without a record, and the
 * service that the keeper started for the trial. */
struct keeper_note {
    _Atomic unsigned failed;
    char error[256];
    struct service_process service; /* pid 0: there is none */
    struct sampler_process sampler; /* likewise */
};

struct trial {
    const struct cell *cell;
    const struct workload *workload;
    const struct model *model;
    struct wl_env env;
    struct shared *shared;
    size_t shared_bytes;        /* of the whole mapping */
    struct slot *slots;         /* cell->workers */
    uint64_t *task_units;       /* cell->tasks */
    struct recorder *recorders; /* cell->workers; unused and untouched when the cell's units are not timed */
    int fail_fd;                /* a byte here tells the keeper that the trial has failed; -1: there is no keeper */
    struct keeper_note *note; /* shared with the keeper: what failed, in case this process can't say it; may be NULL */
    void *model_state;        /* the model's own, between start and stop */
    uint64_t answered_ns;     /* when a model's dispatcher had the last answer; 0: it has none, the last stamp counts */
    int unknown;              /* errno of why the golden value can't be had; 0: it can */
    struct err err;
};

/* Which units task `index` has. */
struct share trial_share(const struct trial *t, unsigned index);
/* The next task to do, or -1 when there is none left. Relaxed: the index is all that is handed over. */
static inline long trial_take(struct trial *t)
{
    if (atomic_load_explicit(&t->shared->next_task, memory_order_relaxed) >= t->cell->tasks)
        return -1;
    unsigned i = atomic_fetch_add_explicit(&t->shared->next_task, 1, memory_order_relaxed);
    return i < t->cell->tasks ? (long)i : -1;
}

/* Says what failed, once a trial (later calls are dropped), and wakes the dispatcher. From any worker. */
void trial_fail(struct trial *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
bool trial_failed(const struct trial *t);

/* The dispatcher waits until n workers are ready, or done; 0, or -ECANCELED when the trial has failed (a worker process
 * that died counts as failed). */
int trial_await_ready(struct trial *t, unsigned n);
int trial_await_done(struct trial *t, unsigned n);
/* Reaps dead worker processes: -ECHILD when none is left, -ECANCELED after a failure (already said), else 0. `expected`
 * true: an exit with code 0 is in order. */
int trial_reap(struct trial *t, bool expected);

/* One whole trial of the cell in this process; fills the record. 0 when the record tells all (also of a failure). */
int trial_run(const struct cell *c, const char *scratch, int fail_fd, struct keeper_note *note, struct trial_record *r);

/* Kills and reaps every process that has been handed to this one (a subreaper) as its child; how many were killed. */
unsigned reap_descendants(void);

#endif
