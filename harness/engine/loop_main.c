/* SPDX-License-Identifier: MIT */
/* One loop on the trial's own thread; see loop.h. */
#include <stdlib.h>

#include "harness/engine/loop.h"

int loop_main_start(struct engine *e, struct loop_main *state, bool offloads, loop_go_on *go_on)
{
    e->model_state = state;
    if (!state)
        return engine_fail(e, "out of memory");
    int rc = offload_pool_start(e, 0, offloads);
    if (!rc)
        rc = worker_init(&state->worker, e, 0);
    if (!rc)
        rc = loop_new(&state->loop, &state->worker, offloads, go_on);
    return rc ? rc : worker_start(&state->worker);
}

int loop_main_run(struct engine *e)
{
    struct loop_main *s = e->model_state;
    int rc = loop_run(s->loop);
    if (!rc)
        worker_end(&s->worker);
    return rc;
}

int loop_main_stop(struct engine *e)
{
    struct loop_main *s = e->model_state;
    loop_free(s->loop);
    free(s);
    return 0;
}
