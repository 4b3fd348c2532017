/* SPDX-License-Identifier: MIT */
/*
 * libuv's thread pool: regular files (which can't be polled) and offloaded compute. Its threads inherit the mask of the
 * thread that makes them, so each is pinned by a work item of its own; the items meet at a barrier, so that no thread
 * takes two.
 */
#include "harness/model/loop_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "harness/machine/machine.h"

union pool_req {
    uv_fs_t fs;
    uv_work_t work;
};

int pool_reqs_init(struct loop *l)
{
    l->reqs = calloc(l->n_lanes ? l->n_lanes : 1, sizeof *l->reqs);
    return l->reqs ? 0 : -ENOMEM;
}

static union pool_req *req_of(struct loop_lane *l)
{
    return &l->loop->reqs[l - l->loop->lanes];
}

static void on_file(uv_fs_t *req)
{
    struct loop_lane *l = req->data;
    l->lane.op.res = req->result;
    uv_fs_req_cleanup(req);
    loop_resume(l);
}

static int submit(uv_loop_t *uv, uv_fs_t *req, const struct op *op)
{
    uv_buf_t buf = uv_buf_init(op->buf, (unsigned)op->len);
    switch (op->kind) {
    case OP_PREAD:
        return uv_fs_read(uv, req, op->fd, &buf, 1, op->offset, on_file);
    case OP_PWRITE:
        return uv_fs_write(uv, req, op->fd, &buf, 1, op->offset, on_file);
    case OP_FSYNC:
        return op->data_only ? uv_fs_fdatasync(uv, req, op->fd, on_file) : uv_fs_fsync(uv, req, op->fd, on_file);
    case OP_OPEN:
        return uv_fs_open(uv, req, op->buf, O_RDONLY, 0, on_file); /* libuv adds O_CLOEXEC */
    default:
        return uv_fs_close(uv, req, op->fd, on_file);
    }
}

enum op_state pool_file(struct loop_lane *l)
{
    struct op *op = &l->lane.op;
    if (!l->loop->reqs) {
        op->res = -ENOTSUP; /* the workload did not say NEED_FILES */
        return OP_NOW;
    }
    uv_fs_t *req = &req_of(l)->fs;
    int rc = submit(&l->loop->uv, req, op);
    req->data = l;
    op->res = rc;
    return rc < 0 ? OP_NOW : OP_PARKED;
}

static void work(uv_work_t *req)
{
    struct loop_lane *l = req->data;
    struct cpu_ctx cx = {0};
    l->lane.op.fn(l->lane.op.arg, &cx);
}

static void on_work(uv_work_t *req, int status)
{
    struct loop_lane *l = req->data;
    l->lane.op.res = status;
    loop_resume(l);
}

enum op_state pool_compute(struct loop_lane *l)
{
    uv_work_t *req = &req_of(l)->work;
    req->data = l;
    int rc = uv_queue_work(&l->loop->uv, req, work, on_work);
    l->lane.op.res = rc;
    return rc < 0 ? OP_NOW : OP_PARKED;
}

struct pin {
    uv_work_t req;
    const struct cell *cell;
    pthread_barrier_t *barrier;
    unsigned worker, index;
    int rc;
};

static void pin_work(uv_work_t *req)
{
    struct pin *p = req->data;
    prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
    if (p->cell->n_pus)
        p->rc = pin_self(p->cell->pus[model_pool_pu(p->cell, p->worker, p->index)]);
    pthread_barrier_wait(p->barrier);
}

static void pin_done(uv_work_t *req, int status)
{
    (void)req;
    (void)status;
}

static int pin_pool(struct trial *t, unsigned worker, struct pin *pins, unsigned n)
{
    uv_loop_t loop;
    pthread_barrier_t barrier;
    int rc = uv_loop_init(&loop);
    if (rc)
        return rc;
    pthread_barrier_init(&barrier, NULL, n);
    for (unsigned i = 0; i < n; i++) {
        pins[i] = (struct pin){.cell = t->cell, .barrier = &barrier, .worker = worker, .index = i};
        pins[i].req.data = &pins[i];
        uv_queue_work(&loop, &pins[i].req, pin_work, pin_done);
    }
    uv_run(&loop, UV_RUN_DEFAULT);
    uv_loop_close(&loop);
    pthread_barrier_destroy(&barrier);
    for (unsigned i = 0; i < n && !rc; i++)
        rc = pins[i].rc;
    return rc;
}

int loop_pool_start(struct trial *t, unsigned worker)
{
    unsigned n = t->cell->pool;
    if (!n)
        return 0;
    char text[16];
    snprintf(text, sizeof text, "%u", n);
    setenv("UV_THREADPOOL_SIZE", text, 1); /* read once a process, when its first work item is queued: below */
    struct pin *pins = calloc(n, sizeof *pins);
    int rc = pins ? pin_pool(t, worker, pins, n) : -ENOMEM;
    free(pins);
    if (rc)
        trial_fail(t, "the pool's %u threads can't be pinned: %s", n, strerror(-rc));
    return rc ? -ECANCELED : 0;
}
