/* SPDX-License-Identifier: MIT */
/* The dispatcher: the trial's own thread, which opens the gate and waits for the workers; see engine.h. */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "harness/base/futex.h"
#include "harness/engine/worker.h"
#include "harness/measure/clock.h"

static struct shared *signal_shared; /* what the SIGCHLD handler may touch; set once a trial */

static struct halts *signal_halts; /* likewise */

/* What is waited for here is only stops and what follows them: a death is left to engine_reap. Several changes may have
 * made one signal, so all are asked for. */
static void note_halts(struct halts *h)
{
    for (;;) {
        siginfo_t i = {.si_pid = 0};
        if (waitid(P_ALL, 0, &i, WSTOPPED | WCONTINUED | WNOHANG) || !i.si_pid)
            return;
        uint64_t now = now_ns();
        if (i.si_code == CLD_STOPPED && atomic_fetch_add(&h->now, 1) == 0)
            atomic_store(&h->since_ns, now);
        else if (i.si_code == CLD_CONTINUED && atomic_load(&h->now) && atomic_fetch_sub(&h->now, 1) == 1)
            atomic_fetch_add(&h->total_ns, now - atomic_load(&h->since_ns));
    }
}

static void on_child(int sig, siginfo_t *info, void *context)
{
    (void)sig;
    (void)context;
    int code = errno;
    /* One that tells of a death may stand for another's change, too. That is asked only while one is stopped: where
     * each task has its process, deaths are many, and the kernel looks at all children. */
    if (signal_halts &&
        (info->si_code == CLD_STOPPED || info->si_code == CLD_CONTINUED || atomic_load(&signal_halts->now)))
        note_halts(signal_halts);
    if (signal_shared) {
        atomic_fetch_add(&signal_shared->events, 1);
        futex_wake(&signal_shared->events, 1);
    }
    errno = code;
}

void engine_watch_children(struct engine *e)
{
    struct sigaction sa = {.sa_sigaction = on_child, .sa_flags = SA_SIGINFO}; /* no SA_RESTART: waits wake and look */
    e->forks = true;
    signal_shared = e->shared;
    signal_halts = e->halts;
    sigaction(SIGCHLD, &sa, NULL);
}

void engine_open_gate(struct engine *e)
{
    struct shared *s = e->shared;
    if (e->self)
        worker_account(e->self);
    s->opened_ns = now_ns();
    s->deadline_ns = s->opened_ns + e->cell->duration_ns;
    atomic_store_explicit(&s->gate, GATE_OPEN, memory_order_release);
    futex_wake(&s->gate, INT_MAX);
}

void engine_let_go(struct engine *e)
{
    signal(SIGCHLD, SIG_DFL);
    atomic_store_explicit(&e->shared->leave, 1, memory_order_release);
    futex_wake(&e->shared->leave, INT_MAX);
}

int engine_fail_process(struct engine *e, int worker, pid_t pid, int status)
{
    char who[64];
    if (worker >= 0)
        snprintf(who, sizeof who, "worker %d (pid %d)", worker, (int)pid);
    else
        snprintf(who, sizeof who, "a child process (pid %d)", (int)pid);
    if (WIFSIGNALED(status))
        return engine_fail(e, "%s was killed by signal %d (%s)", who, WTERMSIG(status), strsignal(WTERMSIG(status)));
    return engine_fail(e, "%s ended early with exit code %d", who, WEXITSTATUS(status));
}

int engine_reap(struct engine *e, bool expected)
{
    int status;
    pid_t pid;
    do
        pid = waitpid(-1, &status, expected ? 0 : WNOHANG);
    while (pid < 0 && errno == EINTR);
    if (pid < 0)
        return errno == ECHILD ? -ECHILD
                               : engine_fail_call(e, errno, "waitpid", "the end of a worker process can't be read");
    if (pid == 0 || (expected && WIFEXITED(status) && WEXITSTATUS(status) == 0))
        return pid ? 0 : -EAGAIN;
    int worker = -1;
    for (unsigned i = 0; i < e->cell->workers; i++)
        if (e->slots[i].pid == pid)
            worker = (int)i;
    return engine_fail_process(e, worker, pid, status);
}

static int await(struct engine *e, _Atomic unsigned *count, unsigned n)
{
    for (;;) {
        unsigned seen = atomic_load(&e->shared->events);
        /* Acquire: what the workers wrote before they were counted is seen. */
        if (atomic_load_explicit(count, memory_order_acquire) >= n)
            return 0;
        if (engine_failed(e))
            return -ECANCELED;
        if (e->forks && engine_reap(e, false) == -ECANCELED)
            return -ECANCELED;
        futex_wait(&e->shared->events, seen, NULL);
    }
}

int engine_await_ready(struct engine *e, unsigned n)
{
    return await(e, &e->shared->ready, n);
}

int engine_await_done(struct engine *e, unsigned n)
{
    return await(e, &e->shared->done, n);
}
