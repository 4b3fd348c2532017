/* SPDX-License-Identifier: MIT */
/* A fixed set of workers that are forked processes; see pool.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "harness/engine/pool.h"

struct process_pool {
    unsigned made;
};

static void process_main(struct engine *e, unsigned index, pool_body *body, void *arg)
{
    struct worker w;
    if (worker_init(&w, e, index) == 0) {
        w.own_process = true;
        body(&w, arg);
    }
    _exit(engine_failed(e) ? 1 : 0);
}

int process_pool_start(struct engine *e, struct process_pool **out, pool_body *body, void *arg)
{
    struct process_pool *p = calloc(1, sizeof *p);
    if (!p)
        return engine_fail(e, "out of memory");
    *out = p;
    engine_watch_children(e);
    fflush(NULL); /* what is buffered would be written once by each child */
    for (; p->made < e->cell->workers; p->made++) {
        pid_t pid = process_spawn(e);
        if (pid < 0)
            return -ECANCELED;
        if (pid == 0)
            process_main(e, p->made, body, arg);
    }
    return engine_await_ready(e, e->cell->workers);
}

int process_pool_stop(struct engine *e, struct process_pool *p)
{
    if (!p)
        return 0;
    int rc;
    unsigned seen = 0, made = p->made;
    free(p);
    while ((rc = engine_reap(e, true)) == 0)
        seen++;
    if (rc == -ECHILD && seen < made) /* what is not seen to have ended well has not */
        return engine_fail_call(e, ECHILD, "waitpid", "the ends of %u of %u worker processes can't be read",
                                made - seen, made);
    return rc == -ECHILD ? 0 : rc;
}

int processes_start(struct engine *e, pool_body *body)
{
    return process_pool_start(e, (struct process_pool **)&e->model_state, body, NULL);
}

int processes_stop(struct engine *e)
{
    return process_pool_stop(e, e->model_state);
}
