/* SPDX-License-Identifier: MIT */
/* The run's side of a trial: starts the fresh process, hands it the cell, reads the record and what the keeper saw. */
#include "harness/trial/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/base/base.h"
#include "harness/base/child.h"
#include "harness/base/errno_text.h"
#include "harness/base/self.h"
#include "harness/measure/clock.h"
#include "harness/record/journal.h"
#include "harness/trial/canary_memory.h"
#include "harness/trial/protocol.h"
#include "harness/trial/scratch.h"
#include "harness/trial/trial.h"

/* Exit code of ld.so, after a message of its own: _exit(127) in glibc's elf/dl-minimal.c and of _dl_fatal_printf. */
#define LOADER_FAILED 127

extern char **environ;

int trial_supervise(struct err *e)
{
    if (prctl(PR_SET_CHILD_SUBREAPER, 1))
        return err_call(e, errno, "prctl", "this process can't become the reaper of its trials");
    int rc = reap_spare();
    if (rc)
        return err_call(e, -rc, rc == -ENOENT ? "/proc" : "getdents64",
                        "a trial's processes can't be told from others");
    signal(SIGPIPE, SIG_IGN);
    return 0;
}

struct ends {
    int cell[2], record[2], status[2];
};

static void close_both(int p[2])
{
    for (int i = 0; i < 2; i++) {
        if (p[i] >= 0)
            close(p[i]);
        p[i] = -1;
    }
}

static void close_ends(struct ends *p)
{
    close_both(p->cell);
    close_both(p->record);
    close_both(p->status);
}

/* A pipe whose ends are above the numbers that the child's ends get, so that dup2 in the child can't clobber one. */
static int high_pipe(int p[2], const char **call)
{
    *call = "pipe2";
    if (pipe2(p, O_CLOEXEC))
        return -errno;
    *call = "fcntl";
    for (int i = 0; i < 2; i++) {
        int high = fcntl(p[i], F_DUPFD_CLOEXEC, 16);
        if (high < 0) {
            int code = errno == EINVAL ? EMFILE : errno; /* EINVAL: 16 is beyond the limit */
            close_both(p);
            return -code;
        }
        close(p[i]);
        p[i] = high;
    }
    return 0;
}

static int make_ends(struct ends *p, struct err *e)
{
    const char *call;
    int rc = high_pipe(p->cell, &call);
    if (!rc)
        rc = high_pipe(p->record, &call);
    if (!rc)
        rc = high_pipe(p->status, &call);
    return rc ? err_call(e, -rc, call, "a trial's pipes can't be made") : 0;
}

/* self NULL: how->program. */
static int spawn(const struct spawn *how, const struct self *self, const posix_spawn_file_actions_t *fa, pid_t *pid)
{
    char spawned[24], verb[] = "trial", name[] = "contend", *argv[SELF_BEFORE_MOST + 5];
    posix_spawnattr_t attr;
    unsigned n = 0;
    int rc = child_spawn_attributes(&attr);
    if (rc)
        return -rc;
    for (; self && n < self->n_before; n++)
        argv[n] = self->before[n];
    if (!self)
        argv[n++] = name;
    snprintf(spawned, sizeof spawned, "%llu", (unsigned long long)now_ns());
    argv[n++] = verb;
    argv[n++] = spawned;
    argv[n++] = (char *)(uintptr_t)how->scratch;
    argv[n] = NULL;
    rc = posix_spawnp(pid, self ? self->file : how->program, fa, &attr, argv, environ);
    posix_spawnattr_destroy(&attr);
    return rc;
}

