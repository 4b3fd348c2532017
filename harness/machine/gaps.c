/* SPDX-License-Identifier: MIT */
/* The sampler: quanta of fixed work, and what is done about a pause between two of them; see gaps.h. */
#include "harness/machine/gaps.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/workload.h"
#include "harness/base/base.h"
#include "harness/machine/machine.h"
#include "harness/measure/clock.h"

/* About 1 us of work; the thread asks for the time after each. A pause above 2 us, and above what the quantum itself
 * takes (more in a build that is not optimised), is no cache miss. */
enum { QUANTUM_ROUNDS = 250, PAUSE_NS = 2000, FIRST_QUANTA = 2000, READING_SHARE = 10, MOVES_MOST = 100 };

struct sampler {
    const struct gap_request *q;
    struct gap_report *r;
    struct gap_reader *reader;
    struct gap_scale scale;
    struct gap_counters before;
    uint64_t begin_ns, quantum_ns; /* quantum: the least seen */
    uint64_t pauses;               /* since `before` was read, as long as those of interrupts */
    uint64_t interrupt_ns;         /* how long those are, a moving mean; 0: none has been seen */
    volatile uint64_t work;        /* volatile: the work can't be dropped */
};

static void quantum(struct sampler *s)
{
    uint64_t x = s->work;
    for (int i = 0; i < QUANTUM_ROUNDS; i++)
        x = mix64(x);
    s->work = x;
    if (s->q->work)
        s->q->work(s->q->arg);
}

static void read_counters(struct sampler *s, struct gap_counters *to)
{
    gap_read(s->reader, to);
    s->r->have &= to->have;
    s->r->readings++;
    s->pauses = 0;
}

/* The state before the next gap. */
static void read_before(struct sampler *s)
{
    read_counters(s, &s->before);
    gap_read_again(s->reader, &s->before);
}

static void count(struct gap_report *r, enum gap_cause cause, uint64_t ns)
{
    r->gaps++;
    r->lost_ns += ns;
    r->by[cause].gaps++;
    r->by[cause].lost_ns += ns;
    if (ns > r->largest_ns) {
        r->largest_ns = ns;
        r->largest_cause = cause;
    }
}

static void see_gap(struct sampler *s, uint64_t begin, uint64_t end, uint64_t ns)
{
    struct gap_counters after;
    uint64_t share[GAP_CAUSES], pauses = s->pauses;
    read_counters(s, &after);
    enum gap_cause cause = gap_attribute(&s->before, &after, ns, pauses, &s->scale, share);
    count(s->r, cause, ns);
    struct gap g = {begin, end, ns, cause, &s->before, &after};
    if (s->q->seen)
        s->q->seen(&g, s->q->arg);
    s->before = after;
    gap_read_again(s->reader, &s->before);
}

/* Who moves the thread before the mask is read back makes that -EXDEV. */
static int pin(int unit)
{
    int rc = -EXDEV;
    for (int i = 0; rc == -EXDEV && i < MOVES_MOST; i++)
        rc = pin_self(unit);
    return rc;
}

/* Back to its unit after somebody moved it. */
static int go_back(struct sampler *s)
{
    int rc = pin(s->q->unit);
    read_before(s);
    return rc;
}

/*
 * Reads the counters anew, as far as the share of time for it goes: a tenth for pauses as long as interrupts usually
 * make them, a twentieth for shorter ones, of which a noisy host makes many. Those of the first kind that were not read
 * after are counted: an interrupt that is found later may have been theirs.
 */
static void see_short_pause(struct sampler *s, uint64_t end, uint64_t ns)
{
    bool alike = 2 * ns >= s->interrupt_ns;
    struct gap_counters was = s->before;
    if (s->r->reading_ns >= (end - s->begin_ns) / (alike ? READING_SHARE : 2 * READING_SHARE)) {
        s->pauses += alike;
        return;
    }
    bool only_one = s->pauses == 0;
    read_before(s);
    if (only_one && was.interrupts + was.ticks < s->before.interrupts + s->before.ticks)
        s->interrupt_ns = s->interrupt_ns ? (7 * s->interrupt_ns + ns) / 8 : ns;
}

/* After a pause that ended at `end`. The time until it returns is not sampled. */
static int see_pause(struct sampler *s, uint64_t begin, uint64_t end, uint64_t ns)
{
    if (ns > GAP_LEAST_NS)
        see_gap(s, begin, end, ns);
    else
        see_short_pause(s, end, ns);
    return sched_getcpu() == s->q->unit ? 0 : go_back(s);
}

static bool over(const struct gap_request *q, uint64_t now, uint64_t until)
{
    return (q->duration_ns && now >= until) || (q->stop && atomic_load_explicit(q->stop, memory_order_relaxed));
}

