/* SPDX-License-Identifier: MIT */
/* async-processes: one loop a worker, each in a forked process. Forked before any loop or pool thread exists. */
#include "harness/engine/loop.h"
#include "harness/engine/pool.h"
#include "harness/model/model.h"

static void body(struct worker *w, void *arg)
{
    if (offload_pool_start(w->engine, w->index, false) == 0)
        loop_body(w, arg);
}

static int start(struct engine *e)
{
    return processes_start(e, body);
}

const struct model model_async_processes = {
    .name = "async-processes",
    .family = "async",
    .summary = "one loop a worker, each in a forked process",
    .like = "nginx, Node.js cluster",
    .lock_kind = "none (process-shared atomic counter)",
    .traits = MODEL_LOOP | MODEL_FORKS,
    .kind = KIND_LOOPS_PROCESSES,
    .look = {.rgb = 0x000000, .marker = 12, .letter = 'K'},
    .start = start,
    .run = pool_run,
    .stop = processes_stop,
};
