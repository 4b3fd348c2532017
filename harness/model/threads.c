/* SPDX-License-Identifier: MIT */
/* threads: a pool of pthreads that take tasks from a counter; each runs one at a time and blocks with it. */
#include "harness/model/pool.h"

static int start(struct trial *t)
{
    return thread_pool_start(t, (struct thread_pool **)&t->model_state, blocking_body, NULL);
}

static int run(struct trial *t)
{
    return trial_await_done(t, t->cell->workers);
}

static int stop(struct trial *t)
{
    thread_pool_stop(t->model_state);
    return 0;
}

const struct model model_threads = {
    .name = "threads",
    .family = "threads",
    .summary = "pool of pthreads; each runs one task at a time and blocks",
    .like = "a Java fixed thread pool, Apache's worker MPM",
    .lock_kind = "none (private atomic counter)",
    .traits = MODEL_BLOCKS,
    .start = start,
    .run = run,
    .stop = stop,
};
