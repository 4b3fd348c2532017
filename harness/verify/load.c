/* SPDX-License-Identifier: MIT */
/* Spinners that come and go; see load.h. */
#include "harness/verify/load.h"

#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "harness/base/base.h"
#include "harness/machine/machine.h"
#include "harness/measure/clock.h"
#include "harness/stats/rng.h"

enum { LEAST_MS = 1, MOST_MS = 20 };

struct load {
    _Atomic int ended; /* relaxed: nothing is handed over with it */
    unsigned n;
    sem_t placed; /* posted by each once `rc` is written */
    struct spinner {
        struct load *load;
        pthread_t thread;
        int pu, rc;   /* of pinning */
        double share; /* of the time that passed: its CPU time; written before it ends */
    } spinners[LOAD_MAX];
};

static uint64_t draw(struct stats_rng *r)
{
    return (LEAST_MS + stats_rng_below(r, MOST_MS - LEAST_MS + 1)) * NS_PER_MS;
}

static void *spin(void *arg)
{
    struct spinner *s = arg;
    struct stats_rng r;
    stats_rng_init(&r, (uint64_t)s->pu);
    s->rc = pin_self(s->pu);
    sem_post(&s->load->placed);
    if (s->rc)
        return NULL; /* a load that wanders would still be one, but on units that were not asked for */
    uint64_t begin = now_ns();
    while (!atomic_load_explicit(&s->load->ended, memory_order_relaxed)) {
        uint64_t until = now_ns() + draw(&r), rest = draw(&r);
        while (now_ns() < until)
            ;
        nanosleep(&(struct timespec){.tv_nsec = (long)rest}, NULL);
    }
    struct timespec used = {0};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
    s->share = ((double)used.tv_sec * 1e9 + (double)used.tv_nsec) / (double)(now_ns() - begin);
    return NULL;
}

static int all_placed(struct load *l, struct err *e)
{
    for (unsigned i = 0; i < l->n; i++)
        while (sem_wait(&l->placed))
            ; /* EINTR: they come soon */
    for (unsigned i = 0; i < l->n; i++)
        if (l->spinners[i].rc)
            return err_call(e, -l->spinners[i].rc, "sched_setaffinity",
                            "the competing load can't be pinned to processing unit %d", l->spinners[i].pu);
    return 0;
}

int load_start(struct load **out, const int *pus, unsigned n, struct err *e)
{
    struct load *l = calloc(1, sizeof *l);
    *out = l;
    if (!l)
        return err_set(e, ENOMEM, "out of memory");
    sem_init(&l->placed, 0, 0);
    for (; l->n < n && l->n < LOAD_MAX; l->n++) {
        struct spinner *s = &l->spinners[l->n];
        *s = (struct spinner){.load = l, .pu = pus[l->n]};
        int rc = pthread_create(&s->thread, NULL, spin, s);
        if (rc)
            return err_call(e, rc, "pthread_create", "the competing load can't be started");
    }
    return all_placed(l, e);
}

double load_stop(struct load *l)
{
    double least = INFINITY;
    if (!l)
        return 0;
    atomic_store_explicit(&l->ended, 1, memory_order_relaxed);
    for (unsigned i = 0; i < l->n; i++)
        pthread_join(l->spinners[i].thread, NULL);
    for (unsigned i = 0; i < l->n; i++)
        least = fmin(least, l->spinners[i].share);
    sem_destroy(&l->placed);
    free(l);
    return isinf(least) ? 0 : least;
}
