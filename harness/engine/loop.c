/* SPDX-License-Identifier: MIT */
/*
 * The loop: lanes, their turns, and where it waits; see loop.h. Ops are counted exactly where blocking workers count
 * them, so the two can be compared.
 *
 * uv_timer counts whole milliseconds from a cached time, so a 1 ms timer may fire up to 1 ms early or late: other work
 * than a blocking worker's. So due times are kept in nanoseconds (timers.h), and one timerfd, watched by the loop, is
 * set to the least of them: what one writes by hand for a loop that needs exact timers.
 */
#include "harness/engine/loop.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "harness/base/base.h"
#include "harness/engine/loop_call.h"

enum { EVENTS = 64 };

/* --- lanes and their turns --- */

bool loop_next_task(struct loop_lane *l)
{
    struct loop *lp = l->loop;
    long task = engine_take(lp->worker->engine);
    if (task >= 0 && lane_begin(lp->worker, &l->lane, (unsigned)task) == 0)
        return true;
    if (task >= 0)
        loop_fail(lp);
    lp->live--;
    return false;
}

static void begin_turn(struct loop *l)
{
    l->turn_ops_left = LOOP_MAX_NOW;
    l->turn_began_ns = 0;
}

enum lane_next loop_turn_is_over(struct loop_lane *l)
{
    struct loop *lp = l->loop;
    begin_turn(lp);
    if (lp->live <= 1)
        return LANE_GOES_ON;
    l->next = NULL;
    *lp->ready_tail = l;
    lp->ready_tail = &l->next;
    return LANE_YIELDED;
}

void loop_fail(struct loop *l)
{
    l->failed = true;
}

static inline __attribute__((always_inline)) void take_turn(struct loop_lane *l)
{
    struct worker *w = l->loop->worker;
    enum lane_next next;
    while ((next = lane_steps(w, &l->lane, loop_op, loop_unit)) == LANE_DONE)
        if (!loop_next_task(l))
            return;
    if (next == LANE_FAILED)
        loop_fail(l->loop);
}

void loop_take_turn(struct loop_lane *l)
{
    take_turn(l);
}

static inline __attribute__((always_inline)) void go_on_here(struct loop_lane *l)
{
    struct loop *lp = l->loop;
    begin_turn(lp);
    if (lp->go_on == loop_take_turn) /* in place */
        take_turn(l);
    else
        lp->go_on(l);
}

static void go_on(struct loop_lane *l)
{
    go_on_here(l);
}

/* The lane's op is complete: op.res is set. */
static inline __attribute__((always_inline)) void wake_here(struct lane *lane)
{
    struct loop_lane *l = loop_lane_of(lane);
    l->loop->worker->tally.events++;
    if (l->loop->failed)
        return;
    lane_result(l->loop->worker, lane, lane->op.res);
    go_on_here(l);
}

static void wake(struct lane *lane)
{
    wake_here(lane);
}

static void serve_ready(struct loop *lp)
{
    struct loop_lane *l = lp->ready;
    lp->ready = NULL;
    lp->ready_tail = &lp->ready;
    while (l && !lp->failed) {
        struct loop_lane *next = l->next;
        go_on(l);
        l = next;
    }
}

/* --- timers --- */

static void cannot(struct loop *l, int code, const char *call)
{
    engine_fail_call(l->worker->engine, code, call, "a loop can't go on");
    l->failed = true;
}

static void arm(struct loop *l)
{
    uint64_t due = timers_next(&l->timers);
    if (due == l->armed_ns)
        return;
    /* Setting it anew also clears an expiry that has not been read. */
    struct itimerspec at = {.it_value = {.tv_sec = (time_t)(due / NS_PER_S), .tv_nsec = (long)(due % NS_PER_S)}};
    if (timerfd_settime(l->timer_fd, TFD_TIMER_ABSTIME, &at, NULL))
        cannot(l, errno, "timerfd_settime"); /* what sleeps would do so for ever */
    l->armed_ns = due;
}

