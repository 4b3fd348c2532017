/* SPDX-License-Identifier: MIT */
/*
 * The fresh process of a trial. It forks at once: the child is the trial, the parent its keeper. The keeper is the
 * reaper of all that the trial starts (PR_SET_CHILD_SUBREAPER); when the trial ends, fails, takes too long, or the run
 * goes away, it kills and reaps every descendant, and says on the status pipe what it saw. If the keeper itself is
 * killed, the trial and its workers die with it (PR_SET_PDEATHSIG), and what is left falls to the run, which is a
 * subreaper as well.
 *
 * Descriptors: 3 the cell (JSON, to the end), 4 the record (JSON), 5 the status; 6, if the cell says so, values that
 * trials before found.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/base/base.h"
#include "harness/base/child.h"
#include "harness/measure/clock.h"
#include "harness/record/journal.h"
#include "harness/trial/plugin.h"
#include "harness/trial/protocol.h"
#include "harness/trial/scratch.h"
#include "harness/trial/spawn.h"
#include "harness/trial/trial.h"

enum {
    GRACE_MS = 200,       /* after a failure the trial gets this long to write its own record */
    SERVICE_END_MS = 1000 /* a service that does not answer has this long until its end is seen */
};

static char *read_all(int fd, size_t *len)
{
    size_t room = 1 << 16, n = 0;
    char *buf = malloc(room);
    while (buf) {
        ssize_t got = read(fd, buf + n, room - n);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        n += (size_t)got;
        if (n == room) {
            char *more = realloc(buf, room *= 2);
            if (!more)
                free(buf);
            buf = more;
        }
    }
    *len = n;
    return buf;
}

static int write_all(int fd, const char *buf, size_t n)
{
    while (n) {
        ssize_t put = write(fd, buf, n);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return -errno;
        buf += put;
        n -= (size_t)put;
    }
    return 0;
}

/* The trial itself: record out, then the end without any atexit handler. */
static void inner(const struct cell *c, const char *scratch, uint64_t spawn_ns, int fail_fd, struct keeper_note *note)
{
    static struct trial_record r;
    trial_record_init(&r);
    r.spawn_ns = spawn_ns;
    wall_rfc3339(r.started);
    trial_run(c, scratch, fail_fd, note, &r);
    char *text = record_to_json(NULL, &r);
    int rc = text ? write_all(RECORD_FD, text, strlen(text)) : -ENOMEM;
    _exit(rc ? 1 : 0);
}

/* For how long to poll, ms. */
static int patience(const struct stops *stops, uint64_t until)
{
    uint64_t now = now_ns(), left = now >= until ? 0 : (until - now + NS_PER_MS - 1) / NS_PER_MS;
    int look = stops_left_ms(stops);
    return left < (uint64_t)look ? (int)left : look;
}

/* Waits for the trial's end, its failure, the limit, the service's end or the run's death. The limit is for the time in
 * which the trial could work: what it was stopped for, and has gone on since, does not count. One that stays stopped is
 * ended by it, as one that hangs. */
static struct trial_status_message watch(pid_t pid, int pidfd, int fail_fd, int service_fd, uint64_t limit_ns,
                                         struct stops *stops)
{
    struct pollfd p[5] = {{.fd = pidfd, .events = POLLIN},
                          {.fd = STATUS_FD},
                          {.fd = fail_fd, .events = POLLIN},
                          {.fd = service_fd, .events = POLLIN},
                          {.fd = stops->signal_fd, .events = POLLIN}};
    uint64_t until = now_ns() + limit_ns, stopped = 0;
    bool failed = false;
    for (;;) {
        int n = poll(p, ARRAY_LEN(p), patience(stops, until));
        if (n < 0 && errno != EINTR)
            return (struct trial_status_message){.kind = ENDED_ODDLY, .value = errno, .error = "poll"};
        if (n > 0 && (p[0].revents & POLLIN))
            break;
        if (n > 0 && (p[1].revents & (POLLERR | POLLHUP)))
            return (struct trial_status_message){.kind = ENDED_RUN_GONE};
        if (n > 0 && (p[3].revents & POLLIN))
            return (struct trial_status_message){.kind = ENDED_SERVICE};
        if (n > 0 && (p[2].revents & POLLIN)) {
            failed = true;
            p[2].fd = -1;
            until = now_ns() + GRACE_MS * NS_PER_MS;
        }
        uint64_t total = stops_look(stops);
        until += total > stopped ? total - stopped : 0;
        stopped = total > stopped ? total : stopped;
        if (n == 0 && now_ns() >= until)
            return (struct trial_status_message){.kind = failed ? ENDED_FAILED : ENDED_LIMIT};
    }
    int status, unseen = child_wait(pid, &status);
    if (unseen)
        return (struct trial_status_message){.kind = ENDED_ODDLY, .value = -unseen, .error = "waitpid"};
    if (WIFSIGNALED(status))
        return (struct trial_status_message){.kind = ENDED_BY_SIGNAL, .value = WTERMSIG(status)};
    return (struct trial_status_message){.kind = ENDED_BY_EXIT, .value = WEXITSTATUS(status)};
}

