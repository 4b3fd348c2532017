/* SPDX-License-Identifier: MIT */
/*
 * Waiting on a loop: many lanes on one thread, each of which goes on when what it waits for has come. An op either
 * completes at once or parks its lane; whoever completes it later wakes the lane. How a lane is gone on with is the
 * model's: loop_take_turn steps it where it stands, another may switch to a stack of its own.
 *
 * One lane may go on with at most 64 ops that complete at once, or 1 ms, before the others get their turn.
 *
 * The loop is libuv's: it registers descriptors with the kernel, holds the thread pool and the handles. Between its
 * turns the loop looks at libuv's epoll descriptor itself (uv_backend_fd, as one who embeds libuv does): a turn reads
 * the clock twice and costs 120 ns more than its epoll_wait, which a hand-written loop does not pay. libuv has its turn
 * whenever it must tell the kernel what is watched, while its pool works, and when an event is not of a stream or
 * timer.
 */
#ifndef CONTEND_ENGINE_LOOP_H
#define CONTEND_ENGINE_LOOP_H

#include <uv.h>

#include "harness/engine/lane.h"
#include "harness/engine/offload.h"
#include "harness/engine/streams.h"
#include "harness/engine/timers.h"

enum { LOOP_MAX_NOW = 64, LOOP_MAX_TURN_NS = 1000000 };

struct loop;
struct loop_lane {
    struct lane lane; /* first: a lane is its loop_lane */
    struct loop *loop;
    struct loop_lane *next; /* in the ready queue */
    void *own;              /* the model's; NULL at first */
};
/* Goes on with a lane that has a task, until it parks, gives up its turn, or has no task left. */
typedef void loop_go_on(struct loop_lane *l);

struct loop {
    uv_loop_t uv;
    struct worker *worker;
    loop_go_on *go_on;
    bool offloads, failed;
    unsigned n_lanes, live; /* live: lanes with a task */
    struct loop_lane *lanes;
    struct loop_lane *ready, **ready_tail; /* lanes that gave up their turn */
    unsigned turn_ops_left;                /* that may complete at once before the lane that has its turn gives way */
    bool turns_are_timed;                  /* each unit reads the clock, which then limits turns, too */
    uint64_t turn_began_ns;                /* at its first unit; 0: there was none yet */
    struct streams streams;
    struct offload pool;
    struct timers timers;
    int timer_fd; /* -1: it could not be made */
    uv_poll_t timer_poll;
    uint64_t armed_ns; /* what the timerfd is set to; 0: not set */
    bool firing;
};

/* A loop with the worker's lanes (lanes_of), on the calling thread. `offloads`: compute goes to libuv's pool. Memory is
 * touched here. 0, or -ECANCELED, told to the engine; loop_free in any case. */
int loop_new(struct loop **out, struct worker *w, bool offloads, loop_go_on *go_on);
int loop_run(struct loop *l); /* takes tasks from the engine's counter until all are done; 0 or -ECANCELED */
void loop_free(struct loop *l);

/* Steps the lane on the loop's own stack. */
void loop_take_turn(struct loop_lane *l);
/* The lane takes the next task; false: there is none, or it failed, and the lane is done. */
bool loop_next_task(struct loop_lane *l);
/* Ends the loop after a failure that has been told to the engine. */
void loop_fail(struct loop *l);

/* The body of a worker that is an event loop (see pool.h); arg is NULL. */
void loop_body(struct worker *w, void *arg);
/* start, run and stop of a model whose one loop runs on the trial's own thread; `state` begins with struct loop_main
 * and is all zero. No other thread is made unless libuv's pool is needed. */
struct loop_main {
    struct worker worker;
    struct loop *loop;
};
int loop_main_start(struct engine *e, struct loop_main *state, bool offloads, loop_go_on *go_on);
int loop_main_run(struct engine *e);
int loop_main_stop(struct engine *e); /* frees the state */

/* --- hooks for lane_steps --- */

/* Begins an op that is none of a stream's data. */
enum lane_next loop_start_other(struct loop_lane *l);
/* The lane is served again after the others, LANE_YIELDED; LANE_GOES_ON: there are none, and another turn begins. */
enum lane_next loop_turn_is_over(struct loop_lane *l);

static inline struct loop_lane *loop_lane_of(struct lane *l)
{
    return (struct loop_lane *)l;
}

/* Reading and writing are in place, see lane_steps; behind computing, so that what a short unit of it runs through is a
 * few lines of cache: while units compute, others on the same core take these lines away. */
static inline __attribute__((always_inline)) enum lane_next loop_op(struct worker *w, struct lane *lane)
{
    struct loop_lane *l = loop_lane_of(lane);
    struct loop *lp = l->loop;
    if (__builtin_expect(lane->op.kind == OP_CPU && !lp->offloads, 1)) {
        lane_op_of(w, lane, OP_CPU);
        lane->op.fn(lane->op.arg, &w->cx);
        lane->op.res = 0;
    } else {
        lane_op(w, lane);
        enum lane_next next = lane->op.kind == OP_READ    ? streams_read(&lp->streams, lane)
                              : lane->op.kind == OP_WRITE ? streams_write(&lp->streams, lane)
                                                          : loop_start_other(l);
        if (next == LANE_PARKED)
            return LANE_PARKED;
        lane_result(w, lane, lane->op.res);
    }
    if (--lp->turn_ops_left)
        return LANE_GOES_ON;
    return loop_turn_is_over(l);
}

/* Counts the unit; the lane has had its turn for long enough as the clock says that each unit has read. */
static inline __attribute__((always_inline)) enum lane_next loop_unit(struct worker *w, struct lane *lane)
{
    struct loop *lp = loop_lane_of(lane)->loop;
    lane_unit(w, lane);
    if (!lp->turns_are_timed)
        return LANE_GOES_ON;
    if (!lp->turn_began_ns)
        lp->turn_began_ns = lane->started_ns;
    if (lane->started_ns - lp->turn_began_ns <= LOOP_MAX_TURN_NS)
        return LANE_GOES_ON;
    return loop_turn_is_over(loop_lane_of(lane));
}

#endif