static void fire(struct loop *l)
{
    uint64_t now = now_ns(), due;
    l->armed_ns = UINT64_MAX; /* it has fired: whatever is due next, it must be set */
    l->firing = true;
    while ((due = timers_next(&l->timers)) && due <= now && !l->failed) {
        struct lane *lane = timers_pop(&l->timers);
        lane->op.res = 0;
        if (lane->op.kind == OP_TICK)
            lane_tick(lane);
        wake(lane);
    }
    l->firing = false;
    arm(l);
}

static void on_timer(uv_poll_t *poll, int status, int events)
{
    (void)status;
    (void)events;
    fire(poll->data);
}

/* Made with the loop, not at the first sleep: its number is then none that tasks have had for descriptors of their own,
 * and a limit of open files shows before the gate. */
static int open_timer(struct loop *l)
{
    int fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    if (fd < 0)
        return -errno;
    int rc = uv_poll_init(&l->uv, &l->timer_poll, fd);
    if (rc) {
        close(fd);
        return rc;
    }
    l->timer_fd = fd;
    l->timer_poll.data = l;
    return uv_poll_start(&l->timer_poll, UV_READABLE, on_timer);
}

static enum lane_next sleep_op(struct loop *lp, struct lane *l)
{
    uint64_t due = l->op.kind == OP_TICK ? lane_due(l) : now_ns() + l->op.ns;
    timers_push(&lp->timers, due, l);
    if (!lp->firing && timers_next(&lp->timers) == due)
        arm(lp);
    return LANE_PARKED;
}

/* --- ops --- */

enum lane_next loop_start_other(struct loop_lane *l)
{
    struct loop *lp = l->loop;
    struct lane *lane = &l->lane;
    switch (lane->op.kind) {
    case OP_CPU:
        return offload_compute(&lp->pool, lane);
    case OP_SLEEP:
    case OP_TICK:
        return sleep_op(lp, lane);
    case OP_PREAD:
    case OP_PWRITE:
    case OP_FSYNC:
    case OP_OPEN:
    case OP_FCLOSE:
        return offload_file(&lp->pool, lane);
    case OP_CONNECT:
        return streams_connect(&lp->streams, lane);
    case OP_CLOSE:
        return streams_close(&lp->streams, lane);
    case OP_READ:
    case OP_WRITE:
    case OP_KINDS:
        break;
    }
    lane->op.res = -EINVAL;
    return LANE_GOES_ON;
}

/* --- waiting --- */

/* Looks at what libuv has the kernel watch, and serves it. `timeout_ms` as of epoll_wait. true: something is libuv's;
 * it is seen again, being level-triggered, in libuv's turn. */
static inline __attribute__((always_inline)) bool look(struct loop *l, int timeout_ms)
{
    struct epoll_event e[EVENTS];
    bool others = false;
    int n = epoll_wait(uv_backend_fd(&l->uv), e, EVENTS, timeout_ms);
    if (n < 0 && errno != EINTR)
        cannot(l, errno, "epoll_wait");
    l->worker->tally.wakeups++;
    l->streams.looks++;
    for (int i = 0; i < n && !l->failed; i++) {
        if (e[i].data.fd == l->timer_fd) {
            fire(l);
            continue;
        }
        struct lane *lane = streams_event(&l->streams, e[i].data.fd, e[i].events, &others);
        if (lane)
            wake_here(lane);
    }
    return others;
}

static void turn_of_libuv(struct loop *l)
{
    l->streams.changed = false;
    l->worker->tally.wakeups++;
    uv_run(&l->uv, l->ready ? UV_RUN_NOWAIT : UV_RUN_ONCE);
}

