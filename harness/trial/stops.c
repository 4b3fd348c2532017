/* SPDX-License-Identifier: MIT */
/* Stops of a trial, by the keeper's looks at the clock and by what parents are told; see stops.h. */
#include "harness/trial/stops.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "harness/base/base.h"
#include "harness/measure/clock.h"

#define PERIOD_NS (100 * NS_PER_MS) /* a look takes some 10 us of a CPU: 0.01 % of one */
/* Unexplained lateness below it is no stop: a busy host or interrupts make a timer some ms late. */
#define LATE_NS (50 * NS_PER_MS)
#define SUSPENDED_NS NS_PER_MS /* two clocks are read one after the other */
enum { SETTLE_MS = 200 };

uint64_t stop_of_lateness(uint64_t late_ns, uint64_t waited_ns, uint64_t throttled_ns)
{
    uint64_t explained = waited_ns + throttled_ns;
    return late_ns > explained && late_ns - explained > LATE_NS ? late_ns - explained : 0;
}

/* --- the trial's side --- */

static uint64_t suspended_ns(void)
{
    struct timespec boot;
    uint64_t monotonic = now_ns();
    if (clock_gettime(CLOCK_BOOTTIME, &boot))
        return 0;
    uint64_t ns = (uint64_t)boot.tv_sec * NS_PER_S + (uint64_t)boot.tv_nsec;
    return ns > monotonic ? ns - monotonic : 0;
}

void stops_mark(struct stop_note *n, struct stop_mark *m)
{
    *m = (struct stop_mark){.suspended_ns = suspended_ns()};
    if (!n)
        return;
    m->keeper_ns = atomic_load(&n->stopped_ns);
    m->workers_ns = atomic_load(&n->workers.total_ns);
}

/* Keeper and dispatcher both see a stop of the whole tree: the longer counts. */
static uint64_t longer(struct stop_note *n, uint64_t keeper_before, uint64_t workers_before)
{
    uint64_t keeper = atomic_load(&n->stopped_ns) - keeper_before;
    uint64_t workers = atomic_load(&n->workers.total_ns) - workers_before;
    return keeper > workers ? keeper : workers;
}

/* After a freeze the trial may have ended before the keeper had its turn. */
static void await_look(const struct stop_note *n)
{
    const struct timespec ms = {.tv_nsec = (long)NS_PER_MS};
    uint64_t asked = now_ns();
    if (!atomic_load(&n->looked_ns) || asked <= atomic_load(&n->looked_ns) + PERIOD_NS + LATE_NS)
        return;
    for (int i = 0; i < SETTLE_MS && atomic_load(&n->looked_ns) < asked; i++)
        nanosleep(&ms, NULL);
}

struct metric stops_since(struct stop_note *n, const struct stop_mark *m)
{
    if (!n)
        return (struct metric){.why = "the trial has no keeper that would see it"};
    await_look(n);
    uint64_t suspended = suspended_ns();
    suspended = suspended > m->suspended_ns + SUSPENDED_NS ? suspended - m->suspended_ns : 0;
    uint64_t all = longer(n, m->keeper_ns, m->workers_ns) + suspended;
    if (!all && !atomic_load(&n->looked_ns))
        return (struct metric){.why = "the trial has no keeper that would see it"};
    if (!all && atomic_load(&n->blind))
        return (struct metric){.why = "/proc/PID/schedstat is absent: a late timer can't be told from a stop"};
    return (struct metric){.value = (int64_t)all};
}

/* --- the keeper's side --- */

static uint64_t waited(const struct stops *s)
{
    char buf[128];
    unsigned long long run, wait;
    ssize_t got = s->schedstat_fd < 0 ? -1 : pread(s->schedstat_fd, buf, sizeof buf - 1, 0);
    buf[got > 0 ? got : 0] = 0;
    return sscanf(buf, "%llu %llu", &run, &wait) == 2 ? wait : 0;
}

static uint64_t throttled(const struct stops *s)
{
    uint64_t ns = 0;
    return cgroup_stops_read(&s->groups, &ns) ? ns : 0;
}

static void next(struct stops *s, uint64_t now, uint64_t wait_ns, uint64_t throttled_ns)
{
    s->due_ns = now + PERIOD_NS;
    s->wait_ns = wait_ns;
    s->throttled_ns = throttled_ns;
    atomic_store(&s->note->looked_ns, now);
}

void stops_init(struct stop_note *n)
{
    atomic_store(&n->looked_ns, now_ns());
}