/* A task that lost its connection says so a moment before the service's end is known: the cause is told, not that. */
static void find_cause(struct trial_status_message *m, struct keeper_note *note, int service_fd)
{
    struct pollfd p = {.fd = service_fd, .events = POLLIN};
    struct service_usage u;
    /* One that lives answers at once; one that is ending has closed its connections and does not. */
    if (service_fd >= 0 && service_usage(&note->service, &u) && poll(&p, 1, SERVICE_END_MS) > 0)
        m->kind = ENDED_SERVICE;
    if (m->kind != ENDED_SERVICE && atomic_load(&note->failure.said))
        memcpy(m->error, note->failure.error, sizeof m->error);
}

static void unborn(struct trial_status_message *m, const struct err *e)
{
    *m = (struct trial_status_message){.kind = ENDED_UNBORN, .value = e->code};
    snprintf(m->error, sizeof m->error, "%.*s", (int)sizeof m->error - 1, e->text);
}

/* A task whose connection was dropped waits for a second and more, or for ever: it does not hang by itself. */
static void find_overflow(struct trial_status_message *m, struct service_process *p)
{
    struct net_mark now;
    struct service_usage u;
    struct metric net[NETS];
    if (m->kind != ENDED_LIMIT || m->error[0] || !p->pid)
        return;
    net_mark(&now);
    net_between(&p->at_start, &now, net);
    if (!service_usage(p, &u))
        service_net_own(NULL, &u, net);
    const struct metric *n = &net[NET_LISTEN_OVERFLOWS];
    if (!n->why && n->value)
        snprintf(m->error, sizeof m->error,
                 LISTEN_OVERFLOWED " %lld times: tasks wait for connections that were dropped; sysctl -w "
                                   "net.core.somaxconn=N, with N for all tasks in flight (now %lld)",
                 (long long)n->value, (long long)p->listener_limit);
}

static pid_t fork_trial(const struct cell *c, const char *scratch, uint64_t spawn_ns, int fails[2],
                        struct keeper_note *note)
{
    pid_t keeper = getpid(), pid = fork();
    if (pid == 0) {
        prctl(PR_SET_CHILD_SUBREAPER, 0); /* what the trial leaves goes to the keeper */
        child_in_order(keeper);
        close(fails[0]);
        close(STATUS_FD);
        inner(c, scratch, spawn_ns, fails[1], note);
    }
    return pid;
}

/* What the trial needs before it is forked: memory that both see, a pipe that tells of a failure, its service, its gap
 * sampler. */
