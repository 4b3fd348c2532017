/* SPDX-License-Identifier: MIT */
/*
 * processes-each: one fork a task, at most `concurrency` alive. A child's task memory is a copy of the dispatcher's;
 * what it counted is in its slot, which serves each child of that place in turn.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/model/pool.h"

struct state {
    struct lane lane;
    unsigned n_free, *free;
    pid_t *pids; /* 0: the place is free */
};

static int start(struct trial *t)
{
    unsigned n = t->cell->workers;
    struct state *s = calloc(1, sizeof *s);
    t->model_state = s;
    if (s) {
        s->free = calloc(n, sizeof *s->free);
        s->pids = calloc(n, sizeof *s->pids);
    }
    if (!s || !s->free || !s->pids || lane_init(&s->lane, t->workload)) {
        trial_fail(t, "out of memory for %u places", n);
        return -1;
    }
    for (unsigned i = 0; i < n; i++)
        s->free[s->n_free++] = n - 1 - i;
    places_prepare(t);
    signal(SIGCHLD, SIG_DFL); /* here the dispatcher itself waits for its children */
    fflush(NULL);
    return dispatcher_pin(t);
}

static void child(struct trial *t, struct state *s, unsigned place, unsigned task)
{
    struct worker w;
    int rc = worker_init(&w, t, place);
    if (!rc) {
        w.own_process = w.brief = true;
        worker_start(&w);
        rc = blocking_task(&w, &s->lane, task);
        if (!rc)
            worker_end(&w);
    }
    _exit(rc ? 1 : 0);
}

/* Waits for one child, whichever; its place is free again. */
static int reap_one(struct trial *t, struct state *s)
{
    int status;
    pid_t pid;
    do
        pid = waitpid(-1, &status, 0);
    while (pid < 0 && errno == EINTR);
    unsigned place = 0;
    while (place < t->cell->workers && s->pids[place] != pid)
        place++;
    if (pid < 0 || place == t->cell->workers)
        return pid < 0 ? -errno : 0; /* not one of ours: a child that a workload left */
    s->pids[place] = 0;
    s->free[s->n_free++] = place;
    if (WIFSIGNALED(status))
        trial_fail(t, "a worker process (pid %d) was killed by signal %d (%s)", (int)pid, WTERMSIG(status),
                   strsignal(WTERMSIG(status)));
    else if (WEXITSTATUS(status) != 0 || !t->slots[place].end_ns) /* no stamp: the task called exit itself */
        trial_fail(t, "a worker process (pid %d) ended early with exit code %d", (int)pid, WEXITSTATUS(status));
    return trial_failed(t) ? -ECANCELED : 0;
}

static int run(struct trial *t)
{
    struct state *s = t->model_state;
    long task;
    int rc = 0;
    while (!rc && (task = trial_take(t)) >= 0) {
        while (!rc && !s->n_free)
            rc = reap_one(t, s);
        if (rc)
            break;
        unsigned place = s->free[--s->n_free];
        t->slots[place].end_ns = 0;
        pid_t pid = process_spawn(t);
        if (pid == 0)
            child(t, s, place, (unsigned)task);
        if (pid < 0)
            return -ECANCELED;
        s->pids[place] = pid;
    }
    while (!rc && s->n_free < t->cell->workers)
        rc = reap_one(t, s);
    t->answered_ns = now_ns();
    return rc;
}

static int stop(struct trial *t)
{
    struct state *s = t->model_state;
    lane_release(&s->lane);
    free(s->pids);
    free(s->free);
    free(s);
    return 0;
}

const struct model model_processes_each = {
    .name = "processes-each",
    .family = "processes",
    .summary = "one fork a task, at most `concurrency` alive; forking is part of the run",
    .like = "a CGI server, a shell's &",
    .lock_kind = "none",
    .traits = MODEL_BLOCKS | MODEL_FORKS | MODEL_EACH,
    .start = start,
    .run = run,
    .stop = stop,
};
