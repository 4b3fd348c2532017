/* SPDX-License-Identifier: MIT */
/* threads: a pool of pthreads that take tasks from a counter; each runs one at a time and blocks with it. */
#include "harness/engine/blocking.h"
#include "harness/engine/pool.h"
#include "harness/model/model.h"

static int start(struct engine *e)
{
    return threads_start(e, blocking_body);
}

const struct model model_threads = {
    .name = "threads",
    .family = "threads",
    .summary = "pool of pthreads; each runs one task at a time and blocks",
    .like = "a Java fixed thread pool, Apache's worker MPM",
    .lock_kind = "none (private atomic counter)",
    .traits = MODEL_BLOCKS,
    .kind = KIND_THREADS,
    .look = {.rgb = 0x0072B2, .marker = 7, .letter = 'B'},
    .start = start,
    .run = pool_run,
    .stop = threads_stop,
};
