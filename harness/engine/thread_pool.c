/* SPDX-License-Identifier: MIT */
/* A fixed set of workers that are threads of the trial's process; see pool.h. */
#include <stdlib.h>

#include "harness/engine/pool.h"

struct thread_pool {
    struct engine *engine;
    unsigned made;
    struct member {
        struct thread_pool *pool;
        pthread_t thread;
        unsigned index;
    } * members;
    pool_body *body;
    void *arg;
};

static void *thread_main(void *arg)
{
    struct member *m = arg;
    struct worker w;
    if (worker_init(&w, m->pool->engine, m->index) == 0)
        m->pool->body(&w, m->pool->arg);
    return NULL;
}

int thread_pool_start(struct engine *e, struct thread_pool **out, pool_body *body, void *arg)
{
    struct thread_pool *p = calloc(1, sizeof *p);
    if (p)
        p->members = calloc(e->cell->workers, sizeof *p->members);
    if (!p || !p->members) {
        free(p);
        return engine_fail(e, "out of memory for %u workers", e->cell->workers);
    }
    *p = (struct thread_pool){.engine = e, .members = p->members, .body = body, .arg = arg};
    *out = p;
    for (; p->made < e->cell->workers; p->made++) {
        struct member *m = &p->members[p->made];
        m->pool = p;
        m->index = p->made;
        if (thread_spawn(e, &m->thread, thread_main, m))
            return -ECANCELED;
    }
    return engine_await_ready(e, e->cell->workers);
}

void thread_pool_stop(struct thread_pool *p)
{
    if (!p)
        return;
    for (unsigned i = 0; i < p->made; i++)
        pthread_join(p->members[i].thread, NULL);
    free(p->members);
    free(p);
}

int pool_run(struct engine *e)
{
    return engine_await_done(e, e->cell->workers);
}

int threads_start(struct engine *e, pool_body *body)
{
    return thread_pool_start(e, (struct thread_pool **)&e->model_state, body, NULL);
}

int threads_stop(struct engine *e)
{
    thread_pool_stop(e->model_state);
    return 0;
}
