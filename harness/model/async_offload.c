/* SPDX-License-Identifier: MIT */
/* async-offload: one loop; each compute op is handed to libuv's thread pool, with a thread for each processing unit
 * offered. */
#include "harness/model/loop_main.h"

static int start(struct trial *t)
{
    return loop_main_start(t, true);
}

const struct model model_async_offload = {
    .name = "async-offload",
    .family = "async",
    .summary = "one loop; compute handed to libuv's thread pool",
    .like = "Node.js with worker threads, asyncio with run_in_executor",
    .lock_kind = "private mutex and condition (libuv's pool)",
    .traits = MODEL_LOOP | MODEL_ONE | MODEL_OFFLOADS,
    .start = start,
    .run = loop_main_run,
    .stop = loop_main_stop,
};
