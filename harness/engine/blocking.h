/* SPDX-License-Identifier: MIT */
/* Waiting by blocking: one task at a time, each op done by the plain system call. Serves serial, threads, processes. */
#ifndef CONTEND_ENGINE_BLOCKING_H
#define CONTEND_ENGINE_BLOCKING_H

#include "harness/engine/lane.h"

/* Does the lane's op, which is not OP_CPU, and returns its result: bytes, a descriptor, 0, or -errno. */
ssize_t blocking_wait(struct lane *l);
/* Runs one task to its end; 0, or -ECANCELED after a failure. */
int blocking_task(struct worker *w, struct lane *l, unsigned task);
/* Takes tasks from the engine's counter until there are none. */
int blocking_tasks(struct worker *w, struct lane *l);
/* A worker with one lane: enters, does `work` (0, or -ECANCELED after a failure), leaves. */
void blocking_worker(struct worker *w, int (*work)(struct worker *w, struct lane *l));
/* The plain body of such a worker (see pool.h), whose work is blocking_tasks. */
void blocking_body(struct worker *w, void *arg);

#endif
