/* SPDX-License-Identifier: MIT */
/*
 * The insides of the loop executor, shared by its four files: loop.c (lanes and turns), loop_timer.c (sleep),
 * loop_stream.c (pipes and sockets), loop_pool.c (files and offloaded compute on libuv's pool).
 *
 * An op either completes at once (OP_NOW; op.res is set) or parks its lane (OP_PARKED); whoever completes it later
 * calls loop_resume. One lane may go on with at most 64 ops that complete at once, or 1 ms, before the others get their
 * turn.
 */
#ifndef CONTEND_MODEL_LOOP_INTERNAL_H
#define CONTEND_MODEL_LOOP_INTERNAL_H

#include <uv.h>

#include "harness/model/worker.h"

enum op_state { OP_NOW, OP_PARKED };
enum { LOOP_MAX_NOW = 64, LOOP_MAX_TURN_NS = 1000000, LOOP_SCRATCH = 1025 };

struct loop_lane {
    struct lane lane; /* first: a lane is its loop_lane */
    struct loop *loop;
    struct loop_lane *next; /* in the ready queue */
};

/* A sleeping lane in the heap of due times. */
struct sleeper {
    uint64_t due_ns;
    struct loop_lane *lane;
};

struct timers {
    struct sleeper *heap; /* binary, least due first; room for all lanes */
    unsigned n;
    uint64_t armed_ns; /* what the timerfd is set to; 0: not set */
    int fd;
    uv_poll_t poll;
    bool firing, used;
};

struct stream;
struct loop {
    uv_loop_t uv;
    struct worker *worker;
    bool offload, failed;
    unsigned n_lanes, live; /* live: lanes with a task */
    struct loop_lane *lanes;
    struct loop_lane *ready, **ready_tail; /* lanes that gave up their turn */
    uv_idle_t idle;                        /* active while the ready queue is not empty */
    uv_prepare_t prepare;                  /* before the loop would wait */
    struct timers timers;
    struct stream **streams; /* by descriptor number */
    unsigned n_streams;
    unsigned drain_skip, drain_penalty; /* turns of the loop without streams_drain: left, and after the next in vain */
    struct stream *spare;               /* closed ones, for the next connections */
    char scratch[LOOP_SCRATCH];         /* a short op and the byte beyond it */
    union pool_req *reqs;               /* one a lane, when the pool is used */
};

/* The lane's op is complete: op.res is set. Goes on with the lane's task. */
void loop_resume(struct loop_lane *l);
/* Ends the loop after a failure that has been told to the trial. */
void loop_fail(struct loop *l);

int timers_init(struct loop *l);
void timers_close(struct loop *l);
enum op_state timers_sleep(struct loop_lane *l);

enum op_state stream_read(struct loop_lane *l);
enum op_state stream_write(struct loop_lane *l);
/* Called before the loop would wait: as long as streams are ready, serves them from the loop's own epoll descriptor. A
 * turn of libuv reads the clock twice and costs 120 ns more than its epoll_wait, which a hand-written loop does not
 * pay. Looks seldom where it finds nothing. */
void streams_drain(struct loop *l);
enum op_state stream_connect(struct loop_lane *l);
enum op_state stream_close(struct loop_lane *l);
void streams_close(struct loop *l); /* before uv_loop_close; a turn of the loop is needed after it */
void streams_free(struct loop *l);

int pool_reqs_init(struct loop *l);
enum op_state pool_file(struct loop_lane *l);
enum op_state pool_compute(struct loop_lane *l);

#endif
