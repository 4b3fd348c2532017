/* SPDX-License-Identifier: MIT */
/*
 * What the tests of a gap's cause share: a scene in which one cause is made for real beside a sampler. What was made is
 * known from the injector's own notes, not from the counters; other gaps of a busy machine are left out. Where this
 * process may, the sampler runs before ordinary tasks, so that foreign load is no gap.
 */
#ifndef CONTEND_TESTS_UNIT_GAP_SCENE_H
#define CONTEND_TESTS_UNIT_GAP_SCENE_H

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "harness/base/base.h"
#include "harness/machine/gaps.h"
#include "harness/machine/machine.h"
#include "harness/measure/clock.h"

enum { GAPS_MOST = 20000, MADE_MOST = 20000, MADE_LEAST = 20 };

#define MOMENT_NS NS_PER_US

struct stretch {
    uint64_t begin_ns, end_ns;
};

/* Shared with forked injectors, so all of it lies in one mapping. */
struct scene {
    int unit, other; /* of the sampler; another one, -1: there is none */
    int priority;    /* of the sampler: 0 ordinary, else SCHED_FIFO */
    uint64_t duration_ns;
    _Atomic unsigned ready, stop;
    _Atomic int tid; /* of the sampler's thread */
    bool sound;      /* the sampler ended in order, and its report agrees with the gaps it showed */
    unsigned n_made, n_seen;
    struct stretch made[MADE_MOST];
    struct {
        struct stretch at;
        uint64_t ns;
        enum gap_cause cause;
    } seen[GAPS_MOST];
    char *pages; /* faults: fresh memory and the time of the next touch */
    uint64_t next_ns;
};

static struct scene *scene_new(void)
{
    int units[2];
    unsigned n = pin_allowed(units, 2);
    struct scene *s = mmap(NULL, sizeof *s, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(s != MAP_FAILED && n > 0);
    memset(s, 1, sizeof *s); /* no page faults later */
    memset(s, 0, sizeof *s);
    s->unit = units[0];
    s->other = n > 1 ? units[1] : -1;
    s->duration_ns = 800 * NS_PER_MS;
    return s;
}

static void note_gap(const struct gap *g, void *arg)
{
    struct scene *s = arg;
    if (s->n_seen == GAPS_MOST)
        return;
    s->seen[s->n_seen].at = (struct stretch){g->begin_ns, g->end_ns};
    s->seen[s->n_seen].ns = g->ns;
    s->seen[s->n_seen++].cause = g->cause;
}

static void made(struct scene *s, uint64_t begin, uint64_t end)
{
    if (s->n_made < MADE_MOST)
        s->made[s->n_made++] = (struct stretch){begin, end};
}

static bool first(int priority)
{
    return sched_setscheduler(0, SCHED_FIFO, &(struct sched_param){.sched_priority = priority}) == 0;
}

static void sample(struct scene *s, void (*work)(void *))
{
    struct gap_report r;
    if (s->priority && !first(s->priority))
        print_message("[          ] as an ordinary task: SCHED_FIFO is not allowed here\n");
    atomic_store(&s->tid, (int)syscall(SYS_gettid));
    atomic_store(&s->ready, 1);
    int rc = gap_sample(&(struct gap_request){s->unit, s->duration_ns, NULL, work, note_gap, s}, &r);
    s->sound = rc == 0 && r.gaps == s->n_seen && r.sampled_ns + r.reading_ns >= s->duration_ns;
    atomic_store(&s->stop, 1);
}

/* Was this gap made? When at least half of it lies in what was made, or when it holds one of these moments. */
static bool is_made(const struct scene *s, unsigned i)
{
    struct stretch g = s->seen[i].at;
    uint64_t inside = 0;
    bool moment = false;
    for (unsigned k = 0; k < s->n_made && s->made[k].begin_ns < g.end_ns; k++) {
        uint64_t from = s->made[k].begin_ns > g.begin_ns ? s->made[k].begin_ns : g.begin_ns;
        uint64_t to = s->made[k].end_ns < g.end_ns ? s->made[k].end_ns : g.end_ns;
        inside += to > from ? to - from : 0;
        moment |= to > from && s->made[k].end_ns - s->made[k].begin_ns == MOMENT_NS;
    }
    return moment || 2 * inside >= s->seen[i].ns;
}

static int by_length(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

/* What is longer was for the most part made by something else, which came on top: four times the usual made gap. */
static uint64_t longest_made(const struct scene *s)
{
    uint64_t *ns = malloc((s->n_seen + 1) * sizeof *ns);
    unsigned n = 0;
    assert_non_null(ns);
    for (unsigned i = 0; i < s->n_seen; i++)
        if (is_made(s, i))
            ns[n++] = s->seen[i].ns;
    qsort(ns, n, sizeof *ns, by_length);
    uint64_t most = n ? 4 * ns[n / 2] : 0;
    free(ns);
    return most;
}

/* Of made gaps, all scenes of a test together. */
struct verdicts {
    unsigned unsound, made, seen, by[GAP_CAUSES]; /* unsound: scenes */
};

/* Adds a scene, which is gone then. */
static void add_scene(struct verdicts *v, struct scene *s)
{
    uint64_t most = longest_made(s);
    for (unsigned i = 0; i < s->n_seen; i++) {
        bool of_it = s->seen[i].ns <= most && is_made(s, i);
        v->made += of_it;
        v->by[s->seen[i].cause] += of_it;
    }
    v->unsound += !s->sound;
    v->seen += s->n_seen;
    munmap(s, sizeof *s);
}

/* `cause` was the top cause of at least 95 % of the gaps that were made. */
static void judge(const struct verdicts *v, enum gap_cause cause)
{
    print_message("[          ] %s: %u of %u made gaps (%u gaps seen in all)", gap_cause_names[cause], v->by[cause],
                  v->made, v->seen);
    for (unsigned i = 0; i < GAP_CAUSES; i++)
        if (v->by[i] && i != cause)
            print_message(", %u %s", v->by[i], gap_cause_names[i]);
    print_message("\n");
    assert_int_equal(v->unsound, 0);
    assert_true(v->made >= MADE_LEAST);
    assert_true(100 * v->by[cause] >= 95 * v->made);
}

/* Spins until then or until the end, and notes each stretch of at least `least_ns` in which it ran without a pause of
 * `pause_ns`, as its own clock tells: what stopped it (the host, somebody else) was not made here. */
static void note_running(struct scene *s, uint64_t until, uint64_t pause_ns, uint64_t least_ns)
{
    uint64_t begin = now_ns(), last = begin;
    while (last < until && !atomic_load(&s->stop)) {
        uint64_t now = now_ns();
        if (now - last > pause_ns) { /* it did not run here */
            if (last - begin >= least_ns)
                made(s, begin, last);
            begin = now;
        }
        last = now;
    }
    if (last - begin >= least_ns)
        made(s, begin, last);
}

/* Two of these at once would keep each other from running: the second waits for the end of the first. */
static int alone(void **state)
{
    (void)state;
    int fd = open("/tmp/contend-test-gap-causes.lock", O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    return fd >= 0 && flock(fd, LOCK_EX) ? -1 : 0; /* another user's file: then without */
}

#endif
