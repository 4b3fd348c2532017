/* SPDX-License-Identifier: MIT */
/*
 * One trial, from the cell to the record, inside the trial's process: shared mapping, workload set-up, start, gate,
 * run, stop, and the noise around it.
 */
#include "harness/trial/trial.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/base/base.h"
#include "harness/machine/memory_left.h"
#include "harness/measure/clock.h"
#include "harness/trial/collect.h"
#include "harness/trial/futex.h"
#include "harness/trial/plugin.h"

static struct shared *signal_shared; /* what the SIGCHLD handler may touch; set once a trial */

struct share trial_share(const struct trial *t, unsigned index)
{
    unsigned group = workload_group(t->workload, t->cell->p);
    unsigned groups = t->cell->tasks / group, g = index / group;
    struct share s = {.task = index, .group = g, .member = index % group};
    if (t->cell->mode == MODE_CLOSED) {
        s.first = (uint64_t)g << 40;
        s.units = UINT64_MAX;
        return s;
    }
    uint64_t each = t->cell->units / groups, more = t->cell->units % groups;
    s.first = each * g + (g < more ? g : more);
    s.units = each + (g < more ? 1 : 0);
    return s;
}

void trial_fail(struct trial *t, const char *fmt, ...)
{
    struct shared *s = t->shared;
    if (atomic_exchange(&s->failed, 1) == 0) {
        va_list ap;
        va_start(ap, fmt);
        vsnprintf(s->error, sizeof s->error, fmt, ap);
        va_end(ap);
        if (t->note) {
            memcpy(t->note->error, s->error, sizeof t->note->error);
            atomic_store(&t->note->failed, 1);
        }
        if (t->fail_fd >= 0 && write(t->fail_fd, "", 1) < 0)
            return; /* the keeper is gone, and with it soon this process */
    }
    atomic_fetch_add(&s->events, 1);
    futex_wake(&s->events, INT_MAX);
}

bool trial_failed(const struct trial *t)
{
    return atomic_load(&t->shared->failed) != 0;
}

static void on_child(int sig)
{
    (void)sig;
    int code = errno;
    if (signal_shared) {
        atomic_fetch_add(&signal_shared->events, 1);
        futex_wake(&signal_shared->events, 1);
    }
    errno = code;
}

int trial_reap(struct trial *t, bool expected)
{
    int status;
    pid_t pid = waitpid(-1, &status, expected ? 0 : WNOHANG);
    if (pid < 0)
        return errno == EINTR ? 0 : -ECHILD;
    if (pid == 0 || (expected && WIFEXITED(status) && WEXITSTATUS(status) == 0))
        return pid ? 0 : -EAGAIN;
    int worker = -1;
    for (unsigned i = 0; i < t->cell->workers; i++)
        if (t->slots[i].pid == pid)
            worker = (int)i;
    char who[64];
    if (worker >= 0)
        snprintf(who, sizeof who, "worker %d (pid %d)", worker, (int)pid);
    else
        snprintf(who, sizeof who, "a child process (pid %d)", (int)pid);
    if (WIFSIGNALED(status))
        trial_fail(t, "%s was killed by signal %d (%s)", who, WTERMSIG(status), strsignal(WTERMSIG(status)));
    else
        trial_fail(t, "%s ended early with exit code %d", who, WEXITSTATUS(status));
    return -ECANCELED;
}

static int await(struct trial *t, _Atomic unsigned *count, unsigned n)
{
    for (;;) {
        unsigned seen = atomic_load(&t->shared->events);
        if (atomic_load_explicit(count, memory_order_acquire) >= n)
            return 0;
        if (trial_failed(t))
            return -ECANCELED;
        if ((t->model->traits & MODEL_FORKS) && trial_reap(t, false) == -ECANCELED)
            return -ECANCELED;
        futex_wait(&t->shared->events, seen, NULL);
    }
}

int trial_await_ready(struct trial *t, unsigned n)
{
    return await(t, &t->shared->ready, n);
}

int trial_await_done(struct trial *t, unsigned n)
{
    return await(t, &t->shared->done, n);
}

static size_t round_up(size_t n)
{
    return (n + 4095) / 4096 * 4096;
}

