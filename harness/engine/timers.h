/* SPDX-License-Identifier: MIT */
/* Lanes that sleep, by when they are due: a binary heap. It waits for nothing itself. */
#ifndef CONTEND_ENGINE_TIMERS_H
#define CONTEND_ENGINE_TIMERS_H

#include <stdint.h>

struct lane;
struct sleeper {
    uint64_t due_ns;
    struct lane *lane;
};
struct timers {
    struct sleeper *heap; /* least due first; room for all lanes */
    unsigned n;
};

int timers_init(struct timers *t, unsigned room); /* 0 or -ENOMEM */
void timers_release(struct timers *t);
/* At most one for each lane. */
void timers_push(struct timers *t, uint64_t due_ns, struct lane *l);
/* Takes out the lane that is due first; t->n > 0. */
struct lane *timers_pop(struct timers *t);

/* When the next is due, by the clock of now_ns; 0: no lane sleeps. */
static inline uint64_t timers_next(const struct timers *t)
{
    return t->n ? t->heap[0].due_ns : 0;
}

#endif
