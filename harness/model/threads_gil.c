/* SPDX-License-Identifier: MIT */
/* threads-gil: the pool under one interpreter lock, held while stepping and computing, dropped around blocking ops. */
#include <errno.h>
#include <stdlib.h>

#include "harness/engine/blocking.h"
#include "harness/engine/gil.h"
#include "harness/engine/pool.h"
#include "harness/model/model.h"

struct state {
    struct thread_pool *pool;
    struct gil *gil;
};

static struct gil *gil_of(const struct worker *w)
{
    const struct state *s = w->engine->model_state;
    return s->gil;
}

static void checkpoint_yield(struct cpu_ctx *cx)
{
    struct worker *w = (struct worker *)((char *)cx - offsetof(struct worker, cx));
    gil_yield(gil_of(w));
}

static __attribute__((noinline)) void wait_without_lock(struct worker *w, struct lane *l)
{
    gil_drop(gil_of(w));
    ssize_t res = blocking_wait(l);
    gil_take(gil_of(w));
    lane_result(w, l, res);
}

static inline __attribute__((always_inline)) enum lane_next do_op(struct worker *w, struct lane *l)
{
    lane_op(w, l);
    if (__builtin_expect(l->op.kind == OP_CPU, 1)) {
        l->op.fn(l->op.arg, &w->cx);
        l->op.res = 0;
        cpu_checkpoint(&w->cx); /* an interpreter also looks between its own steps, however short */
    } else {
        wait_without_lock(w, l);
    }
    return LANE_GOES_ON;
}

static int task_under_lock(struct worker *w, struct lane *l, unsigned task)
{
    gil_take(gil_of(w));
    int rc = lane_begin(w, l, task);
    if (!rc && lane_steps(w, l, do_op, lane_unit_plain) != LANE_DONE)
        rc = -ECANCELED;
    gil_drop(gil_of(w));
    return rc;
}

static int work(struct worker *w, struct lane *l)
{
    long task;
    int rc = 0;
    while (!rc && (task = engine_take(w->engine)) >= 0)
        rc = task_under_lock(w, l, (unsigned)task);
    return rc;
}

static void body(struct worker *w, void *arg)
{
    (void)arg;
    w->cx = (struct cpu_ctx){.wanted = gil_wanted(gil_of(w)), .yield = checkpoint_yield};
    blocking_worker(w, work);
}

static int start(struct engine *e)
{
    struct state *s = calloc(1, sizeof *s);
    e->model_state = s;
    if (!s || gil_new(&s->gil))
        return engine_fail(e, "out of memory");
    return thread_pool_start(e, &s->pool, body, NULL);
}

static int stop(struct engine *e)
{
    struct state *s = e->model_state;
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
    .kind = KIND_INTERPRETER_LOCK,
    .look = {.rgb = 0x332288, .marker = 9, .letter = 'D'},
    .start = start,
    .run = pool_run,
    .stop = stop,
};