/* golden: of the cell; 0: there is none. */
static int start(const struct spawn *how, struct ends *p, int golden, pid_t *pid, struct err *e)
{
    const struct self *self = how->program ? NULL : self_find(e);
    if (!how->program && !self)
        return -e->code;
    CLEANUP_FD int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (null < 0)
        return err_call(e, errno, "/dev/null", "a trial has no standard input");
    int rc = make_ends(p, e);
    if (rc)
        return rc;
    posix_spawn_file_actions_t fa;
    posix_spawn_file_actions_init(&fa);
    posix_spawn_file_actions_adddup2(&fa, null, STDIN_FILENO); /* first: its number may be one of those below */
    posix_spawn_file_actions_adddup2(&fa, p->cell[0], CELL_FD);
    posix_spawn_file_actions_adddup2(&fa, p->record[1], RECORD_FD);
    posix_spawn_file_actions_adddup2(&fa, p->status[1], STATUS_FD);
    if (golden)
        posix_spawn_file_actions_adddup2(&fa, golden, GOLDEN_FD);
    posix_spawn_file_actions_adddup2(&fa, STDERR_FILENO, STDOUT_FILENO); /* standard output is for results alone */
    rc = spawn(how, self, &fa, pid);
    posix_spawn_file_actions_destroy(&fa);
    return rc ? err_call(e, rc, "posix_spawn", "%s can't be started", how->program ? how->program : "a trial's process")
              : 0;
}

struct text {
    char *buf;
    size_t n, room;
};

/* Reads what is there; 1 at the end of the pipe, 0 for more to come, -errno. */
static int read_some(int fd, struct text *t)
{
    if (t->room - t->n < 65536) {
        char *more = realloc(t->buf, t->room + (1 << 18));
        if (!more)
            return -ENOMEM;
        t->buf = more;
        t->room += 1 << 18;
    }
    ssize_t got = read(fd, t->buf + t->n, t->room - t->n);
    if (got < 0)
        return errno == EINTR || errno == EAGAIN ? 0 : -errno;
    t->n += (size_t)got;
    return got == 0;
}

/* Reads record and status until both have ended. -EINTR: *stop was set. */
static int listen_to(struct ends *p, struct text *record, struct text *status, const volatile int *stop, struct err *e)
{
    struct pollfd f[2] = {{.fd = p->record[0], .events = POLLIN}, {.fd = p->status[0], .events = POLLIN}};
    struct text *to[2] = {record, status};
    while (f[0].fd >= 0 || f[1].fd >= 0) {
        if (stop && *stop)
            return err_set(e, EINTR, "the trial was cut short: interrupted");
        if (poll(f, 2, 500) < 0 && errno != EINTR) /* the timeout covers a stop set just before the call */
            return err_call(e, errno, "poll", "the trial was cut short");
        for (int i = 0; i < 2; i++) {
            if (f[i].fd < 0 || !f[i].revents)
                continue;
            int rc = read_some(f[i].fd, to[i]);
            if (rc < 0)
                return err_call(e, -rc, "read", "the trial was cut short");
            if (rc)
                f[i].fd = -1;
            f[i].revents = 0;
        }
    }
    return 0;
}

