/* SPDX-License-Identifier: MIT */
/*
 * The scenes of four causes: a process that takes the sampler's CPU, timers that expire together, pages touched for
 * the first time, and a thread that is moved to another CPU. How much of each makes a gap depends on the machine, so
 * it is estimated before and raised where too few gaps came of it. The quota has a file of its own.
 */
#include "harness/verify/gap_scene.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "harness/machine/machine.h"
#include "harness/measure/clock.h"

#define SCENE_NS (600 * NS_PER_MS)
#define REST_NS NS_PER_MS          /* from one made gap to the next, at least */
#define HOLD_NS (3 * GAP_LEAST_NS) /* how long a moved sampler has to wait, as where others work */

enum {
    TIMERS = 400,
    TIMERS_LEAST = 100,
    TIMERS_MOST = 6400,
    OTHER_DESCRIPTORS = 64,
    PAGES_LEAST = 32,
    PAGES_MOST = 8192,
};

static void sleep_until(uint64_t at)
{
    struct timespec t = {(time_t)(at / NS_PER_S), (long)(at % NS_PER_S)};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) == EINTR)
        ;
}

/* --- load: a process that spins on the sampler's CPU now and then, and notes when it ran --- */

static void spin(struct gap_scene *s)
{
    pin_self(s->cpu);
    while (!atomic_load(&s->stop)) {
        scene_note_running(s, now_ns() + 2 * NS_PER_MS, GAP_LEAST_NS / 2, 0);
        sleep_until(now_ns() + 3 * NS_PER_MS);
    }
}

const struct gap_scene_kind gap_scene_load = {
    .cause = GAP_PREEMPTION,
    .duration_ns = SCENE_NS,
    .what = "a process spins on the sampler's CPU for 2 of every 5 ms",
    .beside = {spin},
};

/* --- interrupts: many timers that expire on the sampler's CPU at one moment --- */

static unsigned make_timers(int *fds, unsigned wanted)
{
    struct rlimit r;
    unsigned n = 0;
    getrlimit(RLIMIT_NOFILE, &r);
    r.rlim_cur = r.rlim_max;
    setrlimit(RLIMIT_NOFILE, &r);
    while (n < wanted && (fds[n] = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC)) >= 0)
        n++;
    return n;
}

static void arm_and_wait(struct gap_scene *s)
{
    static int fds[TIMERS_MOST];
    unsigned n = make_timers(fds, s->size);
    uint64_t arming_ns = n * NS_PER_US; /* how long it takes to set them all */
    if (n < TIMERS_LEAST)
        atomic_store(&s->descriptors, n + !n);
    pin_self(s->cpu); /* a timer expires where it was set */
    while (!atomic_load(&s->stop) && n >= TIMERS_LEAST) {
        uint64_t begin = now_ns(), at = begin + 3 * NS_PER_MS + 2 * arming_ns;
        struct itimerspec t = {.it_value = {(time_t)(at / NS_PER_S), (long)(at % NS_PER_S)}};
        for (unsigned i = 0; i < n; i++)
            timerfd_settime(fds[i], TFD_TIMER_ABSTIME, &t, NULL);
        uint64_t armed = now_ns();
        arming_ns = armed - begin;
        sleep_until(at + 2 * NS_PER_MS);
        if (armed + NS_PER_MS < at) /* all expire while the sampler runs */
            scene_made(s, at, at);
    }
}

const struct gap_scene_kind gap_scene_interrupts = {
    .cause = GAP_INTERRUPTS,
    .needs = 1u << GAP_READ_INTERRUPTS | 1u << GAP_READ_SOFTIRQS,
    .duration_ns = SCENE_NS,
    .longest_ns = NS_PER_MS, /* whoever has the CPU when they expire, is not stopped by them for as long as a slice */
    .size = TIMERS,
    .size_most = TIMERS_MOST,
    .what = "hundreds of timers expire on the sampler's CPU at one moment",
    .beside = {arm_and_wait},
};

/* --- page faults: the sampler's own work touches fresh memory now and then --- */