static struct keeper_note *prepare(const struct cell *c, int fails[2], struct err *e)
{
    struct keeper_note *note = mmap(NULL, sizeof *note, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (note == MAP_FAILED)
        err_call(e, errno, "mmap", "the keeper can't be set up");
    else if (pipe2(fails, O_CLOEXEC))
        err_call(e, errno, "pipe2", "the keeper can't be set up");
    else if (prctl(PR_SET_CHILD_SUBREAPER, 1))
        err_call(e, errno, "prctl", "the keeper can't become the reaper of its trial");
    else if (!service_start(&note->service, c, plugin_workload, e) && !sampler_start(&note->sampler, c, e))
        return note;
    return NULL;
}

/* The descriptor of a process; -1: none was asked for, or *e says why. */
static int watched(pid_t pid, struct err *e)
{
    int fd = pid > 0 ? (int)syscall(SYS_pidfd_open, pid, 0) : -1;
    if (pid > 0 && fd < 0)
        err_call(e, errno, "pidfd_open", "the trial can't be watched");
    return fd;
}

/* The trial from its fork to its end; with *e it was not started, or can't be watched. */
static void live(const struct cell *c, struct keeper_note *note, pid_t pid, int fail_fd, int service_fd,
                 struct trial_status_message *m, struct err *e)
{
    struct stops stops;
    char who[64];
    int pidfd = watched(pid, e);
    if (e->code)
        return;
    int rc = stops_open(&stops, &note->stops, pid, note->service.pid);
    if (rc) {
        err_call(e, -rc, "signalfd", "the trial's stops can't be watched");
        return;
    }
    *m = watch(pid, pidfd, fail_fd, service_fd, c->limit_ns, &stops);
    if (m->kind == ENDED_LIMIT && stops_now(&stops, who, sizeof who))
        snprintf(m->error, sizeof m->error, "a signal had stopped %s, and none made it go on", who);
    stops_close(&stops);
}

/* scratch: the trial's own directory for files. Fills in how it ended, also when it could not be started. */
static void keep(const struct cell *c, const char *scratch, uint64_t spawn_ns, struct trial_status_message *m)
{
    int fails[2], service_fd = -1;
    struct err e = {0};
    struct keeper_note *note = prepare(c, fails, &e);
    if (note) {
        stops_init(&note->stops);
        service_fd = watched(note->service.pid, &e);
        pid_t pid = e.code ? 0 : fork_trial(c, scratch, spawn_ns, fails, note);
        if (pid < 0)
            err_call(&e, errno, "fork", "the trial can't be started");
        if (!e.code) {
            close(RECORD_FD); /* the run sees its end when the trial's own end is closed */
            close(fails[1]);
            live(c, note, pid, fails[0], service_fd, m, &e);
        }
    }
    if (e.code) {
        unborn(m, &e);
        reap_descendants();
        return;
    }
    bool ended = m->kind == ENDED_BY_EXIT || m->kind == ENDED_BY_SIGNAL;
    find_cause(m, note, service_fd);
    find_overflow(m, &note->service);
    int service_status = service_stop(&note->service);
    sampler_stop(&note->sampler);
    if (m->kind == ENDED_SERVICE) {
        m->value = service_status;
        memcpy(m->error, note->service.error, sizeof note->service.error);
    }
    m->left_behind = reap_descendants();
    if (!ended && m->left_behind)
        m->left_behind--; /* the trial itself was among them */
}

/* The trial was not started, and this is why. */
static int tell(const struct trial_status_message *m)
{
    if (write(STATUS_FD, m, sizeof *m) == sizeof *m)
        return 0;
    if (m->kind == ENDED_UNBORN)
        fprintf(stderr, "contend trial: %s\n", m->error);
    return 1;
}

/* The whole life of a keeper, once it has its cell. */
static void keep_with_files(const struct cell *c, const char *base, uint64_t spawn_ns, struct trial_status_message *m)
{
    static struct scratch files;
    struct err e = {0};
    if (scratch_is_needed(c->workload) && scratch_make(&files, base, &e)) {
        unborn(m, &e);
        return;
    }
    keep(c, files.path, spawn_ns, m);
    scratch_remove(&files); /* before the run goes on: removing files must not disturb the next trial */
}

/* Where fcntl itself is denied, nobody can tell, and the one who started this is believed. */
static bool is_closed(int fd)
{
    return fcntl(fd, F_GETFD) < 0 && errno == EBADF;
}

int trial_main(int argc, char **argv)
{
    uint64_t main_ns = now_ns();
    if (argc < 3 || is_closed(RECORD_FD) || is_closed(STATUS_FD)) {
        fprintf(stderr, "contend trial: this command is for contend itself, see 'contend run --help'\n");
        return 2;
    }
    fcntl(RECORD_FD, F_SETFD, FD_CLOEXEC);
    fcntl(STATUS_FD, F_SETFD, FD_CLOEXEC);
    setsid(); /* signals of the terminal are for the run alone */
    uint64_t spawned = strtoull(argv[1], NULL, 10);
    size_t len;
    CLEANUP_FREE char *text = read_all(CELL_FD, &len);
    close(CELL_FD);
    static struct cell c;
    struct err e = {0};
    struct trial_status_message m = {.kind = ENDED_ODDLY};
    if (!text)
        err_set(&e, ENOMEM, "out of memory");
    if (!text || cell_from_json(text, len, &c, &e)) {
        unborn(&m, &e);
        return tell(&m);
    }
    if (c.golden_fd)
        fcntl(c.golden_fd, F_SETFD, FD_CLOEXEC);
    signal(SIGPIPE, SIG_IGN); /* a run that is gone must not end the keeper before it has cleared up */
    keep_with_files(&c, argv[2], main_ns > spawned ? main_ns - spawned : 0, &m);
    return tell(&m);
}