static void failed(struct trial_record *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void failed(struct trial_record *r, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    r->status = TRIAL_FAILED;
    vsnprintf(r->reason, sizeof r->reason, fmt, ap);
    va_end(ap);
}

/* What the keeper saw, laid over what the trial's own record says. */
static void judge(const struct cell *c, const struct trial_status_message *m, bool have_record, struct trial_record *r)
{
    const char *said = m->error[0] ? m->error : NULL;
    char why[ERRNO_TEXT_MAX];
    switch (m->kind) {
    case ENDED_BY_SIGNAL:
        failed(r, "the trial was killed by signal %d (%s)%s%s", m->value, strsignal(m->value), said ? "; " : "",
               said ? said : "");
        return;
    case ENDED_LIMIT:
        failed(r, "killed at its limit of %.3g s%s%s", (double)c->limit_ns / 1e9, said ? "; " : "",
               said ? said : ": a task hangs, or the limit is too short for this cell");
        return;
    case ENDED_FAILED:
        failed(r, "%s", said ? said : "a worker failed");
        return;
    case ENDED_SERVICE:
        if (WIFSIGNALED(m->value))
            failed(r, "the service was killed by signal %d (%s)", WTERMSIG(m->value), strsignal(WTERMSIG(m->value)));
        else
            failed(r, "the service ended early with exit code %d%s%s", WEXITSTATUS(m->value), said ? ": " : "",
                   said ? said : "");
        return;
    case ENDED_ODDLY:
    case ENDED_RUN_GONE:
        failed(r, "the trial's keeper failed: %s", errno_text(why, sizeof why, said, m->value));
        return;
    case ENDED_UNBORN:
        failed(r, "%s", said ? said : "the trial could not be started");
        return;
    case ENDED_BY_EXIT:
        break;
    }
    if (!have_record)
        failed(r, "the trial ended early with exit code %d and no record", m->value);
    else if (r->status == TRIAL_OK && m->left_behind)
        failed(r, "the workload left %u process%s behind (killed)", m->left_behind, m->left_behind == 1 ? "" : "es");
}

static int spawn_and_listen(const struct spawn *how, const struct cell *c, struct trial_record *r, struct err *e)
{
    trial_record_init(r);
    wall_rfc3339(r->started);
    struct cell in_there = *c;
    in_there.golden_fd = c->golden_fd ? GOLDEN_FD : 0;
    canary_memory_recall(how->program, c, in_there.canaries_seen);
    CLEANUP_FREE char *json = cell_to_json(&in_there, how->plugins);
    struct ends p = {{-1, -1}, {-1, -1}, {-1, -1}};
    pid_t pid = -1;
    if (!json)
        return err_set(e, ENOMEM, "out of memory");
    int rc = start(how, &p, c->golden_fd, &pid, e);
    if (rc) {
        close_ends(&p);
        return rc;
    }
    close(p.cell[0]);
    close(p.record[1]);
    close(p.status[1]);
    p.cell[0] = p.record[1] = p.status[1] = -1;
    ssize_t written = write(p.cell[1], json, strlen(json)); /* less than the pipe holds; a dead reader shows below */
    (void)written;
    close(p.cell[1]);
    p.cell[1] = -1;
    struct text record = {0}, status = {0};
    rc = listen_to(&p, &record, &status, how->stop, e);
    close_ends(&p); /* a keeper that still lives sees the run gone, and kills all */
    int exit_status, unseen = child_wait(pid, &exit_status);
    reap_descendants();
    if (status.n != sizeof(struct trial_status_message))
        scratch_sweep(how->scratch); /* the keeper may not have come to it */
    struct trial_status_message m;
    if (!rc && unseen) {
        rc = err_call(e, -unseen, "waitpid", "the end of a trial's process can't be read");
    } else if (!rc && status.n != sizeof m) {
        if (WIFSIGNALED(exit_status))
            failed(r, "the trial's keeper was killed by signal %d (%s)", WTERMSIG(exit_status),
                   strsignal(WTERMSIG(exit_status)));
        else
            failed(r, "the trial's process ended with exit code %d before the trial%s", WEXITSTATUS(exit_status),
                   WEXITSTATUS(exit_status) == LOADER_FAILED
                       ? ": the loader could not start it; what it says is on standard error"
                       : "");
    } else if (!rc) {
        memcpy(&m, status.buf, sizeof m);
        bool have = record.n && m.kind == ENDED_BY_EXIT;
        if (have && (rc = record_from_json(record.buf, record.n, r, e)) != 0) {
            failed(r, "the trial's record can't be read: %s", e->text);
            rc = 0;
        }
        judge(c, &m, have, r);
    }
    free(record.buf);
    free(status.buf);
    return rc;
}

int trial_spawn(const struct spawn *how, const struct cell *c, struct trial_record *r, struct err *e)
{
    uint64_t before = now_ns();
    int rc = spawn_and_listen(how, c, r, e);
    r->took_ns = now_ns() - before;
    if (!rc && r->status == TRIAL_OK)
        canary_memory_keep(how->program, c, r);
    return rc;
}
