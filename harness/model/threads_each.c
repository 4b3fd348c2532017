/* SPDX-License-Identifier: MIT */
/*
 * threads-each: one new pthread a task, at most `concurrency` alive. The dispatcher makes them; a thread that is
 * through puts its place on the list of free ones, and the dispatcher joins it before the place is used again.
 */
#include <pthread.h>
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#include "harness/engine/blocking.h"
#include "harness/engine/pool.h"
#include "harness/model/model.h"

struct place {
    alignas(128) struct state *state;
    struct lane lane; /* its memory serves each thread in turn; counted in with each op */
    pthread_t thread;
    bool used;
    unsigned index, task;
};
static_assert(sizeof(struct place) % 128 == 0, "places must not share lines, nor pairs of them");

struct state {
    struct engine *engine;
    pthread_mutex_t mutex;
    pthread_cond_t freed;
    unsigned n_free, *free;
    struct place *places;
};

static void *thread_main(void *arg)
{
    struct place *p = arg;
    struct state *s = p->state;
    struct worker w;
    if (worker_init(&w, s->engine, p->index) == 0) {
        w.brief = true;
        worker_start(&w);
        if (blocking_task(&w, &p->lane, p->task) == 0)
            worker_end(&w);
    }
    pthread_mutex_lock(&s->mutex);
    s->free[s->n_free++] = p->index;
    pthread_cond_signal(&s->freed);
    pthread_mutex_unlock(&s->mutex);
    return NULL;
}

static int start(struct engine *e)
{
    unsigned n = e->cell->workers;
    struct state *s = calloc(1, sizeof *s);
    e->model_state = s;
    if (s) {
        *s = (struct state){.engine = e,
                            .free = calloc(n, sizeof *s->free),
                            .places = aligned_alloc(alignof(struct place), n * sizeof *s->places)};
        pthread_mutex_init(&s->mutex, NULL);
        pthread_cond_init(&s->freed, NULL);
    }
    if (!s || !s->free || !s->places)
        return engine_fail(e, "out of memory for %u places", n);
    memset(s->places, 0, n * sizeof *s->places);
    places_prepare(e);
    for (unsigned i = 0; i < n; i++) {
        s->places[i].state = s;
        s->places[i].index = i;
        s->free[s->n_free++] = n - 1 - i;
        if (lane_init(e, &s->places[i].lane, i))
            return -ECANCELED;
    }
    return dispatcher_pin(e);
}

static int run(struct engine *e)
{
    struct state *s = e->model_state;
    long task;
    while ((task = engine_take(e)) >= 0 && !engine_failed(e)) {
        pthread_mutex_lock(&s->mutex);
        while (!s->n_free)
            pthread_cond_wait(&s->freed, &s->mutex);
        struct place *p = &s->places[s->free[--s->n_free]];
        pthread_mutex_unlock(&s->mutex);
        if (p->used)
            pthread_join(p->thread, NULL);
        p->task = (unsigned)task;
        p->used = thread_spawn(e, &p->thread, thread_main, p) == 0;
    }
    for (unsigned i = 0; i < e->cell->workers; i++)
        if (s->places[i].used)
            pthread_join(s->places[i].thread, NULL);
    e->answered_ns = now_ns();
    return engine_failed(e) ? -ECANCELED : 0;
}

static int stop(struct engine *e)
{
    struct state *s = e->model_state;
    for (unsigned i = 0; i < e->cell->workers; i++)
        lane_release(&s->places[i].lane);
    pthread_cond_destroy(&s->freed);
    pthread_mutex_destroy(&s->mutex);
    free(s->places);
    free(s->free);
    free(s);
    return 0;
}

const struct model model_threads_each = {
    .name = "threads-each",
    .family = "threads",
    .summary = "one new pthread a task, at most `concurrency` alive; creation is part of the run",
    .like = "a server with a thread a request",
    .lock_kind = "private mutex and condition",
    .traits = MODEL_BLOCKS | MODEL_EACH,
    .kind = KIND_THREAD_EACH,
    .look = {.rgb = 0x56B4E9, .marker = 5, .letter = 'C'},
    .start = start,
    .run = run,
    .stop = stop,
};
