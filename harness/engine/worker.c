/* SPDX-License-Identifier: MIT */
/*
 * The life of a worker between its creation and its end; see worker.h. Between gate and end it reads nothing about
 * itself that costs more than a microsecond: others are still being timed. What does (files in /proc) the dispatcher
 * reads, while all are parked: the trial's accounts.c.
 */
#include "harness/engine/worker.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/single_threaded.h>
#include <time.h>
#include <unistd.h>

#include "harness/base/base.h"
#include "harness/machine/machine.h"
#include "harness/machine/touch.h"
#include "harness/measure/clock.h"
#include "harness/base/futex.h"

enum { TOUCHED_MOST = 1024, COUNTS_MOST = 1 << 20 /* bytes */ };

static uint64_t tv_ns(struct timeval tv)
{
    return (uint64_t)tv.tv_sec * NS_PER_S + (uint64_t)tv.tv_usec * NS_PER_US;
}

/* Of the calling worker; a failure of the trial, told, where it can't be read: 0 would be taken for an account. */
static struct usage usage_now(struct worker *w, int who, int64_t *peak)
{
    struct rusage r;
    struct timespec t;
    /* RUSAGE_THREAD tells what was at the last tick or switch, up to 4 ms ago; this clock brings it up to date. */
    if (who == RUSAGE_THREAD)
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    if (getrusage(who, &r) != 0) {
        engine_fail_call(w->engine, errno, "getrusage", "what worker %u used can't be read", w->index);
        return (struct usage){0};
    }
    if (peak)
        *peak = (int64_t)r.ru_maxrss * 1024;
    return (struct usage){tv_ns(r.ru_utime), tv_ns(r.ru_stime), r.ru_nvcsw, r.ru_nivcsw, r.ru_minflt, r.ru_majflt};
}

static void usage_add(struct usage *to, const struct usage *end, const struct usage *start)
{
    to->user_ns += end->user_ns - start->user_ns;
    to->system_ns += end->system_ns - start->system_ns;
    to->voluntary += end->voluntary - start->voluntary;
    to->involuntary += end->involuntary - start->involuntary;
    to->minor_faults += end->minor_faults - start->minor_faults;
    to->major_faults += end->major_faults - start->major_faults;
}

/* Shared memory is not in a forked worker's page tables. The kernel answers a read with all pages there are within
 * 64 KiB (fault-around), a write with the one: so a read comes first. */
static void look_at(const void *p)
{
    (void)*(const volatile char *)p;
}

int worker_init(struct worker *w, struct engine *e, unsigned index)
{
    *w = (struct worker){.engine = e, .workload = e->workload, .index = index};
    w->slot = &e->slots[index];
    w->histogram = &e->recorders[index].histogram;
    w->slices = &e->recorders[index].slices;
    look_at(w->slot);
    if (e->cell->latency_stride)
        look_at(w->slices);
    w->slot->pid = getpid();
    w->slot->tid = gettid();
    /* The kernel's default slack lets a thread sleep 50 µs too long, while a timerfd has none: all workers get 1 ns. */
    prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
    if (!e->cell->n_pus) {
        w->slot->pu = -1;
        return 0;
    }
    int pu = e->cell->pus[index % e->cell->n_pus];
    int rc = pin_self(pu);
    if (rc)
        return engine_fail_call(e, -rc, "sched_setaffinity", "worker %u can't be pinned to CPU %d", index, pu);
    w->slot->pu = pin_current();
    return 0;
}

/* Makes a recorder ready and touches what the run will write, for as many workers as is within reason: 37 MiB. */
static void recorder_prepare(struct engine *e, unsigned index)
{
    struct recorder *r = &e->recorders[index];
    if (!e->cell->latency_stride)
        return;
    slices_init(&r->slices);
    r->histogram.min = UINT64_MAX; /* the mapping's pages are zero */
    volatile char *p = (volatile char *)r;
    for (size_t i = 0; i < sizeof *r && e->cell->workers <= TOUCHED_MOST; i += 4096)
        p[i] = p[i];
}

void places_prepare(struct engine *e)
{
    for (unsigned i = 0; i < e->cell->workers; i++) {
        e->slots[i].end_ns = 0; /* touches it */
        recorder_prepare(e, i);
    }
}

/* A fork leaves page tables behind: without this the run would pay a fault for each page that it touches. */
static void touch_as_fork(struct engine *e)
{
    size_t counts = e->cell->tasks * sizeof *e->task_units; /* a task that ends writes how many units it had */
    touch_pages(e->task_units, counts < COUNTS_MOST ? counts : COUNTS_MOST, TOUCH_SHARED);
    if (e->env.shared) {
        touch_pages(e->env.shared, e->env.shared_bytes, TOUCH_SHARED);
        touch_look(e->env.shared, e->env.shared_bytes);
    }
    if (e->footprint && e->cell->workers <= TOUCHED_MOST)
        footprint_touch(e->footprint);
}

