/* SPDX-License-Identifier: MIT */
/* Waiting by blocking; see blocking.h. */
#include "harness/engine/blocking.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <time.h>
#include <unistd.h>

#include "harness/base/base.h"
#include "harness/engine/socket.h"

static ssize_t sleep_ns(uint64_t ns)
{
    struct timespec left = {.tv_sec = (time_t)(ns / NS_PER_S), .tv_nsec = (long)(ns % NS_PER_S)};
    int rc;
    while ((rc = clock_nanosleep(CLOCK_MONOTONIC, 0, &left, &left)) == EINTR)
        ; /* what is left is slept on: never less than asked */
    return -rc;
}

static ssize_t sleep_until(uint64_t due_ns)
{
    struct timespec at = {.tv_sec = (time_t)(due_ns / NS_PER_S), .tv_nsec = (long)(due_ns % NS_PER_S)};
    int rc;
    while ((rc = clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL)) == EINTR)
        ;
    return -rc;
}

static ssize_t result(ssize_t n)
{
    return n < 0 ? -errno : n;
}

/* Connects; a signal that cuts the call short does not cut short the handshake, which is then waited for. */
static ssize_t connect_op(struct op *op)
{
    int rc;
    op->fd = connect_start(op->port, 0, &rc);
    if (rc != -EINTR)
        return rc;
    struct pollfd p = {.fd = op->fd, .events = POLLOUT};
    while (poll(&p, 1, -1) < 0 && errno == EINTR)
        ;
    rc = connect_result(op->fd);
    if (rc)
        close(op->fd);
    return rc;
}

static inline __attribute__((always_inline)) ssize_t wait_op(struct lane *l)
{
    struct op *op = &l->op;
    ssize_t res;
    if (op->kind == OP_READ)
        return result(read(op->fd, op->buf, op->len));
    if (op->kind == OP_WRITE)
        return result(write(op->fd, op->buf, op->len));
    switch (op->kind) {
    case OP_SLEEP:
        return sleep_ns(op->ns);
    case OP_PREAD:
        return result(pread(op->fd, op->buf, op->len, op->offset));
    case OP_PWRITE:
        return result(pwrite(op->fd, op->buf, op->len, op->offset));
    case OP_CONNECT:
        return connect_op(op);
    case OP_CLOSE:
    case OP_FCLOSE:
        return result(close(op->fd));
    case OP_FSYNC:
        return result(op->data_only ? fdatasync(op->fd) : fsync(op->fd));
    case OP_OPEN:
        return result(open(op->buf, O_RDONLY | O_CLOEXEC));
    case OP_TICK:
        res = sleep_until(lane_due(l));
        lane_tick(l);
        return res;
    case OP_READ:
    case OP_WRITE:
    case OP_CPU:
    case OP_KINDS:
        break;
    }
    return -EINVAL;
}

ssize_t blocking_wait(struct lane *l)
{
    return wait_op(l);
}

static inline __attribute__((always_inline)) enum lane_next do_op(struct worker *w, struct lane *l)
{
    lane_op(w, l);
    if (l->op.kind != OP_CPU) {
        lane_result(w, l, wait_op(l));
        return LANE_GOES_ON;
    }
    l->op.fn(l->op.arg, &w->cx);
    l->op.res = 0;
    return LANE_GOES_ON;
}

int blocking_task(struct worker *w, struct lane *l, unsigned task)
{
    int rc = lane_begin(w, l, task);
    if (rc)
        return rc;
    return lane_steps(w, l, do_op, lane_unit_plain) == LANE_DONE ? 0 : -ECANCELED;
}

int blocking_tasks(struct worker *w, struct lane *l)
{
    long task;
    int rc = 0;
    while (!rc && (task = engine_take(w->engine)) >= 0)
        rc = blocking_task(w, l, (unsigned)task);
    return rc;
}

void blocking_worker(struct worker *w, int (*work)(struct worker *w, struct lane *l))
{
    struct lane l;
    if (lane_init(w->engine, &l, w->index))
        return;
    if (worker_enter(w) == 0 && work(w, &l) == 0)
        worker_leave(w);
    lane_release(&l);
}

void blocking_body(struct worker *w, void *arg)
{
    (void)arg;
    blocking_worker(w, blocking_tasks);
}
