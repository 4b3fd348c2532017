/* SPDX-License-Identifier: MIT */
/*
 * Measures costs in a child process, batch by batch, and takes the results over by a shared mapping: what was measured
 * is there whatever ends the child. The pipe that the child and all its own hold tells when the last of them is gone.
 */
#include "harness/machine/costs.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/base/base.h"
#include "harness/machine/costs_internal.h"
#include "harness/machine/machine.h"
#include "harness/machine/memory_left.h"
#include "harness/measure/clock.h"
#include "harness/stats/order.h"
#include "harness/stats/quantile.h"

enum { PATIENCE_MS = 20000, AGAIN_MOST = 3 }; /* the longest batch is far below 1 s */

static int (*const batch_of[COSTS])(struct cost_room *room, double *value) = {
#define COST(name, ...) [COST_INDEX_##name] = cost_##name,
#include "harness/machine/costs.def"
#undef COST
};

/* What the child leaves. */
struct results {
    bool started; /* pinned, and about to measure */
    struct {
        unsigned n;
        double value[COSTS_ROUNDS_MOST];
        char why[COST_WHY_MAX]; /* "": it can be measured */
    } of[COSTS];
};

int cost_fail(struct cost_room *room, int code, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    vsnprintf(room->why, sizeof room->why, fmt, args);
    va_end(args);
    if (code)
        text_append(room->why, sizeof room->why, ": %s", strerror(code));
    return -(code ? code : ENOTSUP);
}

void *cost_map(struct cost_room *room, size_t bytes)
{
    void *m = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (m == MAP_FAILED) {
        cost_fail(room, errno, "%zu KiB of memory can't be mapped", bytes >> 10);
        return NULL;
    }
    madvise(m, bytes, MADV_DONTFORK);
    return m;
}

void cost_touch(void *at, size_t bytes, bool huge)
{
    madvise(at, bytes, huge ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
    if (madvise(at, bytes, MADV_POPULATE_WRITE))
        memset(at, 1, bytes);
}

int cost_thread(struct cost_room *room, void *(*body)(void *), void *arg, pthread_t *out)
{
    int rc = pthread_create(out, NULL, body, arg);
    return rc ? cost_fail(room, rc, "a thread can't be started") : 0;
}

int cost_peer(struct cost_room *room, int *cpu)
{
    *cpu = room->peer;
    return *cpu < 0 ? cost_fail(room, 0, "only one CPU may be used") : 0;
}

double cost_each(uint64_t begin, unsigned n)
{
    return (double)(now_ns() - begin) / n;
}

static bool is_asked(const struct costs_request *q, unsigned kind)
{
    return q->with_long || cost_kinds[kind].tier == COST_QUICK;
}

/* --- in the child --- */

/* Those that no other thread takes part in: they lose their CPU to other programs alone. */
static bool is_alone(unsigned kind)
{
    const char *g = cost_kinds[kind].group;
    return strcmp(g, "start") != 0 && strcmp(g, "switch") != 0 && strcmp(g, "messages") != 0;
}

static long preemptions(void)
{
    struct rusage u;
    return getrusage(RUSAGE_THREAD, &u) ? 0 : u.ru_nivcsw;
}

/* One batch; on a busy machine one that another program's turn was in is measured again. */
static int measure_batch(struct cost_room *room, unsigned kind, uint64_t until, double *value)
{
    for (unsigned again = 0;; again++) {
        long before = preemptions();
        int rc = batch_of[kind](room, value);
        if (rc || !is_alone(kind) || preemptions() == before || again == AGAIN_MOST || now_ns() >= until)
            return rc;
    }
}

/* One batch of each cost; false: the time is up. Round 0 warms up, but what it took counts for the time. */
static bool measure_round(struct cost_room *room, struct results *r, unsigned round, uint64_t until)
{
    for (unsigned k = 0; k < COSTS; k++) {
        double value = NAN;
        room->last[k] = NAN;
        if (!is_asked(room->q, k) || r->of[k].why[0])
            continue;
        if (now_ns() >= until)
            return false;
        if (measure_batch(room, k, until, &value)) {
            snprintf(r->of[k].why, sizeof r->of[k].why, "%s", room->why);
            continue;
        }
        room->last[k] = value;
        if (round && isfinite(value) && value > 0)
            r->of[k].value[r->of[k].n++] = value;
    }
    return true;
}

static void child(struct cost_room *room, struct results *r, pid_t parent, uint64_t until)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(1);
    setpgid(0, 0);
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    signal(SIGXFSZ, SIG_IGN);
    signal(SIGPIPE, SIG_IGN); /* a side of a socket that could not begin has closed it: an error of that cost alone */
    signal(SIGCHLD, SIG_DFL); /* one that was inherited as ignored makes waitpid fail */
    prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
    int rc = pin_self(room->home);
    if (rc)
        _exit(2);
    for (unsigned k = 0; k < COSTS; k++)
        room->fd[k] = -1;
    r->started = true;
    for (unsigned round = 0; round <= room->q->rounds && measure_round(room, r, round, until); round++)
        ;
    _exit(0);
}

/* --- in the caller --- */

