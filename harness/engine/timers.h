/* SPDX-License-Identifier: MIT */
/*
 * Lanes that sleep, by when they are due. Those that fall asleep in the order in which they are due (all that sleep
 * equally long do) stand in a queue, which costs the same however many they are; the others in a binary heap. It waits
 * for nothing itself.
 */
#ifndef CONTEND_ENGINE_TIMERS_H
#define CONTEND_ENGINE_TIMERS_H

#include <stdint.h>

struct lane;
struct sleeper {
    uint64_t due_ns;
    struct lane *lane;
};
struct timers {
    struct sleeper *heap, *queue; /* [room] each; the heap's least due first, the queue a ring in order */
    unsigned room, in_heap, in_queue, head;
};

int timers_init(struct timers *t, unsigned room); /* 0 or -ENOMEM */
void timers_release(struct timers *t);
/* At most `room` at a time. */
void timers_push(struct timers *t, uint64_t due_ns, struct lane *l);
/* When the next is due, by the clock of now_ns; 0: no lane sleeps. */
uint64_t timers_next(const struct timers *t);
/* Takes out the lane that is due first; one sleeps. Of those due at the same time any. */
struct lane *timers_pop(struct timers *t);

#endif
