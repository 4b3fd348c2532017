/* SPDX-License-Identifier: MIT */
/* serial: one task after another on the trial's own thread; no thread or process is ever made. The baseline. */
#include <stdlib.h>

#include "harness/engine/blocking.h"
#include "harness/model/model.h"

struct state {
    struct worker worker;
    struct lane lane;
};

static int start(struct engine *e)
{
    struct state *s = calloc(1, sizeof *s);
    e->model_state = s;
    if (!s)
        return engine_fail(e, "out of memory");
    int rc = lane_init(e, &s->lane, 0);
    if (!rc)
        rc = worker_init(&s->worker, e, 0);
    return rc ? rc : worker_start(&s->worker);
}

static int run(struct engine *e)
{
    struct state *s = e->model_state;
    int rc = blocking_tasks(&s->worker, &s->lane);
    if (!rc)
        worker_end(&s->worker);
    return rc;
}

static int stop(struct engine *e)
{
    struct state *s = e->model_state;
    lane_release(&s->lane);
    free(s);
    return 0;
}

const struct model model_serial = {
    .name = "serial",
    .family = "baseline",
    .summary = "one task at a time, no concurrency: the baseline of every speedup",
    .like = "a plain loop",
    .lock_kind = "none",
    .traits = MODEL_SERIAL | MODEL_BLOCKS,
    .kind = KIND_SERIAL,
    .look = {.rgb = 0x777777, .marker = 1, .letter = 'A'},
    .start = start,
    .run = run,
    .stop = stop,
};
