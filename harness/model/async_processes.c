/* SPDX-License-Identifier: MIT */
/* async-processes: one loop a worker, each in a forked process. Forked before any loop or pool thread exists. */
#include "harness/model/pool.h"

static void body(struct worker *w, void *arg)
{
    if (loop_pool_start(w->trial, w->index) == 0)
        loop_body(w, arg);
}

static int start(struct trial *t)
{
    return process_pool_start(t, (struct process_pool **)&t->model_state, body, NULL);
}

static int run(struct trial *t)
{
    return trial_await_done(t, t->cell->workers);
}

static int stop(struct trial *t)
{
    return process_pool_stop(t, t->model_state);
}

const struct model model_async_processes = {
    .name = "async-processes",
    .family = "async",
    .summary = "one loop a worker, each in a forked process",
    .like = "nginx, Node.js cluster",
    .lock_kind = "none (process-shared atomic counter)",
    .traits = MODEL_LOOP | MODEL_FORKS,
    .start = start,
    .run = run,
    .stop = stop,
};
