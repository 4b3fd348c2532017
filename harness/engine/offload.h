/* SPDX-License-Identifier: MIT */
/* Ops that a loop hands to libuv's thread pool: on regular files, which can't be polled, and compute. */
#ifndef CONTEND_ENGINE_OFFLOAD_H
#define CONTEND_ENGINE_OFFLOAD_H

#include <uv.h>

#include "harness/engine/lane.h"

struct offload_request;
struct offload {
    uv_loop_t *uv;
    void (*wake)(struct lane *l);     /* the lane's op is complete: op.res is set */
    struct offload_request *requests; /* one a lane; NULL: the pool is not used */
    unsigned first;                   /* number of the loop's first lane */
    unsigned under_way;
};

/* Makes libuv's pool in this process, `worker`'s (0: the one that all loops share), and pins its threads as
 * pool_thread_pu says. `computes`: what tasks compute runs there, so its threads are warmed as workers are. 0 or
 * -ECANCELED, told to the engine. */
int offload_pool_start(struct engine *e, unsigned worker, bool computes);
/* Room for lanes first … first+n-1. 0 or -ENOMEM; released by offload_release. */
int offload_init(struct offload *o, uv_loop_t *uv, void (*wake)(struct lane *l), unsigned first, unsigned n);
void offload_release(struct offload *o);
/* LANE_PARKED, or LANE_GOES_ON with op.res set. */
enum lane_next offload_file(struct offload *o, struct lane *l);
enum lane_next offload_compute(struct offload *o, struct lane *l);

#endif
