/* SPDX-License-Identifier: MIT */
/* One loop on the trial's own thread: no other thread is made unless libuv's pool is needed; see loop_main.h. */
#include "harness/model/loop_main.h"

#include <stdlib.h>

#include "harness/model/worker.h"

struct state {
    struct worker worker;
    struct loop *loop;
};

int loop_main_start(struct trial *t, bool offload)
{
    struct state *s = calloc(1, sizeof *s);
    t->model_state = s;
    if (!s) {
        trial_fail(t, "out of memory");
        return -1;
    }
    int rc = loop_pool_start(t, 0);
    if (!rc)
        rc = worker_init(&s->worker, t, 0);
    if (!rc)
        rc = loop_new(&s->loop, &s->worker, t->cell->concurrency, offload);
    if (!rc)
        worker_start(&s->worker);
    return rc;
}

int loop_main_run(struct trial *t)
{
    struct state *s = t->model_state;
    int rc = loop_run(s->loop);
    if (!rc)
        worker_end(&s->worker);
    return rc;
}

int loop_main_stop(struct trial *t)
{
    struct state *s = t->model_state;
    loop_free(s->loop);
    free(s);
    return 0;
}