int stops_open(struct stops *s, struct stop_note *n, pid_t trial, pid_t service)
{
    sigset_t child;
    *s = (struct stops){.note = n,
                        .pids = {[STOPS_TRIAL] = trial, [STOPS_SERVICE] = service},
                        .schedstat_fd = open("/proc/self/schedstat", O_RDONLY | O_CLOEXEC)};
    atomic_store(&n->blind, s->schedstat_fd < 0);
    cgroup_stops_open(&s->groups);
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD); /* blocked, it is kept although its default is to be ignored */
    sigprocmask(SIG_BLOCK, &child, NULL);
    s->signal_fd = signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK);
    int rc = s->signal_fd < 0 ? -errno : 0;
    next(s, now_ns(), waited(s), throttled(s));
    return rc;
}

void stops_close(struct stops *s)
{
    sigset_t child;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    sigprocmask(SIG_UNBLOCK, &child, NULL);
    cgroup_stops_close(&s->groups);
    if (s->schedstat_fd >= 0)
        close(s->schedstat_fd);
    if (s->signal_fd >= 0)
        close(s->signal_fd);
}

int stops_left_ms(const struct stops *s)
{
    uint64_t now = now_ns();
    return now >= s->due_ns ? 0 : (int)((s->due_ns - now + NS_PER_MS - 1) / NS_PER_MS);
}

/* Counts a stop without what is counted already. */
static void count(struct stops *s, uint64_t begin, uint64_t end)
{
    begin = begin < s->counted_ns ? s->counted_ns : begin;
    if (end <= begin)
        return;
    s->counted_ns = end;
    atomic_fetch_add(&s->note->stopped_ns, end - begin);
}

static bool any_stopped(const struct stops *s)
{
    bool any = false;
    for (unsigned i = 0; i < STOPS_WATCHED; i++)
        any |= s->stopped[i];
    return any;
}

/* A stop lasts from when the first of them stopped until the last goes on. */
static void note_change(struct stops *s, unsigned child, bool stopped)
{
    uint64_t now = now_ns();
    if (stopped && !any_stopped(s))
        s->child_since_ns = now;
    s->stopped[child] = stopped;
    if (s->child_since_ns && !any_stopped(s)) {
        count(s, s->child_since_ns, now);
        s->child_since_ns = 0;
    }
}

/* When a signal stopped one of them, and when one made it go on. */
static void look_at_children(struct stops *s)
{
    struct signalfd_siginfo drained;
    while (read(s->signal_fd, &drained, sizeof drained) > 0)
        continue;
    for (unsigned i = 0; i < STOPS_WATCHED; i++)
        for (;;) {
            siginfo_t c = {.si_pid = 0};
            if (s->pids[i] <= 0 || waitid(P_PID, (id_t)s->pids[i], &c, WSTOPPED | WCONTINUED | WNOHANG) || !c.si_pid)
                break;
            if (c.si_code == CLD_STOPPED || c.si_code == CLD_CONTINUED)
                note_change(s, i, c.si_code == CLD_STOPPED);
        }
}

static void look_at_clock(struct stops *s, uint64_t now)
{
    if (!s->child_since_ns)
        s->pending_ns = 0;
    uint64_t wait_ns = waited(s), throttled_ns = throttled(s), stop = 0;
    if (!atomic_load(&s->note->blind))
        stop = stop_of_lateness(now - s->due_ns, wait_ns - s->wait_ns, throttled_ns - s->throttled_ns);
    if (stop && !s->child_since_ns)
        count(s, now - stop, now);
    else if (stop) { /* it is counted when the children's ends */
        s->pending_ns += stop;
        if (now - stop < s->child_since_ns) /* which was seen too late */
            s->child_since_ns = now - stop;
    }
    next(s, now, wait_ns, throttled_ns);
}

uint64_t stops_look(struct stops *s)
{
    look_at_children(s);
    uint64_t now = now_ns();
    if (now >= s->due_ns)
        look_at_clock(s, now);
    return longer(s->note, 0, 0) + (s->child_since_ns ? s->pending_ns : 0);
}

bool stops_now(const struct stops *s, char *buf, size_t n)
{
    unsigned workers = atomic_load(&s->note->workers.now);
    if (s->stopped[STOPS_TRIAL])
        snprintf(buf, n, "the trial's process");
    else if (s->stopped[STOPS_SERVICE])
        snprintf(buf, n, "the trial's service");
    else if (workers)
        snprintf(buf, n, "%u worker process%s", workers, workers == 1 ? "" : "es");
    return any_stopped(s) || workers;
}
