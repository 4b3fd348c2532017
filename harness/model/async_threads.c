/* SPDX-License-Identifier: MIT */
/* async-threads: one loop a worker, each on its pinned thread, concurrency shared out among them. */
#include "harness/engine/loop.h"
#include "harness/engine/pool.h"
#include "harness/model/model.h"

static int start(struct engine *e)
{
    int rc = offload_pool_start(e, 0, false);
    return rc ? rc : threads_start(e, loop_body);
}

const struct model model_async_threads = {
    .name = "async-threads",
    .family = "async",
    .summary = "one loop a worker, each on its pinned thread",
    .like = "memcached, Tokio and other thread-per-core servers",
    .lock_kind = "none (private atomic counter)",
    .traits = MODEL_LOOP,
    .kind = KIND_LOOPS_THREADS,
    .look = {.rgb = 0x999933, .marker = 8, .letter = 'J'},
    .start = start,
    .run = pool_run,
    .stop = threads_stop,
};
