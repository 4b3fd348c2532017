/* SPDX-License-Identifier: MIT */
/* Spinners that come and go; see load.h. */
#include "harness/verify/load.h"

#include <errno.h>
#include <pthread.h>
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
    struct spinner {
        struct load *load;
        pthread_t thread;
        int pu;
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
    if (pin_self(s->pu))
        return NULL; /* a load that wanders would still be one, but on units that were not asked for */
    while (!atomic_load_explicit(&s->load->ended, memory_order_relaxed)) {
        uint64_t until = now_ns() + draw(&r), rest = draw(&r);
        while (now_ns() < until)
            ;
        nanosleep(&(struct timespec){.tv_nsec = (long)rest}, NULL);
    }
    return NULL;
}

int load_start(struct load **out, const int *pus, unsigned n, struct err *e)
{
    struct load *l = calloc(1, sizeof *l);
    *out = l;
    if (!l)
        return err_set(e, ENOMEM, "out of memory");
    for (; l->n < n && l->n < LOAD_MAX; l->n++) {
        struct spinner *s = &l->spinners[l->n];
        *s = (struct spinner){.load = l, .pu = pus[l->n]};
        int rc = pthread_create(&s->thread, NULL, spin, s);
        if (rc)
            return err_sys(e, rc, "the competing load can't be started");
    }
    return 0;
}

void load_stop(struct load *l)
{
    if (!l)
        return;
    atomic_store_explicit(&l->ended, 1, memory_order_relaxed);
    for (unsigned i = 0; i < l->n; i++)
        pthread_join(l->spinners[i].thread, NULL);
    free(l);
}
