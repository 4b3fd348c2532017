/* SPDX-License-Identifier: MIT */
/*
 * processes-pipe: a pre-forked pool that is fed, and answered, over pipes, as multiprocessing.Pool is. All workers read
 * one task pipe and write one result pipe. Messages are 4 bytes, and a pipe moves each whole (pipe(7): writes up to
 * PIPE_BUF are atomic, and all messages have one length), so neither side needs a lock.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/base.h"
#include "harness/engine/blocking.h"
#include "harness/engine/pool.h"
#include "harness/model/model.h"

enum {
    BATCH = 1024, /* messages the feeder moves in one call: PIPE_BUF / 4 */
    LOOK_MS = 100 /* a death seen just before the wait must not be slept over */
};

struct state {
    struct process_pool *pool;
    int tasks[2], results[2];
};

/* Takes tasks until the end of their pipe, and answers each. 0 or -ECANCELED. */
static int work(struct worker *w, struct lane *l)
{
    const struct state *s = w->engine->model_state;
    unsigned task;
    for (;;) {
        ssize_t n = TEMP_FAILURE_RETRY(read(s->tasks[0], &task, sizeof task));
        if (n == 0)
            return 0;
        if (n == sizeof task && blocking_task(w, l, task))
            return -ECANCELED;
        if (n == sizeof task)
            n = TEMP_FAILURE_RETRY(write(s->results[1], &task, sizeof task));
        if (n < 0)
            return engine_fail_call(w->engine, errno, "read or write", "worker %u lost its pipe", w->index);
        if (n != sizeof task)
            return engine_fail(w->engine, "worker %u lost its pipe: message cut short", w->index);
    }
}

static void body(struct worker *w, void *arg)
{
    const struct state *s = arg;
    close(s->tasks[1]); /* else the end of the pipe would never come */
    close(s->results[0]);
    blocking_worker(w, work);
}

static int start(struct engine *e)
{
    struct state *s = calloc(1, sizeof *s);
    e->model_state = s;
    if (!s || pipe2(s->tasks, O_CLOEXEC) || pipe2(s->results, O_CLOEXEC))
        return engine_fail_call(e, errno, "pipe2", "the pool's pipes can't be made");
    /* The feeder must not block on a full task pipe while results wait; blocking workers share no descriptor of these
     * ends. */
    fcntl(s->tasks[1], F_SETFL, O_NONBLOCK);
    fcntl(s->results[0], F_SETFL, O_NONBLOCK);
    int rc = process_pool_start(e, &s->pool, body, s);
    if (rc)
        return rc;
    close(s->tasks[0]);
    close(s->results[1]);
    return dispatcher_pin(e);
}

/* Tasks sent on from *next; -errno when the pipe is broken. */
static int feed(struct state *s, unsigned tasks, unsigned *next)
{
    unsigned buf[BATCH];
    while (*next < tasks) {
        unsigned n = tasks - *next < BATCH ? tasks - *next : BATCH;
        for (unsigned i = 0; i < n; i++)
            buf[i] = *next + i;
        ssize_t put_bytes = write(s->tasks[1], buf, n * sizeof *buf);
        if (put_bytes < 0 && (errno == EAGAIN || errno == EINTR))
            return 0;
        if (put_bytes < 0)
            return -errno;
        *next += (unsigned)((size_t)put_bytes / sizeof *buf);
    }
    return 0;
}

static int collect(struct state *s, unsigned *answered)
{
    unsigned buf[BATCH];
    ssize_t n;
    while ((n = read(s->results[0], buf, sizeof buf)) > 0)
        *answered += (unsigned)((size_t)n / sizeof *buf);
    return n == 0 ? -EPIPE : errno == EAGAIN || errno == EINTR ? 0 : -errno;
}

static int run(struct engine *e)
{
    struct state *s = e->model_state;
    unsigned tasks = e->cell->tasks, next = 0, answered = 0;
    while (answered < tasks && !engine_failed(e)) {
        int rc = feed(s, tasks, &next);
        struct pollfd p[2] = {{.fd = s->results[0], .events = POLLIN},
                              {.fd = next < tasks ? s->tasks[1] : -1, .events = POLLOUT}};
        int n = rc ? 1 : poll(p, 2, LOOK_MS);
        if (n < 0 && errno != EINTR)
            rc = -errno;
        else if (n <= 0 && engine_reap(e, false) == -ECANCELED)
            return -ECANCELED; /* one worker is gone with its task, while the others hold the pipes open */
        if (!rc && (p[0].revents & (POLLIN | POLLHUP)))
            rc = collect(s, &answered);
        if (rc && answered < tasks) {
            engine_reap(e, false);
            return engine_fail_call(e, -rc, NULL, "the pool's workers are gone with %u of %u tasks answered", answered,
                                    tasks);
        }
    }
    e->answered_ns = now_ns(); /* that each worker is then woken to leave is no part of the work */
    close(s->tasks[1]);        /* workers see the end and leave */
    s->tasks[1] = -1;
    return engine_await_done(e, e->cell->workers);
}

static int stop(struct engine *e)
{
    struct state *s = e->model_state;
    int rc = process_pool_stop(e, s->pool);
    close(s->results[0]);
    free(s);
    return rc;
}

const struct model model_processes_pipe = {
    .name = "processes-pipe",
    .family = "processes",
    .summary = "pre-forked pool fed, and answered, over pipes",
    .like = "Python's multiprocessing.Pool",
    .lock_kind = "none (pipes)",
    .traits = MODEL_BLOCKS | MODEL_FORKS | MODEL_DISPATCHES,
    .kind = KIND_PIPE_FED,
    .look = {.rgb = 0xE69F00, .marker = 13, .letter = 'F'},
    .start = start,
    .run = run,
    .stop = stop,
};
