/* SPDX-License-Identifier: MIT */
/*
 * The blocking executor: one task at a time, each op done by the plain system call that blocks. Serves serial, threads
 * and processes. With an interpreter lock it holds the lock while stepping and computing and drops it around what
 * blocks.
 */
#include "harness/model/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "harness/base/base.h"

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
    int rc, code = 0;
    socklen_t len = sizeof code;
    op->fd = connect_start(op->port, 0, &rc);
    if (rc != -EINTR)
        return rc;
    struct pollfd p = {.fd = op->fd, .events = POLLOUT};
    while (poll(&p, 1, -1) < 0 && errno == EINTR)
        ;
    if (getsockopt(op->fd, SOL_SOCKET, SO_ERROR, &code, &len))
        code = errno;
    if (code)
        close(op->fd);
    return -code;
}

static ssize_t wait_op(struct lane *l)
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

/* In place, never a call more: that costs 12 ns an op that switches (2 % of a pipe's round trip), as each return from
 * deeper than the switch does where the kernel refills the processor's stack of return addresses. */
static inline __attribute__((always_inline)) void wait_for(struct worker *w, struct lane *l)
{
    if (w->gil)
        gil_drop(w->gil);
    ssize_t res = wait_op(l);
    if (w->gil)
        gil_take(w->gil);
    lane_result(w, l, res);
}

static void do_op(struct worker *w, struct lane *l)
{
    lane_op(w, l);
    if (l->op.kind != OP_CPU) {
        wait_for(w, l);
        return;
    }
    l->op.fn(l->op.arg, &w->cx);
    l->op.res = 0;
    if (w->gil) /* an interpreter also looks between its own steps: a task of many short ops hands over too */
        cpu_checkpoint(&w->cx);
}

/* Without a table of steps: what a short unit of computing runs through is a few lines of cache, since others on the
 * same core take them away while units compute. */
static int task_run(struct worker *w, struct lane *l)
{
    enum step (*step)(void *, struct op *) = w->workload->step, what;
    for (;;) {
        while ((what = step(l->task, &l->op)) == STEP_OP)
            do_op(w, l);
        if (what == STEP_UNIT) {
            lane_unit(w, l);
        } else if (what == STEP_READY) {
            lane_ready(w, l);
        } else if (what == STEP_DONE) {
            lane_finish(w, l);
            return 0;
        } else {
            lane_fail(w, l);
            return -ECANCELED;
        }
    }
}

int blocking_task(struct worker *w, struct lane *l, unsigned task)
{
    if (w->gil)
        gil_take(w->gil);
    int rc = lane_begin(w, l, task);
    if (!rc)
        rc = task_run(w, l);
    if (w->gil)
        gil_drop(w->gil);
    return rc;
}

int blocking_tasks(struct worker *w, struct lane *l)
{
    long task;
    int rc = 0;
    while (!rc && (task = trial_take(w->trial)) >= 0)
        rc = blocking_task(w, l, (unsigned)task);
    return rc;
}
