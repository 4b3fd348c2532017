/* SPDX-License-Identifier: MIT */
/* The heap of due times; see timers.h. */
#include "harness/engine/timers.h"

#include <errno.h>
#include <stdlib.h>

int timers_init(struct timers *t, unsigned room)
{
    *t = (struct timers){.heap = malloc((room ? room : 1) * sizeof *t->heap)};
    return t->heap ? 0 : -ENOMEM;
}

void timers_release(struct timers *t)
{
    free(t->heap);
    *t = (struct timers){0};
}

void timers_push(struct timers *t, uint64_t due_ns, struct lane *l)
{
    unsigned i = t->n++;
    for (; i && t->heap[(i - 1) / 2].due_ns > due_ns; i = (i - 1) / 2)
        t->heap[i] = t->heap[(i - 1) / 2];
    t->heap[i] = (struct sleeper){.due_ns = due_ns, .lane = l};
}

struct lane *timers_pop(struct timers *t)
{
    struct lane *lane = t->heap[0].lane;
    struct sleeper s = t->heap[--t->n];
    unsigned i = 0;
    for (;;) {
        unsigned child = 2 * i + 1;
        if (child >= t->n)
            break;
        if (child + 1 < t->n && t->heap[child + 1].due_ns < t->heap[child].due_ns)
            child++;
        if (t->heap[child].due_ns >= s.due_ns)
            break;
        t->heap[i] = t->heap[child];
        i = child;
    }
    t->heap[i] = s;
    return lane;
}
