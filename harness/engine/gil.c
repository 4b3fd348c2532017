/* SPDX-License-Identifier: MIT */
/*
 * An interpreter lock that behaves as CPython's since 3.2: a waiter that has waited one switch interval (5 ms, the
 * default of sys.setswitchinterval) without a hand-over asks for one; the holder sees that at its next checkpoint
 * (within a long op, and after each op that computes), drops the lock and waits until another has taken it, so that it
 * can't take it straight back.
 */
#include "harness/engine/gil.h"

#include <errno.h>
#include <pthread.h>
#include <stdalign.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

#include "harness/base/base.h"
#include "harness/measure/clock.h"

enum { SWITCH_INTERVAL_NS = 5000000 };

struct gil {
    pthread_mutex_t mutex;
    pthread_cond_t freed, switched;
    bool held;
    uint64_t switches; /* times it went to another thread than before */
    pthread_t last;
    bool has_last;
    alignas(64) _Atomic unsigned wanted; /* read without the mutex at each checkpoint */
};

int gil_new(struct gil **out)
{
    struct gil *g = aligned_alloc(64, (sizeof *g + 63) / 64 * 64);
    if (!g)
        return -ENOMEM;
    *g = (struct gil){.held = false};
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_mutex_init(&g->mutex, NULL);
    pthread_cond_init(&g->freed, &attr);
    pthread_cond_init(&g->switched, &attr);
    pthread_condattr_destroy(&attr);
    *out = g;
    return 0;
}

void gil_free(struct gil *g)
{
    if (!g)
        return;
    pthread_cond_destroy(&g->switched);
    pthread_cond_destroy(&g->freed);
    pthread_mutex_destroy(&g->mutex);
    free(g);
}

const _Atomic unsigned *gil_wanted(const struct gil *g)
{
    return &g->wanted;
}

static struct timespec interval_from_now(void)
{
    uint64_t t = now_ns() + SWITCH_INTERVAL_NS;
    return (struct timespec){.tv_sec = (time_t)(t / NS_PER_S), .tv_nsec = (long)(t % NS_PER_S)};
}

void gil_take(struct gil *g)
{
    pthread_mutex_lock(&g->mutex);
    while (g->held) {
        uint64_t seen = g->switches;
        struct timespec until = interval_from_now();
        int rc = pthread_cond_timedwait(&g->freed, &g->mutex, &until);
        if (rc == ETIMEDOUT && g->held && g->switches == seen)
            /* Relaxed: a hint; the hand-over itself goes through the mutex. */
            atomic_store_explicit(&g->wanted, 1, memory_order_relaxed);
    }
    g->held = true;
    if (!g->has_last || !pthread_equal(g->last, pthread_self())) {
        g->last = pthread_self();
        g->has_last = true;
        g->switches++;
    }
    atomic_store_explicit(&g->wanted, 0, memory_order_relaxed);
    pthread_cond_signal(&g->switched);
    pthread_mutex_unlock(&g->mutex);
}

static void drop(struct gil *g, bool forced)
{
    pthread_mutex_lock(&g->mutex);
    g->held = false;
    uint64_t seen = g->switches;
    pthread_cond_signal(&g->freed);
    /* Forced only: somebody waits, so somebody will take it. */
    while (forced && g->switches == seen)
        pthread_cond_wait(&g->switched, &g->mutex);
    pthread_mutex_unlock(&g->mutex);
}

void gil_drop(struct gil *g)
{
    drop(g, atomic_load_explicit(&g->wanted, memory_order_relaxed) != 0);
}

void gil_yield(struct gil *g)
{
    drop(g, true);
    gil_take(g);
}