/* Two CPUs, on two cores where there are two, the last ones: the first get most of the interrupts. */
static void choose_cpus(struct cost_room *room)
{
    int *allowed = calloc(CELL_MAX_PUS, sizeof *allowed);
    unsigned n = allowed ? pin_allowed(allowed, CELL_MAX_PUS) : 0;
    struct topology *t = NULL;
    struct err ignored = {0};
    room->home = n ? allowed[n - 1] : -1;
    room->peer = n > 1 ? allowed[n - 2] : -1;
    if (n && topology_load(&t, NULL, &ignored) == 0 && topology_is_this_machine(t)) {
        topology_caches(t, room->home, room->cache, CACHE_LEVELS);
        for (unsigned i = n - 1; i-- > 0;)
            if (strcmp(place_pair_class(t, room->home, allowed[i]), "smt") != 0) {
                room->peer = allowed[i];
                break;
            }
    }
    topology_free(t);
    free(allowed);
}

/* Until the last of them has closed the pipe; whoever takes too long is killed. Why no more was measured; NULL: it
 * ended by itself. */
static const char *await_end(pid_t pid, int from, uint64_t until)
{
    bool killed = false;
    int status = 0, denied = 0;
    char text[128];
    for (;;) {
        uint64_t now = now_ns();
        struct pollfd p = {.fd = from, .events = POLLIN};
        if (now >= until && !killed) {
            kill(-pid, SIGKILL);
            killed = true;
        }
        int rc = poll(&p, 1, killed ? PATIENCE_MS : (int)((until - now) / NS_PER_MS) + 1);
        denied = rc < 0 && errno != EINTR ? errno : 0;
        if (rc > 0 || (rc == 0 && killed) || denied)
            break;
    }
    kill(-pid, SIGKILL); /* one without the pipe can only be a program that has not ended yet */
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    while (waitpid(-pid, NULL, 0) > 0 || errno == EINTR) /* orphans, where the caller is their reaper */
        ;
    if (denied) {
        snprintf(text, sizeof text, "the end of the process that measures can't be awaited: poll: %s",
                 strerror(denied));
        return intern(text);
    }
    if (killed)
        return "the process that measures was stopped: a batch did not end";
    if (!WIFSIGNALED(status))
        return NULL;
    snprintf(text, sizeof text, "the process that measures was ended by signal %d", WTERMSIG(status));
    return intern(text);
}

/* Why nothing was measured; NULL: it was, until *end, where that is not NULL. */
static const char *run_child(struct cost_room *room, struct results *r, const char **end)
{
    int ends[2];
    uint64_t until = now_ns() + room->q->budget_ns;
    uint64_t patience = (room->q->patience_ms ? room->q->patience_ms : PATIENCE_MS) * NS_PER_MS;
    pid_t parent = getpid();
    if (pipe2(ends, O_CLOEXEC))
        return "no pipe can be made for the process that measures";
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        close(ends[0]);
        child(room, r, parent, until);
    }
    int code = errno;
    close(ends[1]);
    if (pid > 0) {
        setpgid(pid, pid); /* whichever of the two comes first */
        *end = await_end(pid, ends[0], until + patience);
    }
    close(ends[0]);
    if (pid < 0)
        return code == EAGAIN ? "no process can be made to measure: the limit of processes is reached"
                              : "no process can be made to measure";
    return r->started ? NULL : *end ? *end : "the process that measures could not pin itself to its CPU";
}

/* `end`: why no more was measured; NULL: the time was up. */
static struct machine_cost sum_up(unsigned kind, struct results *r, const char *end)
{
    struct machine_cost c = {cost_kinds[kind].name, cost_kinds[kind].unit, NAN, NAN, NAN, r->of[kind].n, NULL};
    double *x = r->of[kind].value;
    unsigned n = r->of[kind].n;
    struct stats_interval i;
    if (r->of[kind].why[0])
        c.why = intern(r->of[kind].why);
    else if (!n)
        c.why = end ? end : "the time was up before its first round";
    if (c.why) {
        c.rounds = 0;
        return c;
    }
    stats_sort(x, n);
    c.median = stats_median(x, n);
    if (stats_quantile_interval(x, n, 0.5, 0.95, &i)) {
        c.lower = i.lower;
        c.upper = i.upper;
    } else {
        c.why = end ? end : "the time was up before 6 rounds, the fewest that have an interval";
    }
    return c;
}

void costs_none(struct costs *c, const char *why)
{
    *c = (struct costs){.why = why};
}

void costs_measure(struct costs *c, const struct costs_request *q)
{
    struct costs_request asked = *q;
    struct cost_room room = {.q = &asked, .page = (size_t)sysconf(_SC_PAGESIZE)};
    struct memory_room memory;
    const char *end = NULL;
    asked.rounds = q->rounds < COSTS_ROUNDS_MOST ? q->rounds : COSTS_ROUNDS_MOST;
    costs_none(c, NULL);
    struct results *r = mmap(NULL, sizeof *r, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (r == MAP_FAILED)
        return costs_none(c, "no memory can be mapped for the results");
    choose_cpus(&room);
    memory_room("", &memory);
    room.memory = memory.left;
    c->why = room.home < 0 ? "the mask of allowed CPUs can't be read" : run_child(&room, r, &end);
    for (unsigned k = 0; !c->why && k < COSTS; k++)
        if (is_asked(q, k))
            c->all[c->n++] = sum_up(k, r, end);
    munmap(r, sizeof *r);
}