static int map_shared(struct trial *t)
{
    const struct cell *c = t->cell;
    size_t slots = round_up(sizeof(struct shared)), units = slots + round_up(c->workers * sizeof(struct slot));
    size_t recorders = units + round_up(c->tasks * sizeof(uint64_t));
    size_t whole = recorders + round_up(c->workers * sizeof(struct recorder));
    char *m = mmap(NULL, whole, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (m == MAP_FAILED)
        return err_sys(&t->err, errno, "the shared mapping of %zu bytes can't be made", whole);
    t->shared = (struct shared *)m;
    t->shared_bytes = whole;
    t->slots = (struct slot *)(m + slots);
    t->task_units = (uint64_t *)(m + units);
    t->recorders = (struct recorder *)(m + recorders);
    return 0;
}

static int env_setup(struct trial *t, const char *scratch, uint64_t left)
{
    const struct cell *c = t->cell;
    t->env = (struct wl_env){.seed = c->seed, .tasks = c->tasks, .scratch = scratch, .memory_left = left};
    t->env.unknown = &t->unknown;
    t->env.units = c->mode == MODE_CLOSED ? UINT64_MAX : c->units;
    memcpy(t->env.p, c->p, sizeof t->env.p);
    if (t->workload->service && !(t->note && t->note->service.pid))
        return err_set(&t->err, EINVAL, "%s needs its service, and none was started", c->workload);
    t->env.concurrency = c->concurrency;
    t->env.port = t->note ? t->note->service.port : 0;
    int rc = t->workload->setup ? t->workload->setup(&t->env) : 0;
    if (rc && t->env.error[0])
        return err_set(&t->err, -rc, "%s: %s", c->workload, t->env.error);
    return rc ? err_sys(&t->err, -rc, "%s can't be set up", c->workload) : 0;
}

static void open_gate(struct trial *t)
{
    struct shared *s = t->shared;
    s->opened_ns = now_ns();
    s->deadline_ns = s->opened_ns + t->cell->duration_ns;
    atomic_store_explicit(&s->gate, GATE_OPEN, memory_order_release);
    futex_wake(&s->gate, INT_MAX);
}

static void let_go(struct trial *t)
{
    signal(SIGCHLD, SIG_DFL);
    atomic_store_explicit(&t->shared->leave, 1, memory_order_release);
    futex_wake(&t->shared->leave, INT_MAX);
}

/* start, run, stop; each timed. The record's times are set only when all went well. */
static int phases(struct trial *t, struct trial_record *r, struct collector *k)
{
    uint64_t t0 = now_ns();
    if (t->model->start(t) || trial_failed(t))
        return -ECANCELED;
    uint64_t t1 = now_ns();
    collect_open(k, t);
    open_gate(t);
    if (t->model->run(t) || trial_failed(t))
        return -ECANCELED;
    uint64_t last = 0;
    for (unsigned i = 0; i < t->cell->workers; i++)
        if (t->slots[i].end_ns > last)
            last = t->slots[i].end_ns;
    collect_done(k, t, r);
    uint64_t t2 = now_ns(); /* letting many workers go is part of the tear-down */
    let_go(t);
    if (t->model->stop(t))
        return -ECANCELED;
    uint64_t t3 = now_ns();
    r->startup_ns = t1 - t0;
    /* With a dispatcher the run ends when it has the last answer; a pool's ends with the last stamp. */
    r->run_ns = (t->answered_ns ? t->answered_ns : last) - t->shared->opened_ns;
    r->teardown_ns = t3 - t2;
    return 0;
}

static int fail(struct trial *t, struct trial_record *r)
{
    r->status = TRIAL_FAILED;
    if (t->shared && trial_failed(t))
        snprintf(r->reason, sizeof r->reason, "%s", t->shared->error);
    else
        snprintf(r->reason, sizeof r->reason, "%s", t->err.text[0] ? t->err.text : "failed without a reason");
    return 0;
}

int trial_run(const struct cell *c, const char *scratch, int fail_fd, struct keeper_note *note, struct trial_record *r)
{
    /* Not on this stack: after a failure workers may still run when this returns, and until the process ends. */
    struct trial *t = calloc(1, sizeof *t);
    if (!t) {
        r->status = TRIAL_FAILED;
        snprintf(r->reason, sizeof r->reason, "out of memory");
        return 0;
    }
    *t = (struct trial){.cell = c, .model = model_find(c->model), .fail_fd = fail_fd, .note = note};
    t->workload = plugin_workload(c->workload, &t->err);
    if (t->workload && !t->model)
        err_set(&t->err, EINVAL, "unknown model '%s'", c->model);
    if (!t->workload || !t->model)
        return fail(t, r);
    signal(SIGPIPE, SIG_IGN); /* a closed peer reaches the task as -EPIPE */
    uint64_t left = memory_left(""), t0 = now_ns();
    if (map_shared(t) || env_setup(t, scratch, left))
        return fail(t, r);
    r->setup_ns = now_ns() - t0;
    r->lock_kind = t->model->lock_kind;
    if (t->model->traits & MODEL_FORKS) {
        signal_shared = t->shared;
        struct sigaction sa = {.sa_handler = on_child}; /* no SA_RESTART: waits wake and look */
        sigaction(SIGCHLD, &sa, NULL);
    }
    struct collector k = {0};
    collect_begin(&k, t, r);
    if ((!(t->model->traits & MODEL_FORKS) && model_libc_threads(t)) || phases(t, r, &k))
        return fail(t, r);
    collect_end(&k, t, r);
    if (t->unknown) {
        err_sys(&t->err, t->unknown, "what the work should come to can't be found out");
        return fail(t, r);
    }
    if (t->workload->teardown)
        t->workload->teardown(&t->env);
    free(t);
    return 0;
}
