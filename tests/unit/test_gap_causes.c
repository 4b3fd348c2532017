/* SPDX-License-Identifier: MIT */
/*
 * Each cause of a gap made for real beside a sampler, which must name it as the top cause of at least 95 % of the gaps
 * that were made. What was made is known from the injector's own notes, not from the counters; other gaps of a busy
 * machine are left out. Where this process may, the sampler runs before ordinary tasks, so that foreign load is no gap.
 */
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

enum { GAPS_MOST = 20000, MADE_MOST = 20000, TIMERS = 400, TIMERS_LEAST = 100, PAGES = 96, FAULTS = 400, KICKS = 300 };

#define MOMENT_NS NS_PER_US
#define KICK_MOST_NS (5 * GAP_LEAST_NS) /* moving a thread takes 10 to 50 us */
#define PERIOD_NS (20 * NS_PER_MS)      /* of the quota, of which the sampler has a quarter */

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

/* The share of made gaps that were given `cause`. */
static void judge(struct scene *s, enum gap_cause cause)
{
    unsigned by[GAP_CAUSES] = {0}, n = 0;
    uint64_t most = longest_made(s);
    for (unsigned i = 0; i < s->n_seen; i++) {
        bool of_it = s->seen[i].ns <= most && is_made(s, i);
        n += of_it;
        by[s->seen[i].cause] += of_it;
    }
    print_message("[          ] %s: %u of %u made gaps (%u gaps seen in all)", gap_cause_names[cause], by[cause], n,
                  s->n_seen);
    for (unsigned i = 0; i < GAP_CAUSES; i++)
        if (by[i] && i != cause)
            print_message(", %u %s", by[i], gap_cause_names[i]);
    print_message("\n");
    assert_true(s->sound);
    assert_true(n >= 20);
    assert_true(100 * by[cause] >= 95 * n);
    munmap(s, sizeof *s);
}

/* --- load: a process that spins on the sampler's unit now and then, and notes when it ran --- */

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
    judge(s, GAP_PREEMPTION);
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
    judge(s, GAP_INTERRUPTS);
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
    judge(s, GAP_FAULTS);
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
    judge(s, GAP_MIGRATION);
}

/* --- quota: a group that may run for a quarter of each period --- */

static bool put(const char *group, const char *file, const char *text)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", group, file);
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    bool good = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
    if (fd >= 0)
        close(fd);
    return good;
}

/* Made with the largest weight there is, so that foreign load takes next to nothing of its quarter. */
static bool make_group(char *group, size_t n)
{
    snprintf(group, n, "/sys/fs/cgroup/cpu/contend-gaps-%d", (int)getpid());
    if (mkdir(group, 0755) == 0) {
        put(group, "cpu.shares", "262144");
        return put(group, "cpu.cfs_period_us", "20000") && put(group, "cpu.cfs_quota_us", "5000");
    }
    snprintf(group, n, "/sys/fs/cgroup/contend-gaps-%d", (int)getpid());
    if (mkdir(group, 0755))
        return false;
    put(group, "cpu.weight", "10000");
    return put(group, "cpu.max", "5000 20000");
}

/* Outside of the group and spinning: it gets the unit for longer than a slice only while the group is stopped. */
static void witness(struct scene *s)
{
    pin_self(s->unit);
    note_running(s, UINT64_MAX, NS_PER_MS, PERIOD_NS / 4);
    _exit(0);
}

static void sample_in_group(struct scene *s, const char *group)
{
    if (!put(group, "cgroup.procs", "0"))
        s->sound = false;
    else
        sample(s, NULL);
    atomic_store(&s->stop, 1);
    _exit(0);
}

static void test_quota(void **state)
{
    (void)state;
    struct scene *s = scene_new();
    char group[128];
    if (!make_group(group, sizeof group)) {
        rmdir(group);
        print_message("[          ] skipped: no control group with a quota can be made here\n");
        skip();
    }
    s->duration_ns = 150 * PERIOD_NS;
    pid_t sampler = fork();
    assert_true(sampler >= 0);
    if (sampler == 0)
        sample_in_group(s, group);
    pid_t beside = fork();
    assert_true(beside >= 0);
    if (beside == 0)
        witness(s);
    assert_int_equal(waitpid(sampler, NULL, 0), sampler);
    assert_int_equal(waitpid(beside, NULL, 0), beside);
    rmdir(group);
    judge(s, GAP_THROTTLING);
}

/* Two of these at once would keep each other from running: the second waits for the end of the first. */
static int alone(void **state)
{
    (void)state;
    int fd = open("/tmp/contend-test-gap-causes.lock", O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    return fd >= 0 && flock(fd, LOCK_EX) ? -1 : 0; /* another user's file: then without */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_load),      cmocka_unit_test(test_interrupts), cmocka_unit_test(test_faults),
        cmocka_unit_test(test_migration), cmocka_unit_test(test_quota),
    };
    return cmocka_run_group_tests(tests, alone, NULL);
}
