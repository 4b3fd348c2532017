/* SPDX-License-Identifier: MIT */
/* serial: one task after another on the trial's own thread; no thread or process is ever made. The baseline. */
#include <stdlib.h>

#include "harness/model/worker.h"

struct state {
    struct worker worker;
    struct lane lane;
};

static int start(struct trial *t)
{
    struct state *s = calloc(1, sizeof *s);
    t->model_state = s;
    if (!s || lane_init(&s->lane, t->workload)) {
        trial_fail(t, "out of memory for a task of %zu bytes", t->workload->task_size);
        return -1;
    }
    int rc = worker_init(&s->worker, t, 0);
    if (!rc)
        worker_start(&s->worker);
    return rc;
}

static int run(struct trial *t)
{
    struct state *s = t->model_state;
    int rc = blocking_tasks(&s->worker, &s->lane);
    if (!rc)
        worker_end(&s->worker);
    return rc;
}

static int stop(struct trial *t)
{
    struct state *s = t->model_state;
    lane_release(&s->lane);
    free(s);
    return 0;
}

const struct model model_serial = {
    .name = "serial",
    .family = "baseline",
    .summary = "one task at a time, no concurrency: the baseline of every ratio",
    .like = "a plain loop",
    .lock_kind = "none",
    .traits = MODEL_SERIAL | MODEL_BLOCKS,
    .start = start,
    .run = run,
    .stop = stop,
};
