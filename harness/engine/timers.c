/* SPDX-License-Identifier: MIT */
/* The queue and the heap of due times; see timers.h. */
#include "harness/engine/timers.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

int timers_init(struct timers *t, unsigned room)
{
    *t = (struct timers){.room = room ? room : 1};
    t->heap = malloc(t->room * sizeof *t->heap);
    t->queue = malloc(t->room * sizeof *t->queue);
    if (!t->heap || !t->queue)
        return -ENOMEM;
    memset(t->heap, 0, t->room * sizeof *t->heap); /* touches it */
    memset(t->queue, 0, t->room * sizeof *t->queue);
    return 0;
}

void timers_release(struct timers *t)
{
    free(t->heap);
    free(t->queue);
    *t = (struct timers){0};
}

static struct sleeper *in_queue(const struct timers *t, unsigned i)
{
    unsigned at = t->head + i;
    return &t->queue[at < t->room ? at : at - t->room];
}

static void push_heap(struct timers *t, struct sleeper s)
{
    unsigned i = t->in_heap++;
    for (; i && t->heap[(i - 1) / 2].due_ns > s.due_ns; i = (i - 1) / 2)
        t->heap[i] = t->heap[(i - 1) / 2];
    t->heap[i] = s;
}

static struct lane *pop_heap(struct timers *t)
{
    struct lane *lane = t->heap[0].lane;
    struct sleeper s = t->heap[--t->in_heap];
    unsigned i = 0;
    for (unsigned child; (child = 2 * i + 1) < t->in_heap; i = child) {
        if (child + 1 < t->in_heap && t->heap[child + 1].due_ns < t->heap[child].due_ns)
            child++;
        if (t->heap[child].due_ns >= s.due_ns)
            break;
        t->heap[i] = t->heap[child];
    }
    t->heap[i] = s;
    return lane;
}

void timers_push(struct timers *t, uint64_t due_ns, struct lane *l)
{
    struct sleeper s = {.due_ns = due_ns, .lane = l};
    if (t->in_queue && in_queue(t, t->in_queue - 1)->due_ns > due_ns)
        push_heap(t, s);
    else
        *in_queue(t, t->in_queue++) = s;
}

static bool queue_is_first(const struct timers *t)
{
    return t->in_queue && (!t->in_heap || t->queue[t->head].due_ns <= t->heap[0].due_ns);
}

uint64_t timers_next(const struct timers *t)
{
    return queue_is_first(t) ? t->queue[t->head].due_ns : t->in_heap ? t->heap[0].due_ns : 0;
}

struct lane *timers_pop(struct timers *t)
{
    if (!queue_is_first(t))
        return pop_heap(t);
    struct lane *lane = t->queue[t->head].lane;
    t->head = t->head + 1 == t->room ? 0 : t->head + 1;
    t->in_queue--;
    return lane;
}
