/* SPDX-License-Identifier: MIT */
/* One buffer a task in flight, in the memory that all workers share; see buffers.h. */
#include "bench/support/buffers.h"

#include <assert.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <string.h>

enum { LINE = 64, PAGE = 4096, PASSES = 1000 };

struct line {
    alignas(LINE) _Atomic unsigned taken;
};
struct head {
    size_t stride, first; /* bytes from one buffer to the next, and from the mapping's begin to the first */
    unsigned n;
    struct line lines[];
};
static_assert(sizeof(struct line) == LINE, "tasks that take neighbouring buffers don't share a line");

int buffers_make(struct wl_env *env, size_t bytes, size_t align, unsigned char fill)
{
    unsigned n = env->concurrency;
    size_t stride = (bytes + align - 1) & ~(align - 1), whole;
    size_t first = (sizeof(struct head) + n * sizeof(struct line) + PAGE - 1) & ~(size_t)(PAGE - 1);
    if (__builtin_mul_overflow(stride, n, &whole) || __builtin_add_overflow(whole, first, &whole))
        return wl_error(env, ENOMEM, "buffers of %zu bytes for %u tasks in flight are too much; choose less", bytes, n);
    struct head *h = wl_map(env, whole);
    if (!h)
        return -ENOMEM;
    h->stride = stride;
    h->first = first;
    h->n = n;
    memset((char *)h + first, fill, whole - first);
    return 0;
}

int buffer_take(struct buffer *b, const struct wl_env *env, const struct share *share)
{
    struct head *h = env->shared;
    /* One is always free, but it may move: given back where this pass has been, while the next one is taken. */
    for (unsigned pass = 0; pass < PASSES; pass++)
        for (unsigned i = 0; i < h->n; i++) {
            unsigned k = (share->task + i) % h->n;
            /* Acquire: what the task before wrote into it comes first. */
            if (atomic_exchange_explicit(&h->lines[k].taken, 1, memory_order_acquire))
                continue;
            *b = (struct buffer){(char *)h + h->first + k * h->stride, &h->lines[k].taken};
            return 0;
        }
    return -ENOMEM;
}

void buffer_give(struct buffer *b)
{
    if (b->taken) /* release: all of this task's writes come before the next task's */
        atomic_store_explicit(b->taken, 0, memory_order_release);
    *b = (struct buffer){0};
}
