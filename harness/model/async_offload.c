/* SPDX-License-Identifier: MIT */
/* async-offload: one loop; each compute op is handed to libuv's thread pool, with a thread for each processing unit
 * offered. */
#include <stdlib.h>

#include "harness/engine/loop.h"
#include "harness/model/model.h"

static int start(struct engine *e)
{
    return loop_main_start(e, calloc(1, sizeof(struct loop_main)), true, loop_take_turn);
}

const struct model model_async_offload = {
    .name = "async-offload",
    .family = "async",
    .summary = "one loop; compute handed to libuv's thread pool",
    .like = "Node.js with worker threads, asyncio with run_in_executor",
    .lock_kind = "private mutex and condition (libuv's pool)",
    .traits = MODEL_LOOP | MODEL_ONE | MODEL_OFFLOADS,
    .kind = KIND_LOOP_POOL,
    .look = {.rgb = 0xCC79A7, .marker = 4, .letter = 'I'},
    .start = start,
    .run = loop_main_run,
    .stop = loop_main_stop,
};
