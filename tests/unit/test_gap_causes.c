/* SPDX-License-Identifier: MIT */
/*
 * Each cause of a gap made for real beside a sampler, which must name it as the top cause of at least 95 % of the gaps
 * that were made. The quota has a test of its own.
 */
#include "tests/unit/gap_scene.h"

enum { TIMERS = 400, TIMERS_LEAST = 100, PAGES = 96, FAULTS = 400, KICKS = 300 };

#define KICK_MOST_NS (5 * GAP_LEAST_NS) /* moving a thread takes 10 to 50 us */

static void *sampler(void *arg)
{
    sample(arg, NULL);
    return NULL;
}

/* A sampler in this process beside a child that injects; the child's status. */
static int sample_beside(struct scene *s, void (*inject)(struct scene *))
{
    pthread_t thread;
    int status;
    s->priority = 1;
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        while (!atomic_load(&s->ready))
            usleep(1000);
        usleep(20000); /* it first finds out how long a quantum takes */
        inject(s);
    }
    assert_int_equal(pthread_create(&thread, NULL, sampler, s), 0);
    pthread_join(thread, NULL);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return status;
}

static void judge_scene(struct scene *s, enum gap_cause cause)
{
    struct verdicts v = {0};
    add_scene(&v, s);
    judge(&v, cause);
}

/* --- load: a process that spins on the sampler's unit now and then, and notes when it ran --- */

static void spin(struct scene *s)
{
    first(s->priority + 1); /* where that is allowed: it runs when it wakes, however crowded the unit is */
    pin_self(s->unit);
    while (!atomic_load(&s->stop)) {
        note_running(s, now_ns() + 2 * NS_PER_MS, GAP_LEAST_NS / 2, 0);
        usleep(3000);
    }
    _exit(0);
}

static void test_load(void **state)
{
    (void)state;
    struct scene *s = scene_new();
    sample_beside(s, spin);
    judge_scene(s, GAP_PREEMPTION);
}

/* --- interrupts: hundreds of timers that expire on the sampler's unit at one moment --- */

static unsigned make_timers(int *fds)
{
    struct rlimit r;
    unsigned n = 0;
    getrlimit(RLIMIT_NOFILE, &r);
    r.rlim_cur = r.rlim_max;
    setrlimit(RLIMIT_NOFILE, &r);
    while (n < TIMERS && (fds[n] = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC)) >= 0)
        n++;
    return n;
}

static void arm_and_wait(struct scene *s)
{
    int fds[TIMERS];
    unsigned n = make_timers(fds);
    first(s->priority + 1); /* before it is on the sampler's unit, where it would never run again */
    pin_self(s->unit);
    while (!atomic_load(&s->stop) && n >= TIMERS_LEAST) {
        uint64_t at = now_ns() + 4 * NS_PER_MS;
        struct itimerspec t = {.it_value = {(time_t)(at / NS_PER_S), (long)(at % NS_PER_S)}};
        for (unsigned i = 0; i < n; i++)
            timerfd_settime(fds[i], TFD_TIMER_ABSTIME, &t, NULL);
        bool in_time = now_ns() + NS_PER_MS < at;
        uint64_t wake = at + 2 * NS_PER_MS;
        struct timespec later = {(time_t)(wake / NS_PER_S), (long)(wake % NS_PER_S)};
        while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &later, NULL) == EINTR)
            continue;
        if (in_time) /* all expire while the sampler runs */
            made(s, at, at + MOMENT_NS);
    }
    _exit(n >= TIMERS_LEAST ? 0 : 77);
}

static void test_interrupts(void **state)
{
    (void)state;
    struct scene *s = scene_new();
    int status = sample_beside(s, arm_and_wait);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 77) {
        print_message("[          ] skipped: fewer than %d descriptors are allowed\n", TIMERS_LEAST);
        skip();
    }
    judge_scene(s, GAP_INTERRUPTS);
}

/* --- page faults: the sampler's own work touches fresh memory now and then --- */

static void touch(void *arg)
{
    struct scene *s = arg;
    uint64_t begin = now_ns();
    if (begin < s->next_ns || s->n_made == FAULTS)
        return;
    for (unsigned i = 0; i < PAGES; i++, s->pages += 4096)
        *(volatile char *)s->pages = 1;
    made(s, begin, now_ns());
    s->next_ns = now_ns() + NS_PER_MS;
}

static void *toucher(void *arg)
{
    sample(arg, touch);
    return NULL;
}

static void test_faults(void **state)
{
    (void)state;
    struct scene *s = scene_new();
    size_t bytes = (size_t)FAULTS * PAGES * 4096;
    pthread_t thread;
    if (sysconf(_SC_PAGESIZE) != 4096)
        skip(); /* the counts above are for pages of 4 KiB */
    char *m = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    assert_true(m != MAP_FAILED);
    madvise(m, bytes, MADV_NOHUGEPAGE);
    s->pages = m;
    s->priority = 1;
    s->next_ns = now_ns() + 50 * NS_PER_MS;
    assert_int_equal(pthread_create(&thread, NULL, toucher, s), 0);
    pthread_join(thread, NULL);
    munmap(m, bytes);
    judge_scene(s, GAP_FAULTS);
}

/* --- migration: somebody moves the sampler's thread to another unit; it goes back by itself --- */

static void kick(struct scene *s)
{
    cpu_set_t there;
    CPU_ZERO(&there);
    CPU_SET((size_t)s->other, &there);
    first(s->priority + 1);
    pin_self(s->other);
    while (!atomic_load(&s->stop) && s->n_made < KICKS) {
        uint64_t begin = now_ns(), last = begin;
        bool ran = true; /* all the time: else the sampler's gap may be the host's, which stopped both */
        int rc = sched_setaffinity(atomic_load(&s->tid), sizeof there, &there);
        uint64_t end = now_ns() + 3 * GAP_LEAST_NS; /* it has to wait there for so long, as where others work */
        while (last < end) {
            uint64_t now = now_ns();
            ran &= now - last < KICK_MOST_NS;
            last = now;
        }
        if (!rc && ran)
            made(s, begin, end);
        usleep(1500);
    }
    _exit(0);
}

static void test_migration(void **state)
{
    (void)state;
    struct scene *s = scene_new();
    if (s->other < 0) {
        print_message("[          ] skipped: there is only one allowed unit to be moved between\n");
        skip();
    }
    sample_beside(s, kick);
    judge_scene(s, GAP_MIGRATION);
}
int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_load),
        cmocka_unit_test(test_interrupts),
        cmocka_unit_test(test_faults),
        cmocka_unit_test(test_migration),
    };
    return cmocka_run_group_tests(tests, alone, NULL);
}
