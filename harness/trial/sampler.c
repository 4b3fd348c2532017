/* SPDX-License-Identifier: MIT */
/* The process of a trial's gap sampler; see sampler.h. */
#include "harness/trial/sampler.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "harness/base/base.h"
#include "harness/base/child.h"
#include "harness/base/futex.h"

/* Never returns. */
static void be_sampler(struct sampler_process *p, int unit)
{
    struct timespec cpu;
    prctl(PR_SET_NAME, "contend-gaps");
    close_range(3, ~0U, 0); /* the record's and the status' ends are not its */
    while (!atomic_load_explicit(&p->begin, memory_order_acquire))
        futex_wait(&p->begin, 0, NULL);
    gap_sample(&(struct gap_request){.unit = unit, .stop = &p->stop}, &p->report);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
    p->cpu_ns = (uint64_t)cpu.tv_sec * NS_PER_S + (uint64_t)cpu.tv_nsec;
    atomic_store_explicit(&p->told, 1, memory_order_release);
    futex_wake(&p->told, INT_MAX);
    _exit(0);
}

int sampler_start(struct sampler_process *p, const struct cell *c, struct err *e)
{
    if (!c->gaps)
        return 0;
    pid_t parent = getpid(), pid = fork();
    if (pid == 0) {
        child_in_order(parent);
        be_sampler(p, c->gaps_pu);
    }
    if (pid < 0)
        return err_call(e, errno, "fork", "the gap sampler can't be forked");
    p->pid = pid;
    return 0;
}

void sampler_begin(struct sampler_process *p)
{
    if (!p || p->pid <= 0)
        return;
    atomic_store_explicit(&p->begin, 1, memory_order_release);
    futex_wake(&p->begin, 1);
}

void sampler_end(struct sampler_process *p)
{
    if (p && p->pid > 0)
        atomic_store_explicit(&p->stop, 1, memory_order_relaxed); /* nothing is handed over with it */
}

static void take(const struct gap_report *g, struct trial_record *r)
{
    enum gap_cause top = gap_top_cause(g);
    r->gaps_why = NULL;
    r->gaps = (struct gaps_record){.pu = g->unit,
                                   .sampled_ns = g->sampled_ns,
                                   .count = g->gaps,
                                   .lost_ns = g->lost_ns,
                                   .largest_ns = g->largest_ns,
                                   .top = top < GAP_CAUSES ? (int)top : -1};
    for (unsigned i = 0; i < GAP_CAUSES; i++)
        r->gaps.by[i] = g->by[i].gaps;
}

uint64_t sampler_fill(struct sampler_process *p, const struct cell *c, struct trial_record *r)
{
    struct timespec tick = {.tv_nsec = 10000000};
    if (!c->gaps) {
        r->gaps_why = c->gaps_why ? c->gaps_why : "not asked for: run --gaps";
        return 0;
    }
    for (int i = 0; p && p->pid > 0 && i < 100 && !atomic_load_explicit(&p->told, memory_order_acquire); i++)
        futex_wait(&p->told, 0, &tick);
    if (!p || !atomic_load_explicit(&p->told, memory_order_acquire)) {
        r->gaps_why = "the gap sampler did not tell what it saw";
        return 0;
    }
    if (p->report.sampled_ns)
        take(&p->report, r);
    else
        r->gaps_why = p->report.rc ? "the gap sampler could not be pinned or had no memory"
                                   : "the run was over before the gap sampler had begun";
    return p->cpu_ns;
}

void sampler_stop(struct sampler_process *p)
{
    if (p->pid <= 0)
        return;
    if (kill(p->pid, SIGKILL) == 0)
        child_wait_gone(p->pid);
    p->pid = 0;
}