int worker_warm(struct engine *e, unsigned in_flight)
{
    touch_stack();
    now_ns(); /* the clock's page */
    int rc = e->workload->warm && in_flight ? e->workload->warm(&e->env, in_flight) : 0;
    return rc ? engine_fail(e, "%s can't be warmed up: %s", e->workload->name, strerror(-rc)) : 0;
}

/* The same for every worker that is there before the gate opens, whatever its model: its run finds mapped what it will
 * touch, be that the worker's own or its parent's. */
static int touch_all(struct worker *w)
{
    recorder_prepare(w->engine, w->index);
    if (w->own_process)
        touch_as_fork(w->engine);
    return worker_warm(w->engine, lanes_of(w->engine->cell, w->index));
}

/* The process's own account is read only where it is needed: with many threads the kernel adds up all of them. */
void worker_account(struct worker *w)
{
    w->thread_at_open = usage_now(w, RUSAGE_THREAD, NULL);
    if (w->own_process)
        w->process_at_open = usage_now(w, RUSAGE_SELF, NULL);
}

int worker_enter(struct worker *w)
{
    struct shared *s = w->engine->shared;
    if (touch_all(w))
        return -ECANCELED;
    w->slot->single_threaded = __libc_single_threaded;
    /* Release: what the worker set up is seen by whoever sees the count. */
    if (atomic_fetch_add_explicit(&s->ready, 1, memory_order_release) + 1 == w->engine->cell->workers) {
        atomic_fetch_add(&s->events, 1);
        futex_wake(&s->events, INT_MAX);
    }
    worker_account(w);
    /* Acquire: what was written before the gate was opened is seen. */
    while (atomic_load_explicit(&s->gate, memory_order_acquire) == GATE_CLOSED)
        futex_wait(&s->gate, GATE_CLOSED, NULL);
    return 0;
}

int worker_start(struct worker *w)
{
    w->slot->single_threaded = __libc_single_threaded;
    if (w->brief)
        return 0; /* the thread or process is new: all its usage is the task's; its place was made ready for all */
    w->engine->self = w;
    return touch_all(w);
}

static void tally_add(struct tally *to, const struct tally *t)
{
    to->units += t->units;
    for (unsigned i = 0; i <= OP_KINDS; i++)
        to->ops[i] += t->ops[i];
    to->resumed += t->resumed;
    to->bytes += t->bytes;
    to->checksum += t->checksum;
    to->wakeups += t->wakeups;
    to->events += t->events;
}

void worker_end(struct worker *w)
{
    struct slot *s = w->slot;
    s->end_ns = now_ns();
    tally_add(&s->tally, &w->tally);
    if (w->tally.ops[OP_KINDS])
        engine_fail(w->engine, "a task asked for a kind of op that this contend does not know (it has %d)", OP_KINDS);
    struct usage thread = usage_now(w, RUSAGE_THREAD, NULL);
    usage_add(&s->thread, &thread, &w->thread_at_open);
    if (w->own_process) {
        int64_t peak = 0;
        struct usage process = usage_now(w, RUSAGE_SELF, &peak);
        usage_add(&s->process, &process, &w->process_at_open);
        if (peak > s->peak_rss_bytes)
            s->peak_rss_bytes = peak;
    }
}

void worker_leave(struct worker *w)
{
    struct shared *s = w->engine->shared;
    worker_end(w);
    /* Release: the slot and the histogram are whole for whoever sees the count. */
    if (atomic_fetch_add_explicit(&s->done, 1, memory_order_release) + 1 == w->engine->cell->workers) {
        atomic_fetch_add(&s->events, 1);
        futex_wake(&s->events, INT_MAX);
    }
    while (!atomic_load_explicit(&s->leave, memory_order_acquire))
        futex_wait(&s->leave, 0, NULL);
}

int dispatcher_pin(struct engine *e)
{
    if (!e->cell->n_pus)
        return 0;
    int rc = pin_self_to(e->cell->pus, e->cell->n_pus);
    if (rc)
        return engine_fail_call(e, -rc, "sched_setaffinity", "the dispatcher can't be pinned to the cell's CPUs");
    return 0;
}

void worker_child_init(pid_t parent)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(1); /* the parent was gone before the line above */
    signal(SIGCHLD, SIG_DFL);
}
