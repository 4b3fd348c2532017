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
#define REST_NS (700 * NS_PER_US)  /* from one made gap to the next, at least */
#define REST_MORE 1000003          /* up to so many ns more: else they would keep step with the tick, and with slices */
#define HOLD_NS (3 * GAP_LEAST_NS) /* how long a moved sampler has to wait, as where others work */

/* What a gap takes is chosen so that it lasts that long undisturbed, as the least of so many tries tells. */
#define MADE_NS (2 * GAP_LEAST_NS)

enum { TRIES = 5, TIMERS_LEAST = 100, TIMERS_MOST = 6400, PAGES_LEAST = 16, PAGES_MOST = 8192 };

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static void sleep_until(uint64_t at)
{
    struct timespec t = {(time_t)(at / NS_PER_S), (long)(at % NS_PER_S)};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) == EINTR)
        ;
}

/* Another one each time. */
static uint64_t rest_ns(const struct gap_scene *s)
{
    return REST_NS + s->n_made * UINT64_C(618034) % REST_MORE;
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
    .helpers = {spin},
};

/* --- interrupts: many timers that expire on the sampler's CPU at one moment --- */

/* As many as are allowed. */
static unsigned make_timers(int *fds)
{
    struct rlimit r;
    unsigned n = 0;
    getrlimit(RLIMIT_NOFILE, &r);
    r.rlim_cur = r.rlim_max;
    setrlimit(RLIMIT_NOFILE, &r);
    while (n < TIMERS_MOST && (fds[n] = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC)) >= 0)
        n++;
    return n;
}

/* When all of them expire, far enough in the future to set them until then. */
static uint64_t arm(const int *fds, unsigned n, uint64_t *arming_ns)
{
    uint64_t begin = now_ns(), at = begin + 3 * NS_PER_MS + 2 * *arming_ns;
    struct itimerspec t = {.it_value = {(time_t)(at / NS_PER_S), (long)(at % NS_PER_S)}};
    for (unsigned i = 0; i < n; i++)
        timerfd_settime(fds[i], TFD_TIMER_ABSTIME, &t, NULL);
    *arming_ns = now_ns() - begin;
    return at;
}

/* How long they stop whoever has the CPU, and how late (many machines below a hypervisor are): seen by this process,
 * which spins meanwhile. */
static uint64_t expiry_ns(const int *fds, unsigned n, uint64_t *arming_ns, uint64_t *late_ns)
{
    uint64_t shortest = UINT64_MAX;
    *late_ns = UINT64_MAX;
    for (unsigned i = 0; i < TRIES; i++) {
        uint64_t at = arm(fds, n, arming_ns), last = now_ns(), longest = 0, late = 0;
        while (last < at + NS_PER_MS) {
            uint64_t now = now_ns();
            if (now > at && now - last > longest) {
                longest = now - last;
                late = last > at ? last - at : 0;
            }
            last = now;
        }
        shortest = least(shortest, longest);
        *late_ns = least(*late_ns, late);
    }
    return shortest;
}

static void choose_timers(struct gap_scene *s, const int *fds, unsigned n, uint64_t *arming_ns)
{
    s->size = TIMERS_LEAST;
    while (expiry_ns(fds, s->size, arming_ns, &s->late_ns) < MADE_NS && s->size < n)
        s->size = (unsigned)least(2 * s->size, n);
}

static void arm_and_wait(struct gap_scene *s)
{
    static int fds[TIMERS_MOST];
    unsigned n = make_timers(fds);
    uint64_t arming_ns = 2 * NS_PER_MS;
    if (n < TIMERS_LEAST) {
        atomic_store(&s->descriptors, n + !n);
        return;
    }
    pin_self(s->cpu); /* a timer expires where it was set */
    if (!s->size)
        choose_timers(s, fds, n, &arming_ns);
    s->size = (unsigned)least(s->size, n);
    while (!atomic_load(&s->stop)) {
        uint64_t at = arm(fds, s->size, &arming_ns);
        bool in_time = now_ns() + NS_PER_MS < at;
        sleep_until(at + 2 * NS_PER_MS);
        if (in_time) /* all expire while the sampler runs */
            scene_made(s, (struct gap_stretch){at, at + s->late_ns + GAP_LEAST_NS, true});
    }
}

const struct gap_scene_kind gap_scene_interrupts = {
    .cause = GAP_INTERRUPTS,
    .needs = 1u << GAP_READ_INTERRUPTS | 1u << GAP_READ_SOFTIRQS,
    .duration_ns = SCENE_NS,
    .longest_ns = NS_PER_MS, /* whoever has the CPU when they expire, is not stopped by them for as long as a slice */
    .size_most = TIMERS_MOST,
    .what = "timers expire on the sampler's CPU at one moment, how many:",
    .helpers = {arm_and_wait},
};

/* --- page faults: the sampler's own work touches fresh memory now and then --- */

static void touch_all(const struct gap_scene *s)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    madvise(s->pages, s->size * page, MADV_DONTNEED); /* what was touched before is fresh again */
    for (size_t i = 0; i < s->size; i++)
        *(volatile char *)(s->pages + i * page) = 1;
}

static void touch(void *arg)
{
    struct gap_scene *s = arg;
    uint64_t begin = now_ns();
    if (begin < s->next_ns)
        return;
    touch_all(s);
    scene_made(s, (struct gap_stretch){begin, now_ns(), false});
    s->next_ns = now_ns() + rest_ns(s);
}

static void choose_pages(struct gap_scene *s)
{
    uint64_t shortest = 0;
    for (s->size = PAGES_LEAST / 2; shortest < MADE_NS && s->size < PAGES_MOST;) {
        s->size *= 2;
        shortest = UINT64_MAX;
        for (unsigned i = 0; i < TRIES; i++) {
            uint64_t begin = now_ns();
            touch_all(s);
            shortest = least(shortest, now_ns() - begin);
        }
    }
}

static void sample_touching(struct gap_scene *s)
{
    size_t bytes = PAGES_MOST * (size_t)sysconf(_SC_PAGESIZE);
    char *m = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (m == MAP_FAILED) {
        s->rc = -errno;
        return;
    }
    madvise(m, bytes, MADV_NOHUGEPAGE);
    memset(s->made, 0, sizeof s->made); /* these faults come now */
    s->pages = m;
    if (!s->size)
        choose_pages(s);
    s->next_ns = now_ns() + 20 * NS_PER_MS;
    scene_sample(s, touch);
    munmap(m, bytes);
}

const struct gap_scene_kind gap_scene_faults = {
    .cause = GAP_FAULTS,
    .duration_ns = SCENE_NS,
    .size_most = PAGES_MOST,
    .what = "the sampler's own work touches fresh pages at once, how many:",
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
            scene_made(s, (struct gap_stretch){moved, moved + 1, true});
        atomic_store(&s->hold_until_ns, moved + HOLD_NS);
        sleep_until(moved + HOLD_NS + rest_ns(s));
    }
    sem_post(&s->wake);
}

const struct gap_scene_kind gap_scene_migration = {
    .cause = GAP_MIGRATION,
    .two_cpus = true,
    .duration_ns = SCENE_NS,
    .what = "somebody moves the sampler's thread to another CPU, which is busy",
    .helpers = {hold, kick},
};
