/* SPDX-License-Identifier: MIT */
/*
 * Sleeping on a loop. uv_timer counts whole milliseconds from a cached time, so a 1 ms timer may fire up to 1 ms early
 * or late: other work than the blocking executor's. So due times are kept in nanoseconds in a heap, and one timerfd,
 * watched by the loop, is set to the least of them: what one writes by hand for a loop that needs exact timers.
 */
#include "harness/model/loop_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "harness/base/base.h"

static void arm(struct timers *t)
{
    uint64_t due = t->n ? t->heap[0].due_ns : 0;
    if (due == t->armed_ns)
        return;
    /* Setting it anew also clears an expiry that has not been read. */
    struct itimerspec at = {.it_value = {.tv_sec = (time_t)(due / NS_PER_S), .tv_nsec = (long)(due % NS_PER_S)}};
    timerfd_settime(t->fd, TFD_TIMER_ABSTIME, &at, NULL);
    t->armed_ns = due;
}

static void push(struct timers *t, struct sleeper s)
{
    unsigned i = t->n++;
    for (; i && t->heap[(i - 1) / 2].due_ns > s.due_ns; i = (i - 1) / 2)
        t->heap[i] = t->heap[(i - 1) / 2];
    t->heap[i] = s;
}

static struct loop_lane *pop(struct timers *t)
{
    struct loop_lane *lane = t->heap[0].lane;
    struct sleeper s = t->heap[--t->n];
    unsigned i = 0;
    for (;;) {
        unsigned child = 2 * i + 1;
        if (child >= t->n)
            break;
        if (child + 1 < t->n && t->heap[child + 1].due_ns < t->heap[child].due_ns)
            child++;
        if (t->heap[child].due_ns >= s.due_ns)
            break;
        t->heap[i] = t->heap[child];
        i = child;
    }
    t->heap[i] = s;
    return lane;
}

static void on_timer(uv_poll_t *poll, int status, int events)
{
    (void)status;
    (void)events;
    struct loop *l = poll->data;
    struct timers *t = &l->timers;
    uint64_t now = now_ns();
    t->armed_ns = UINT64_MAX; /* it has fired: whatever is due next, it must be set */
    t->firing = true;
    while (t->n && t->heap[0].due_ns <= now && !l->failed) {
        struct loop_lane *lane = pop(t);
        lane->lane.op.res = 0;
        if (lane->lane.op.kind == OP_TICK)
            lane_tick(&lane->lane);
        loop_resume(lane);
    }
    t->firing = false;
    arm(t);
}

int timers_init(struct loop *l)
{
    struct timers *t = &l->timers;
    t->heap = malloc((l->n_lanes ? l->n_lanes : 1) * sizeof *t->heap);
    return t->heap ? 0 : -ENOMEM;
}

void timers_close(struct loop *l)
{
    if (!l->timers.used)
        return;
    uv_close((uv_handle_t *)&l->timers.poll, NULL);
    close(l->timers.fd);
}

static int first_use(struct loop *l)
{
    struct timers *t = &l->timers;
    t->fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    if (t->fd < 0)
        return -errno;
    int rc = uv_poll_init(&l->uv, &t->poll, t->fd);
    if (!rc) {
        t->poll.data = l;
        t->used = true;
        rc = uv_poll_start(&t->poll, UV_READABLE, on_timer);
    }
    return rc;
}

enum op_state timers_sleep(struct loop_lane *l)
{
    struct loop *lp = l->loop;
    int rc = lp->timers.used ? 0 : first_use(lp);
    if (rc) {
        l->lane.op.res = rc;
        return OP_NOW;
    }
    uint64_t due = l->lane.op.kind == OP_TICK ? lane_due(&l->lane) : now_ns() + l->lane.op.ns;
    push(&lp->timers, (struct sleeper){.due_ns = due, .lane = l});
    if (!lp->timers.firing && lp->timers.heap[0].lane == l)
        arm(&lp->timers);
    return OP_PARKED;
}
