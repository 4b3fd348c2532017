/* SPDX-License-Identifier: MIT */
/* processes: a pre-forked pool that takes tasks from a counter in shared memory. */
#include "harness/engine/blocking.h"
#include "harness/engine/pool.h"
#include "harness/model/model.h"

static int start(struct engine *e)
{
    return processes_start(e, blocking_body);
}

const struct model model_processes = {
    .name = "processes",
    .family = "processes",
    .summary = "pre-forked pool that takes tasks from a counter in shared memory",
    .like = "PostgreSQL's backends, Apache's prefork MPM",
    .lock_kind = "none (process-shared atomic counter)",
    .traits = MODEL_BLOCKS | MODEL_FORKS,
    .kind = KIND_PROCESSES,
    .look = {.rgb = 0xD55E00, .marker = 11, .letter = 'E'},
    .start = start,
    .run = pool_run,
    .stop = processes_stop,
};
