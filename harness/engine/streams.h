/* SPDX-License-Identifier: MIT */
/*
 * Lanes that wait for pipes and sockets, by descriptor, which libuv registers with the kernel. It waits for nothing
 * itself: events come from libuv (its callbacks), or from whoever looks at libuv's descriptor (streams_event).
 */
#ifndef CONTEND_ENGINE_STREAMS_H
#define CONTEND_ENGINE_STREAMS_H

#include <uv.h>

#include "harness/engine/lane.h"

enum { STREAMS_SCRATCH = 1025 };

struct stream;
struct streams {
    uv_loop_t *uv;
    void (*wake)(struct lane *l); /* the lane's op is complete: op.res is set */
    bool changed;                 /* what is watched is not what the kernel was told: libuv tells it in its next turn */
    unsigned n;
    struct stream **by_fd;         /* [n] */
    struct stream *spare;          /* closed ones, for the next connections */
    char scratch[STREAMS_SCRATCH]; /* a short op and the byte beyond it */
};

void streams_init(struct streams *all, uv_loop_t *uv, void (*wake)(struct lane *l));
/* LANE_PARKED, or LANE_GOES_ON with op.res set. */
enum lane_next streams_read(struct streams *all, struct lane *l);
enum lane_next streams_write(struct streams *all, struct lane *l);
enum lane_next streams_connect(struct streams *all, struct lane *l);
enum lane_next streams_close(struct streams *all, struct lane *l);
/* Serves what epoll says of a descriptor; false: nobody here waits for that, it is libuv's. */
bool streams_event(struct streams *all, int fd, uint32_t events);
/* Closes all handles: before uv_loop_close. A turn of the loop is needed between this and streams_release. */
void streams_end(struct streams *all);
void streams_release(struct streams *all);

#endif