static void touch(void *arg)
{
    struct gap_scene *s = arg;
    uint64_t begin = now_ns();
    if (begin < s->next_ns)
        return;
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    madvise(s->pages, s->size * page, MADV_DONTNEED); /* what was touched before is fresh again */
    for (size_t i = 0; i < s->size; i++)
        *(volatile char *)(s->pages + i * page) = 1;
    scene_made(s, begin, now_ns());
    s->next_ns = now_ns() + REST_NS;
}

static void sample_touching(struct gap_scene *s)
{
    size_t bytes = s->size * (size_t)sysconf(_SC_PAGESIZE);
    char *m = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (m == MAP_FAILED) {
        s->rc = -errno;
        return;
    }
    madvise(m, bytes, MADV_NOHUGEPAGE);
    memset(s->made, 0, sizeof s->made); /* these faults come now */
    s->pages = m;
    s->next_ns = now_ns() + 20 * NS_PER_MS;
    scene_sample(s, touch);
    munmap(m, bytes);
}

/* So many pages that their faults take three times as long as the shortest gap. */
static bool choose_pages(struct gap_scene *s, char *why, size_t n)
{
    struct gap_reader *r;
    struct gap_scale scale;
    int rc = gap_reader_open(&r, &scale);
    if (rc) {
        snprintf(why, n, "what a page fault costs can't be measured: %s", strerror(-rc));
        return false;
    }
    gap_reader_close(r);
    uint64_t pages = scale.fault_ns ? 3 * GAP_LEAST_NS / scale.fault_ns : PAGES_MOST;
    s->size = pages < PAGES_LEAST ? PAGES_LEAST : pages > PAGES_MOST ? PAGES_MOST : (unsigned)pages;
    return true;
}

const struct gap_scene_kind gap_scene_faults = {
    .cause = GAP_FAULTS,
    .duration_ns = SCENE_NS,
    .size_most = PAGES_MOST,
    .what = "the sampler's own work touches fresh pages",
    .prepare = choose_pages,
    .sampler = sample_touching,
};

/* --- migration: somebody moves the sampler's thread to another CPU; it goes back by itself --- */

/* Keeps the other CPU busy around each move, so that the moved thread can't go on there at once: a move alone may take
 * less than a gap. */
static void hold(struct gap_scene *s)
{
    pin_self(s->other);
    while (!atomic_load(&s->stop)) {
        struct timespec soon;
        clock_gettime(CLOCK_REALTIME, &soon);
        soon.tv_sec++;
        if (sem_timedwait(&s->wake, &soon) == 0)
            while (now_ns() < atomic_load(&s->hold_until_ns) && !atomic_load(&s->stop))
                ;
    }
}

/* true if the thread may run on the other CPU alone, so it was moved and has not gone back. */
static bool still_there(int tid, const cpu_set_t *there)
{
    cpu_set_t now;
    CPU_ZERO(&now);
    return sched_getaffinity(tid, sizeof now, &now) == 0 && CPU_EQUAL(&now, there);
}

static void kick(struct gap_scene *s)
{
    int tid = atomic_load(&s->tid);
    cpu_set_t there;
    CPU_ZERO(&there);
    CPU_SET((size_t)s->other, &there);
    scene_first(s, 2); /* the one who keeps the CPU busy begins when this one waits for the move */
    pin_self(s->other);
    while (!atomic_load(&s->stop)) {
        atomic_store(&s->hold_until_ns, now_ns() + 5 * NS_PER_MS);
        sem_post(&s->wake);
        int rc = sched_setaffinity(tid, sizeof there, &there);
        uint64_t moved = now_ns();
        if (rc == 0 && still_there(tid, &there)) /* a gap that holds this moment is that of the move */
            scene_made(s, moved, moved);
        atomic_store(&s->hold_until_ns, moved + HOLD_NS);
        sleep_until(moved + HOLD_NS + REST_NS);
    }
    sem_post(&s->wake);
}

const struct gap_scene_kind gap_scene_migration = {
    .cause = GAP_MIGRATION,
    .two_cpus = true,
    .duration_ns = SCENE_NS,
    .what = "somebody moves the sampler's thread to another CPU, which is busy",
    .beside = {hold, kick},
};
