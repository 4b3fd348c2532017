/* SPDX-License-Identifier: MIT */
/*
 * For the files that measure costs, one function a row of costs.def. They run in a process of their own, pinned to
 * `home`, that ends by _exit: what a cost opens or maps once may stay for its later batches, but no thread or process
 * outlives its batch, since others' costs depend on them, and what is large is no part of a fork (MADV_DONTFORK).
 */
#ifndef CONTEND_MACHINE_COSTS_INTERNAL_H
#define CONTEND_MACHINE_COSTS_INTERNAL_H

#include <pthread.h>
#include <stddef.h>
#include <sys/types.h>

#include "harness/machine/costs.h"

enum { CACHE_LEVELS = 3, COST_WHY_MAX = 160 };

struct cost_room {
    const struct costs_request *q;
    int home, peer;             /* CPUs; peer -1: only one may be used */
    size_t cache[CACHE_LEVELS]; /* bytes of home's caches for data, level 1 first; 0: there is none, or not known */
    size_t page;                /* bytes */
    uint64_t memory;            /* bytes that may be taken; 0: not known */
    double last[COSTS];         /* the newest batch of each; NaN: none */
    void *at[COSTS];            /* for the cost of that index alone: memory it keeps, NULL at first */
    int fd[COSTS];              /* likewise a descriptor, -1 at first */
    bool huge_page_seen;        /* there are some */
    char why[COST_WHY_MAX];     /* what a function says when it returns other than 0 */
};

/* One batch: *value in the row's unit. 0, or -errno with room->why: it is not asked again. */
#define COST(name, ...) int cost_##name(struct cost_room *room, double *value);
#include "harness/machine/costs.def"
#undef COST

/* Says why in room->why and returns -code. `code` 0: -ENOTSUP, and the text alone; else strerror is appended. */
int cost_fail(struct cost_room *room, int code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* Private memory that forks leave out, or NULL with room->why. Unmapped at the process's end, or by the caller. */
void *cost_map(struct cost_room *room, size_t bytes);
/* Touches all of it; huge: in huge pages, where there are any. */
void cost_touch(void *at, size_t bytes, bool huge);

/*
 * Hand-over of a turn between this thread and a partner, which waits by futex.
 */
enum pair_kind { PAIR_THREAD, PAIR_PROCESS };
struct pair_request {
    enum pair_kind kind;
    int partner_cpu;
    unsigned rounds;      /* that are timed */
    size_t touched_bytes; /* each side reads that much of its own between turns; 0: nothing */
};
/* *ns: half of one round trip. 0 or -errno with room->why. */
int cost_pair(struct cost_room *room, const struct pair_request *q, double *ns);
/* A thread that runs body(arg), to be joined. 0 or -errno with room->why. */
int cost_thread(struct cost_room *room, void *(*body)(void *), void *arg, pthread_t *out);
/* The peer, or -ENOTSUP with room->why: there is no second CPU. */
int cost_peer(struct cost_room *room, int *cpu);
/* The mean of one of `n` that took since `begin`, ns. */
double cost_each(uint64_t begin, unsigned n);
/* Keeps the compiler from leaving out what makes *p. */
#define COST_KEEP(p) __asm__ volatile("" : : "g"(p) : "memory")

#endif