static int sample(struct sampler *s)
{
    int rc = 0;
    s->quantum_ns = UINT64_MAX;
    for (int i = 0; i < FIRST_QUANTA; i++) {
        uint64_t begin = now_ns();
        quantum(s);
        uint64_t took = now_ns() - begin;
        s->quantum_ns = took < s->quantum_ns ? took : s->quantum_ns;
    }
    read_before(s);
    s->begin_ns = now_ns();
    uint64_t last = s->begin_ns, until = last + s->q->duration_ns;
    while (!rc && !over(s->q, last, until)) {
        quantum(s);
        uint64_t now = now_ns(), took = now - last;
        if (took < s->quantum_ns)
            s->quantum_ns = took;
        uint64_t pause = took - s->quantum_ns;
        if (pause <= PAUSE_NS || pause <= s->quantum_ns) {
            last = now;
            continue;
        }
        rc = see_pause(s, last, now, pause);
        last = now_ns();
        s->r->reading_ns += last - now;
    }
    s->r->sampled_ns = last - s->begin_ns - s->r->reading_ns;
    return rc;
}

/* What /proc/stat counts as stolen from a unit. */
static bool steal_of(int unit, uint64_t *ns)
{
    char line[256], name[16], found[16];
    unsigned long long ticks;
    bool have = false;
    snprintf(name, sizeof name, "cpu%d", unit);
    FILE *f = fopen("/proc/stat", "re");
    while (f && !have && fgets(line, sizeof line, f))
        have = sscanf(line, "%15s %*u %*u %*u %*u %*u %*u %*u %llu", found, &ticks) == 2 && strcmp(found, name) == 0;
    if (f)
        fclose(f);
    *ns = have ? ticks * (NS_PER_S / (uint64_t)sysconf(_SC_CLK_TCK)) : 0;
    return have;
}

int gap_sample(const struct gap_request *q, struct gap_report *r)
{
    struct sampler s = {.q = q, .r = r, .work = 1};
    uint64_t before = 0, after = 0;
    *r = (struct gap_report){.unit = q->unit, .have = (1u << GAP_SOURCES) - 1};
    r->rc = pin(q->unit);
    if (!r->rc)
        r->rc = gap_reader_open(&s.reader, &s.scale);
    if (!r->rc) {
        r->steal_known = steal_of(q->unit, &before);
        r->rc = sample(&s);
        r->steal_known = steal_of(q->unit, &after) && r->steal_known;
        r->steal_ns = r->steal_known && after > before ? after - before : 0;
    }
    gap_reader_close(s.reader);
    return r->rc;
}

struct job {
    struct gap_request q;
    struct gap_report *r;
    pthread_t thread;
};

static void *run_job(void *arg)
{
    struct job *j = arg;
    gap_sample(&j->q, j->r);
    return NULL;
}

int gap_sample_units(const int *units, unsigned n, uint64_t duration_ns, struct gap_report *r, struct err *e)
{
    struct job *jobs = calloc(n, sizeof *jobs);
    unsigned made = 0;
    int rc = jobs ? 0 : ENOMEM;
    while (!rc && made < n) {
        jobs[made] = (struct job){{.unit = units[made], .duration_ns = duration_ns}, &r[made], 0};
        rc = pthread_create(&jobs[made].thread, NULL, run_job, &jobs[made]);
        made += rc == 0;
    }
    for (unsigned i = 0; i < made; i++)
        pthread_join(jobs[i].thread, NULL);
    free(jobs);
    return rc ? err_call(e, rc, "pthread_create", "a thread to watch for gaps can't be made") : 0;
}

enum gap_cause gap_top_cause(const struct gap_report *r)
{
    enum gap_cause top = GAP_CAUSES;
    for (unsigned i = 0; i < GAP_CAUSES; i++)
        if (r->by[i].gaps && (top == GAP_CAUSES || r->by[i].lost_ns > r->by[top].lost_ns))
            top = (enum gap_cause)i;
    return top;
}

void gap_report_add(struct gap_report *r, const struct gap_report *more)
{
    r->sampled_ns += more->sampled_ns;
    r->reading_ns += more->reading_ns;
    r->readings += more->readings;
    r->gaps += more->gaps;
    r->lost_ns += more->lost_ns;
    r->have &= more->have;
    r->steal_known &= more->steal_known;
    r->steal_ns += more->steal_ns;
    if (more->largest_ns > r->largest_ns) {
        r->largest_ns = more->largest_ns;
        r->largest_cause = more->largest_cause;
    }
    for (unsigned i = 0; i < GAP_CAUSES; i++) {
        r->by[i].gaps += more->by[i].gaps;
        r->by[i].lost_ns += more->by[i].lost_ns;
    }
}
