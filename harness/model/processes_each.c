/* SPDX-License-Identifier: MIT */
/*
 * processes-each: one fork a task, at most `concurrency` alive. A child's task memory is a copy of the dispatcher's;
 * what it counted is in its slot, which serves each child of that place in turn.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/engine/blocking.h"
#include "harness/engine/pool.h"
#include "harness/model/model.h"

struct state {
    struct lane lane;
    unsigned n_free, *free;
    pid_t *pids; /* 0: the place is free */
};

static int start(struct engine *e)
{
    unsigned n = e->cell->workers;
    struct state *s = calloc(1, sizeof *s);
    e->model_state = s;
    if (s) {
        s->free = calloc(n, sizeof *s->free);
        s->pids = calloc(n, sizeof *s->pids);
    }
    if (!s || !s->free || !s->pids)
        return engine_fail(e, "out of memory for %u places", n);
    if (lane_init(e, &s->lane, 0))
        return -ECANCELED;
    for (unsigned i = 0; i < n; i++)
        s->free[s->n_free++] = n - 1 - i;
    places_prepare(e);
    fflush(NULL);
    return dispatcher_pin(e);
}

static void child(struct engine *e, struct state *s, unsigned place, unsigned task)
{
    struct worker w;
    s->lane.number = place;
    int rc = worker_init(&w, e, place);
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
static int reap_one(struct engine *e, struct state *s)
{
    int status;
    pid_t pid;
    do
        pid = waitpid(-1, &status, 0);
    while (pid < 0 && errno == EINTR);
    unsigned place = 0;
    while (place < e->cell->workers && s->pids[place] != pid)
        place++;
    if (pid < 0)
        return engine_fail_call(e, errno, "waitpid", "the worker processes can't be waited for");
    if (place == e->cell->workers)
        return 0; /* not one of ours: a child that a workload left */
    s->pids[place] = 0;
    s->free[s->n_free++] = place;
    if (WIFSIGNALED(status) || WEXITSTATUS(status) != 0 || !e->slots[place].end_ns)
        return engine_fail_process(e, (int)place, pid, status); /* no stamp: the task called exit itself */
    return engine_failed(e) ? -ECANCELED : 0;
}

static int run(struct engine *e)
{
    struct state *s = e->model_state;
    long task;
    int rc = 0;
    while (!rc && (task = engine_take(e)) >= 0) {
        while (!rc && !s->n_free)
            rc = reap_one(e, s);
        if (rc)
            break;
        unsigned place = s->free[--s->n_free];
        e->slots[place].end_ns = 0;
        pid_t pid = process_spawn(e);
        if (pid == 0)
            child(e, s, place, (unsigned)task);
        if (pid < 0)
            return -ECANCELED;
        s->pids[place] = pid;
    }
    while (!rc && s->n_free < e->cell->workers)
        rc = reap_one(e, s);
    e->answered_ns = now_ns();
    return rc;
}

static int stop(struct engine *e)
{
    struct state *s = e->model_state;
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
    .kind = KIND_PROCESS_EACH,
    .look = {.rgb = 0x882255, .marker = 15, .letter = 'G'},
    .start = start,
    .run = run,
    .stop = stop,
};
