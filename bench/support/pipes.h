/* SPDX-License-Identifier: MIT */
/* Pipes through which tasks hand on what they have: made by setup, so that all workers inherit them. */
#ifndef CONTEND_BENCH_SUPPORT_PIPES_H
#define CONTEND_BENCH_SUPPORT_PIPES_H

#include "bench/workload.h"

struct pipe {
    int in, out;
};
struct pipes {
    unsigned n;
    struct pipe at[];
};

/* For setup: `n` of them into *out. 0, or -errno after wl_error, and then *out is NULL. pipes_free closes them. */
int pipes_new(struct pipes **out, struct wl_env *env, unsigned n);
void pipes_free(struct pipes *p); /* NULL: nothing */

static inline enum step op_pipe(struct op *op, const struct pipe *p, bool out, void *buf, size_t len)
{
    return op_stream(op, out ? OP_WRITE : OP_READ, out ? p->out : p->in, buf, len);
}

#endif
