/* SPDX-License-Identifier: MIT */
/* threads-gil: the pool under one interpreter lock, held while stepping and computing, dropped around blocking ops. */
#include <stdlib.h>

#include "harness/model/pool.h"

struct state {
    struct thread_pool *pool;
    struct gil *gil;
};

static int start(struct trial *t)
{
    struct state *s = calloc(1, sizeof *s);
    t->model_state = s;
    if (!s || gil_new(&s->gil)) {
        trial_fail(t, "out of memory");
        return -1;
    }
    return thread_pool_start(t, &s->pool, blocking_body, s->gil);
}

static int run(struct trial *t)
{
    return trial_await_done(t, t->cell->workers);
}

static int stop(struct trial *t)
{
    struct state *s = t->model_state;
    thread_pool_stop(s->pool);
    gil_free(s->gil);
    free(s);
    return 0;
}

const struct model model_threads_gil = {
    .name = "threads-gil",
    .family = "threads",
    .summary = "the pool under one interpreter lock, handed over after 5 ms when others wait",
    .like = "CPython's threads",
    .lock_kind = "private mutex and condition",
    .traits = MODEL_BLOCKS | MODEL_GIL,
    .start = start,
    .run = run,
    .stop = stop,
};
