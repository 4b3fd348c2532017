/* SPDX-License-Identifier: MIT */
/* processes: a pre-forked pool that takes tasks from a counter in shared memory. */
#include "harness/model/pool.h"

static int start(struct trial *t)
{
    return process_pool_start(t, (struct process_pool **)&t->model_state, blocking_body, NULL);
}

static int run(struct trial *t)
{
    return trial_await_done(t, t->cell->workers);
}

static int stop(struct trial *t)
{
    return process_pool_stop(t, t->model_state);
}

const struct model model_processes = {
    .name = "processes",
    .family = "processes",
    .summary = "pre-forked pool that takes tasks from a counter in shared memory",
    .like = "PostgreSQL's backends, Apache's prefork MPM",
    .lock_kind = "none (process-shared atomic counter)",
    .traits = MODEL_BLOCKS | MODEL_FORKS,
    .start = start,
    .run = run,
    .stop = stop,
};
