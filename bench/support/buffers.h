/* SPDX-License-Identifier: MIT */
/*
 * Buffers for the blocks and messages of tasks: as many as there are tasks in flight, made and touched by setup. From
 * 128 KiB on malloc maps a block and its release unmaps it, so a task that takes its buffer from there pays inside the
 * run for the pages, and threads, not processes, do so under the one lock of their address space: the measurement would
 * be of that. For a workload whose wl_map is not used otherwise.
 *
 *     ┌ head ┬ taken ┬ taken ┬ … ┬ buffer ┬ buffer ┬ …          each `taken` has a line of its own
 */
#ifndef CONTEND_BENCH_SUPPORT_BUFFERS_H
#define CONTEND_BENCH_SUPPORT_BUFFERS_H

#include "bench/workload.h"

struct buffer {
    char *at;
    _Atomic unsigned *taken;
};

/* For setup: env->concurrency buffers of `bytes` bytes that begin at multiples of `align` (a power of two, 64 … 4096),
 * each byte of them `fill`. 0, or -errno after wl_error. wl_unmap undoes it. */
int buffers_make(struct wl_env *env, size_t bytes, size_t align, unsigned char fill);
/* For task_init: one that no other task has, until it is given back in task_fini; with what the task before left in it.
 * 0, or -ENOMEM when more tasks are in flight than were said to be. */
int buffer_take(struct buffer *b, const struct wl_env *env, const struct share *share);
void buffer_give(struct buffer *b); /* a buffer that was not taken (zeroed): nothing */

#endif
