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

/* Waits for the trial's end, its failure, the limit, the service's end or the run's death. */
static struct trial_status_message watch(pid_t pid, int pidfd, int fail_fd, int service_fd, uint64_t limit_ns)
{
    struct pollfd p[4] = {{.fd = pidfd, .events = POLLIN},
                          {.fd = STATUS_FD},
                          {.fd = fail_fd, .events = POLLIN},
                          {.fd = service_fd, .events = POLLIN}};
    uint64_t until = now_ns() + limit_ns;
    bool failed = false;
    for (;;) {
        uint64_t now = now_ns();
        long long left_ms = now >= until ? 0 : (long long)((until - now + NS_PER_MS - 1) / NS_PER_MS);
        int n = poll(p, 4, left_ms > 1000000 ? 1000000 : (int)left_ms);
        if (n < 0 && errno != EINTR)
            return (struct trial_status_message){.kind = ENDED_ODDLY, .value = errno};
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
        if (n == 0 && now_ns() >= until)
            return (struct trial_status_message){.kind = failed ? ENDED_FAILED : ENDED_LIMIT};
    }
    int status;
    if (waitpid(pid, &status, 0) != pid)
        return (struct trial_status_message){.kind = ENDED_ODDLY, .value = errno};
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

static pid_t fork_trial(const struct cell *c, const char *scratch, uint64_t spawn_ns, int fails[2],
                        struct keeper_note *note)
{
    pid_t keeper = getpid(), pid = fork();
    if (pid == 0) {
        prctl(PR_SET_CHILD_SUBREAPER, 0); /* what the trial leaves goes to the keeper */
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != keeper)
            _exit(1);
        close(fails[0]);
        close(STATUS_FD);
        inner(c, scratch, spawn_ns, fails[1], note);
    }
    return pid;
}

/* scratch: the trial's own directory for files. Fills in how it ended; 0, or 1 when it could not be started. */
static int keep(const struct cell *c, const char *scratch, uint64_t spawn_ns, struct trial_status_message *m)
{
    int fails[2];
    struct err e = {0};
    struct keeper_note *note = mmap(NULL, sizeof *note, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (note == MAP_FAILED || pipe2(fails, O_CLOEXEC) || prctl(PR_SET_CHILD_SUBREAPER, 1)) {
        fprintf(stderr, "contend trial: the keeper can't be set up: %s\n", strerror(errno));
        return 1;
    }
    if (service_start(&note->service, c, plugin_workload, &e) || sampler_start(&note->sampler, c, &e)) {
        fprintf(stderr, "contend trial: %s\n", e.text);
        return 1;
    }
    int service_fd = note->service.pid ? (int)syscall(SYS_pidfd_open, note->service.pid, 0) : -1;
    pid_t pid = fork_trial(c, scratch, spawn_ns, fails, note);
    int pidfd = pid > 0 ? (int)syscall(SYS_pidfd_open, pid, 0) : -1;
    if (pidfd < 0 || (note->service.pid && service_fd < 0)) {
        fprintf(stderr, "contend trial: the trial can't be started: %s\n", strerror(errno));
        reap_descendants();
        return 1;
    }
    close(RECORD_FD); /* the run sees its end when the trial's own end is closed */
    close(fails[1]);
    *m = watch(pid, pidfd, fails[0], service_fd, c->limit_ns);
    bool ended = m->kind == ENDED_BY_EXIT || m->kind == ENDED_BY_SIGNAL;
    find_cause(m, note, service_fd);
    int service_status = service_stop(&note->service);
    sampler_stop(&note->sampler);
    if (m->kind == ENDED_SERVICE) {
        m->value = service_status;
        memcpy(m->error, note->service.error, sizeof note->service.error);
    }
    m->left_behind = reap_descendants();
    if (!ended && m->left_behind)
        m->left_behind--; /* the trial itself was among them */
    return 0;
}

int trial_main(int argc, char **argv)
{
    uint64_t main_ns = now_ns();
    if (argc < 3 || fcntl(RECORD_FD, F_GETFD) < 0 || fcntl(STATUS_FD, F_GETFD) < 0) {
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
    if (!text || cell_from_json(text, len, &c, &e)) {
        fprintf(stderr, "contend trial: %s\n", text ? e.text : "out of memory");
        return 1;
    }
    if (c.golden_fd)
        fcntl(c.golden_fd, F_SETFD, FD_CLOEXEC);
    signal(SIGPIPE, SIG_IGN); /* a run that is gone must not end the keeper before it has cleared up */
    static struct scratch files;
    int rc = scratch_make(&files, argv[2]);
    if (rc) {
        fprintf(stderr, "contend trial: no directory can be made in %s: %s\n", argv[2], strerror(-rc));
        return 1;
    }
    struct trial_status_message m = {.kind = ENDED_ODDLY};
    rc = keep(&c, files.path, main_ns > spawned ? main_ns - spawned : 0, &m);
    scratch_remove(&files); /* before the run goes on: removing files must not disturb the next trial */
    if (!rc)
        rc = write(STATUS_FD, &m, sizeof m) == sizeof m ? 0 : 1;
    return rc;
}