int loop_run(struct loop *l)
{
    unsigned begun = 0;
    for (bool more = true; begun < l->n_lanes && more && !l->failed; begun += more) {
        l->live++;
        more = loop_next_task(&l->lanes[begun]);
    }
    for (unsigned i = 0; i < begun && !l->failed; i++)
        go_on(&l->lanes[i]);
    bool others = false;
    while (l->live && !l->failed) {
        if (l->ready)
            serve_ready(l);
        if (!l->live || l->failed)
            break;
        if (others || l->streams.changed || l->pool.under_way)
            turn_of_libuv(l);
        if (l->live && !l->failed && !l->streams.changed && !l->pool.under_way)
            others = look(l, l->ready ? 0 : -1);
        else
            others = false;
    }
    return l->failed ? -ECANCELED : 0;
}

/* --- life --- */

/* A turn in which nothing happens: libuv's code is there, and its own descriptors are registered, before anything is
 * measured. */
static void warm_up(struct loop *l)
{
    uv_run(&l->uv, UV_RUN_NOWAIT);
    look(l, 0);
    l->worker->tally.wakeups = 0;
}

static int fill(struct loop *l, struct worker *w, bool offloads)
{
    const struct cell *c = w->engine->cell;
    unsigned n = lanes_of(c, w->index), first = lanes_first(c, w->index);
    l->lanes = calloc(n ? n : 1, sizeof *l->lanes);
    int rc = l->lanes ? timers_init(&l->timers, n) : -ENOMEM;
    if (!rc)
        rc = open_timer(l);
    if (!rc && (offloads || (w->workload->needs & NEED_FILES)))
        rc = offload_init(&l->pool, &l->uv, wake, first, n);
    if (rc)
        return engine_fail_call(w->engine, -rc, loop_call_failing(), "a loop with %u tasks in flight can't be made", n);
    for (; !rc && l->n_lanes < n; l->n_lanes++) {
        rc = lane_init(w->engine, &l->lanes[l->n_lanes].lane, first + l->n_lanes);
        l->lanes[l->n_lanes].loop = l;
    }
    return rc;
}

int loop_new(struct loop **out, struct worker *w, bool offloads, loop_go_on *go_on_with)
{
    struct loop *l = calloc(1, sizeof *l);
    int rc = l ? uv_loop_init(&l->uv) : -ENOMEM;
    if (rc) {
        free(l);
        return engine_fail_call(w->engine, -rc, loop_call_failing(), "a loop can't be made");
    }
    rc = loop_can_wait(&l->uv);
    if (rc) {
        uv_loop_close(&l->uv);
        free(l);
        return engine_fail_call(w->engine, -rc, "epoll_wait", "a loop can't wait");
    }
    *out = l;
    l->worker = w;
    l->go_on = go_on_with;
    l->offloads = offloads;
    l->turns_are_timed = w->engine->cell->latency_stride == 1;
    l->ready_tail = &l->ready;
    l->timer_fd = -1;
    streams_init(&l->streams, &l->uv, wake);
    rc = fill(l, w, offloads);
    if (!rc)
        warm_up(l);
    return rc;
}

void loop_free(struct loop *l)
{
    if (!l || l->failed) /* after a failure the pool may still work on all of it; the process is about to end */
        return;
    if (l->timer_fd >= 0) {
        uv_close((uv_handle_t *)&l->timer_poll, NULL);
        close(l->timer_fd);
    }
    streams_end(&l->streams);
    uv_run(&l->uv, UV_RUN_DEFAULT);
    uv_loop_close(&l->uv);
    streams_release(&l->streams);
    for (unsigned i = 0; i < l->n_lanes; i++)
        lane_release(&l->lanes[i].lane);
    timers_release(&l->timers);
    offload_release(&l->pool);
    free(l->lanes);
    free(l);
}

void loop_body(struct worker *w, void *arg)
{
    struct loop *l = NULL;
    (void)arg;
    if (loop_new(&l, w, false, loop_take_turn) == 0 && worker_enter(w) == 0 && loop_run(l) == 0)
        worker_leave(w);
    loop_free(l);
}
