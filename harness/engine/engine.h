/* SPDX-License-Identifier: MIT */
/*
 * The engine of a trial: what workers share, and what is asked of it. It lies below the models, which put its parts
 * together, and knows none of them; the trial's process makes it (engine_map), and calls the model.
 *
 * Everything that workers share lies in one anonymous shared mapping, so that threads and forked processes see the same
 * thing at the same cost:
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
 * A place of the concurrency is a lane. Lanes have numbers, 0 … concurrency-1, that all workers agree on (lanes_first):
 * worker 0 has the first ones, then worker 1, and so on, whether workers are threads, processes or loops.
 *
 * Life of a worker: created → pins itself, reads the pin back, touches its memory → parks at the gate → works → stamps
 * its end → parks until the memory of all has been read → ends.
 */
#ifndef CONTEND_ENGINE_ENGINE_H
#define CONTEND_ENGINE_ENGINE_H

#include <assert.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <sys/types.h>

#include "bench/workload.h"
#include "harness/base/err.h"
#include "harness/measure/histogram.h"
#include "harness/measure/slices.h"
#include "harness/record/record.h"

enum { FAILURE_TEXT = 448 }; /* bytes that hold what failed, with the meaning of a failed call */
enum gate { GATE_CLOSED, GATE_OPEN };
enum failed { FAILURE_NONE, FAILURE_WRITTEN_NOW, FAILURE_TOLD };

struct shared {
    alignas(64) _Atomic unsigned gate;  /* futex; enum gate */
    _Atomic unsigned leave;             /* futex; 1: workers may end */
    alignas(64) _Atomic unsigned ready; /* workers at the gate */
    _Atomic unsigned done;              /* workers that stamped their end */
    _Atomic unsigned
        events; /* futex of the dispatcher: bumped when the last is ready or done, on failure, and when a child dies */
    _Atomic unsigned failed;                     /* enum failed: of `error` */
    alignas(64) _Atomic unsigned next_task;      /* what is given out next */
    alignas(64) uint64_t opened_ns, deadline_ns; /* written before the gate opens */
    char error[FAILURE_TEXT];
};

/* What a worker counts. */
struct tally {
    uint64_t units, resumed, bytes, checksum;
    uint64_t ops[OP_KINDS + 1]; /* the last: of kinds that there are none of; then the trial fails */
    uint64_t wakeups, events;   /* a loop's: times it looked for events, lanes that it woke */
};

struct usage {
    uint64_t user_ns, system_ns;
    int64_t voluntary, involuntary, minor_faults, major_faults;
};

/* Written by its worker alone, read when that is done. */
struct slot {
    alignas(128) struct tally tally; /* of all that had this place, once they had stamped their end */
    uint64_t end_ns;
    struct usage thread;  /* of the worker's own thread, gate to end */
    struct usage process; /* of its process, when it is one of its own */
    int64_t peak_rss_bytes;
    struct metric migrations, queue_wait_ns;
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

/* Where a failure is said for who outlives the trial's process; in memory that it shares with that one. */
struct failure {
    _Atomic unsigned said; /* 1: `error` is whole */
    char error[FAILURE_TEXT];
};

struct worker;    /* harness/engine/worker.h */
struct footprint; /* harness/machine/touch.h */
/* Worker processes that a signal stops, as the dispatcher, their parent, is told; in such memory too. */
struct halts {
    _Atomic unsigned now;                /* how many are stopped */
    _Atomic uint64_t since_ns, total_ns; /* since when one at least is; for how long it was so before */
};

struct engine {
    const struct cell *cell;
    const struct workload *workload;
    struct wl_env env;
    struct shared *shared;
    size_t shared_bytes;        /* of the whole mapping */
    struct slot *slots;         /* cell->workers */
    uint64_t *task_units;       /* cell->tasks */
    struct recorder *recorders; /* cell->workers; unused and untouched when the cell's units are not timed */
    bool forks;                 /* who waits for workers reaps those that die, which is a failure */
    int fail_fd;                /* a byte here tells of a failure; -1: there is nobody to tell */
    struct failure *failure;    /* and here stands which; may be NULL */
    struct halts *halts;        /* may be NULL */
    void *model_state;          /* the model's own, between start and stop */
    struct worker *self;        /* the worker that is the dispatcher's own thread; NULL: there is none */
    struct footprint
        *footprint;       /* what this process has mapped: of its code, and of the data it wrote; NULL: not known */
    uint64_t answered_ns; /* when a model's dispatcher had the last answer; 0: it has none, the last stamp counts */
};

/* Makes the shared mapping for e->cell. 0 or -errno. It stays until the process ends. */
int engine_map(struct engine *e, struct err *err);

/* Which units task `index` has. */
struct share engine_share(const struct engine *e, unsigned index);
/* The next task to do, or -1 when there is none left. Relaxed: the index is all that is handed over. */
static inline long engine_take(struct engine *e)
{
    if (atomic_load_explicit(&e->shared->next_task, memory_order_relaxed) >= e->cell->tasks)
        return -1;
    unsigned i = atomic_fetch_add_explicit(&e->shared->next_task, 1, memory_order_relaxed);
    return i < e->cell->tasks ? (long)i : -1;
}

/* How many lanes worker `index` of the cell has, and the number of its first one: concurrency shared out evenly. */
unsigned lanes_of(const struct cell *c, unsigned worker);
unsigned lanes_first(const struct cell *c, unsigned worker);
/* The index in c->pus of a pool thread's unit; n_pus > 0. Loops and pool threads are spread evenly: the threads go on
 * where the loops end, each process's where those of the one before end; but where the loops fill all units evenly each
 * process's begin at its own loop's. `worker`: whose pool it is, 0 for one that all loops share. */
unsigned pool_thread_pu(const struct cell *c, unsigned worker, unsigned thread);

/* Says what failed, once a trial (later calls are dropped), and wakes the dispatcher. From any worker. Returns
 * -ECANCELED. */
int engine_fail(struct engine *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The same for a system call, or what stands for one in errno_meaning.def, that failed with `code`: its meaning is
 * appended. */
int engine_fail_call(struct engine *e, int code, const char *call, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
bool engine_failed(const struct engine *e);

/* --- the dispatcher's side --- */
/* Opens the gate, by the clock of now_ns. */
void engine_open_gate(struct engine *e);
/* Lets the workers go that have stamped their end. */
void engine_let_go(struct engine *e);
/* Waits until n workers are ready, or done; 0, or -ECANCELED when the trial has failed (a worker process that died
 * counts as failed). */
int engine_await_ready(struct engine *e, unsigned n);
int engine_await_done(struct engine *e, unsigned n);
/* From now on the death of a worker process wakes the dispatcher that awaits, and its stops are noted; before the first
 * is forked. */
void engine_watch_children(struct engine *e);
/* Reaps a worker process. `expected`: it waits for one to end, and an exit with code 0 is in order; else any death is a
 * failure, and so is one whose end can't be read. 0; -EAGAIN: none is dead (not `expected`); -ECHILD: there is none;
 * -ECANCELED after a failure, told. */
int engine_reap(struct engine *e, bool expected);
/* Says that a worker process ended as waitpid's status tells; `worker` is its index, -1: it was none. Returns
 * -ECANCELED. */
int engine_fail_process(struct engine *e, int worker, pid_t pid, int status);

#endif
