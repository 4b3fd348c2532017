/* SPDX-License-Identifier: MIT */
/* async-threads: one loop a worker, each on its pinned thread, concurrency shared out among them. */
#include "harness/model/pool.h"

static int start(struct trial *t)
{
    int rc = loop_pool_start(t, 0);
    return rc ? rc : thread_pool_start(t, (struct thread_pool **)&t->model_state, loop_body, NULL);
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

const struct model model_async_threads = {
    .name = "async-threads",
    .family = "async",
    .summary = "one loop a worker, each on its pinned thread",
    .like = "memcached, Tokio and other thread-per-core servers",
    .lock_kind = "none (private atomic counter)",
    .traits = MODEL_LOOP,
    .start = start,
    .run = run,
    .stop = stop,
};
