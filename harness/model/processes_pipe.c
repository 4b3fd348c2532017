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
#include "harness/model/pool.h"

enum {
    BATCH = 1024, /* messages the feeder moves in one call: PIPE_BUF / 4 */
    LOOK_MS = 100 /* a death seen just before the wait must not be slept over */
};

struct state {
    struct process_pool *pool;
    int tasks[2], results[2];
};

/* One whole message, 0 at the end of the pipe, or -errno. */
static ssize_t message(ssize_t (*call)(int, void *, size_t), int fd, unsigned *m)
{
    ssize_t n;
    do
        n = call(fd, m, sizeof *m);
    while (n < 0 && errno == EINTR);
    return n < 0 ? -errno : n;
}

static ssize_t put(int fd, void *buf, size_t n)
{
    return write(fd, buf, n);
}

static void body(struct worker *w, void *arg)
{
    struct state *s = arg;
    struct lane l;
    close(s->tasks[1]); /* else the end of the pipe would never come */
    close(s->results[0]);
    if (lane_init(&l, w->workload)) {
        trial_fail(w->trial, "out of memory for a task of %zu bytes", w->workload->task_size);
        return;
    }
    if (worker_enter(w) == 0) {
        unsigned task;
        ssize_t n = 0;
        int rc = 0;
        while (!rc && (n = message(read, s->tasks[0], &task)) == sizeof task) {
            rc = blocking_task(w, &l, task);
            if (!rc && (n = message(put, s->results[1], &task)) != sizeof task)
                break;
        }
        if (!rc && n != 0)
            trial_fail(w->trial, "worker %u lost its pipe: %s", w->index,
                       n < 0 ? strerror((int)-n) : "message cut short");
        else if (!rc)
            worker_leave(w);
    }
    lane_release(&l);
}

static int start(struct trial *t)
{
    struct state *s = calloc(1, sizeof *s);
    t->model_state = s;
    if (!s || pipe2(s->tasks, O_CLOEXEC) || pipe2(s->results, O_CLOEXEC)) {
        trial_fail(t, "the pool's pipes can't be made: %s", strerror(errno));
        return -1;
    }
    /* The feeder must not block on a full task pipe while results wait; blocking workers share no descriptor of these
     * ends. */
    fcntl(s->tasks[1], F_SETFL, O_NONBLOCK);
    fcntl(s->results[0], F_SETFL, O_NONBLOCK);
    int rc = process_pool_start(t, &s->pool, body, s);
    if (rc)
        return rc;
    close(s->tasks[0]);
    close(s->results[1]);
    return dispatcher_pin(t);
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

static int run(struct trial *t)
{
    struct state *s = t->model_state;
    unsigned tasks = t->cell->tasks, next = 0, answered = 0;
    while (answered < tasks && !trial_failed(t)) {
        int rc = feed(s, tasks, &next);
        struct pollfd p[2] = {{.fd = s->results[0], .events = POLLIN},
                              {.fd = next < tasks ? s->tasks[1] : -1, .events = POLLOUT}};
        int n = rc ? 1 : poll(p, 2, LOOK_MS);
        if (n < 0 && errno != EINTR)
            rc = -errno;
        else if (n <= 0 && trial_reap(t, false) == -ECANCELED)
            return -ECANCELED; /* one worker is gone with its task, while the others hold the pipes open */
        if (!rc && (p[0].revents & (POLLIN | POLLHUP)))
            rc = collect(s, &answered);
        if (rc && answered < tasks) {
            trial_reap(t, false);
            trial_fail(t, "the pool's workers are gone with %u of %u tasks answered: %s", answered, tasks,
                       strerror(-rc));
            return -ECANCELED;
        }
    }
    t->answered_ns = now_ns(); /* that each worker is then woken to leave is no part of the work */
    close(s->tasks[1]);        /* workers see the end and leave */
    s->tasks[1] = -1;
    return trial_await_done(t, t->cell->workers);
}

static int stop(struct trial *t)
{
    struct state *s = t->model_state;
    int rc = process_pool_stop(t, s->pool);
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
    .traits = MODEL_BLOCKS | MODEL_FORKS,
    .start = start,
    .run = run,
    .stop = stop,
};
