/* SPDX-License-Identifier: MIT */
/*
 * libuv's thread pool; see offload.h. Its threads inherit the mask of the thread that makes them, so each is pinned by
 * a work item of its own; the items meet at a barrier, so that no thread takes two.
 */
#include "harness/engine/offload.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#include "harness/engine/loop_call.h"
#include "harness/engine/pool.h"
#include "harness/machine/machine.h"

struct offload_request {
    union {
        uv_fs_t fs;
        uv_work_t work;
    } uv;
    struct offload *offload;
    struct lane *lane;
};

int offload_init(struct offload *o, uv_loop_t *uv, void (*wake)(struct lane *l), unsigned first, unsigned n)
{
    size_t bytes = (n ? n : 1) * sizeof *o->requests;
    *o = (struct offload){.uv = uv, .wake = wake, .first = first, .requests = malloc(bytes)};
    if (!o->requests)
        return -ENOMEM;
    memset(o->requests, 0, bytes); /* unlike calloc's, there before the run */
    return 0;
}

void offload_release(struct offload *o)
{
    free(o->requests);
    o->requests = NULL;
}

static struct offload_request *request_of(struct offload *o, struct lane *l)
{
    struct offload_request *r = &o->requests[l->number - o->first];
    r->offload = o;
    r->lane = l;
    return r;
}

/* What libuv says of a request: above or at 0 it was taken. */
static enum lane_next begun(struct offload *o, struct lane *l, int rc)
{
    l->op.res = rc;
    if (rc < 0)
        return LANE_GOES_ON;
    o->under_way++;
    return LANE_PARKED;
}

static void complete(struct offload_request *r, ssize_t res)
{
    r->offload->under_way--;
    r->lane->op.res = res;
    r->offload->wake(r->lane);
}

static void on_file(uv_fs_t *req)
{
    ssize_t res = req->result;
    uv_fs_req_cleanup(req);
    complete(req->data, res);
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
    case OP_FCLOSE:
        return uv_fs_close(uv, req, op->fd, on_file);
    default:
        return -EINVAL; /* no op on a file */
    }
}

enum lane_next offload_file(struct offload *o, struct lane *l)
{
    if (!o->requests) {
        l->op.res = -ENOTSUP; /* the workload did not say NEED_FILES */
        return LANE_GOES_ON;
    }
    struct offload_request *r = request_of(o, l);
    int rc = submit(o->uv, &r->uv.fs, &l->op);
    r->uv.fs.data = r;
    return begun(o, l, rc);
}

static void work(uv_work_t *req)
{
    struct offload_request *r = req->data;
    struct cpu_ctx cx = {0};
    r->lane->op.fn(r->lane->op.arg, &cx);
}

static void on_work(uv_work_t *req, int status)
{
    complete(req->data, status);
}

enum lane_next offload_compute(struct offload *o, struct lane *l)
{
    struct offload_request *r = request_of(o, l);
    r->uv.work.data = r;
    return begun(o, l, uv_queue_work(o->uv, &r->uv.work, work, on_work));
}

struct pin {
    uv_work_t req;
    struct engine *engine;
    pthread_barrier_t *barrier;
    unsigned worker, index;
    bool computes;
    int rc;
};

static void pin_work(uv_work_t *req)
{
    struct pin *p = req->data;
    const struct cell *c = p->engine->cell;
    prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
    if (c->n_pus)
        p->rc = pin_self(c->pus[pool_thread_pu(c, p->worker, p->index)]);
    if (p->computes && !p->rc) /* as many as an even share of the lanes, rounded up */
        p->rc = worker_warm(p->engine, (lanes_of(c, p->worker) + c->pool - 1) / c->pool);
    pthread_barrier_wait(p->barrier);
}

static void pin_done(uv_work_t *req, int status)
{
    (void)req;
    (void)status;
}

static int pin_pool(struct engine *e, unsigned worker, bool computes, struct pin *pins, unsigned n)
{
    uv_loop_t loop;
    pthread_barrier_t barrier;
    int rc = uv_loop_init(&loop);
    if (rc)
        return engine_fail_call(e, -rc, loop_call_failing(), "a loop for the pool's threads can't be made");
    rc = loop_can_wait(&loop);
    if (rc) {
        uv_loop_close(&loop);
        return engine_fail_call(e, -rc, "epoll_wait", "a loop for the pool's threads can't wait");
    }
    pthread_barrier_init(&barrier, NULL, n);
    for (unsigned i = 0; i < n; i++) {
        pins[i] = (struct pin){.engine = e, .barrier = &barrier, .worker = worker, .index = i, .computes = computes};
        pins[i].req.data = &pins[i];
        uv_queue_work(&loop, &pins[i].req, pin_work, pin_done);
    }
    uv_run(&loop, UV_RUN_DEFAULT);
    uv_loop_close(&loop);
    pthread_barrier_destroy(&barrier);
    for (unsigned i = 0; i < n && !rc; i++)
        rc = pins[i].rc;
    return rc ? engine_fail_call(e, -rc, "sched_setaffinity", "the pool's %u threads can't be pinned", n) : 0;
}

static void *nothing(void *arg)
{
    return arg;
}

/* libuv aborts when it can't have its threads; this says why. */
static int try_thread(struct engine *e)
{
    pthread_t thread;
    int rc = thread_spawn(e, &thread, nothing, NULL);
    if (!rc)
        pthread_join(thread, NULL);
    return rc;
}

int offload_pool_start(struct engine *e, unsigned worker, bool computes)
{
    unsigned n = e->cell->pool;
    if (!n)
        return 0;
    char text[16];
    snprintf(text, sizeof text, "%u", n);
    setenv("UV_THREADPOOL_SIZE", text, 1); /* read once a process, when its first work item is queued: below */
    struct pin *pins = calloc(n, sizeof *pins);
    int rc = pins ? try_thread(e) : engine_fail_call(e, ENOMEM, NULL, "the pool's threads can't be pinned");
    if (!rc)
        rc = pin_pool(e, worker, computes, pins, n);
    free(pins);
    return rc;
}
