/* SPDX-License-Identifier: MIT */
/*
 * Making workers and letting them go: single threads and processes, and fixed sets of them, which are made before the
 * gate opens and go when the last has stamped its end.
 */
#ifndef CONTEND_ENGINE_POOL_H
#define CONTEND_ENGINE_POOL_H

#include <pthread.h>
#include <sys/types.h>

#include "harness/engine/worker.h"

enum { WORKER_STACK = 1 << 20 }; /* bytes: thousands can live next to each other */

/* What one worker does: called on its own thread or in its own process, after worker_init. It enters, works and leaves.
 */
typedef void pool_body(struct worker *w, void *arg);

struct thread_pool;
/* cell->workers pthreads; waits until all are ready. An error has been told to the engine; what was made is taken back
 * by thread_pool_stop. */
int thread_pool_start(struct engine *e, struct thread_pool **out, pool_body *body, void *arg);
void thread_pool_stop(struct thread_pool *p);

/* Forks cell->workers processes. An error as above; those that were made end with the trial. */
struct process_pool;
int process_pool_start(struct engine *e, struct process_pool **out, pool_body *body, void *arg);
/* Waits for all to end; 0, or -ECANCELED when one did not end well. */
int process_pool_stop(struct engine *e, struct process_pool *p);

/* start, run and stop of a model that is no more than such a set, kept in e->model_state; `body` gets NULL. */
int threads_start(struct engine *e, pool_body *body);
int threads_stop(struct engine *e);
int processes_start(struct engine *e, pool_body *body);
int processes_stop(struct engine *e);
int pool_run(struct engine *e);

/* pthread_create with a stack of WORKER_STACK; 0 or -errno, the limit that was hit told to the engine. */
int thread_spawn(struct engine *e, pthread_t *out, void *(*fn)(void *), void *arg);
/* fork; the pid, 0 in the child, or -errno, the limit that was hit told to the engine. */
pid_t process_spawn(struct engine *e);
/* Puts this process into the cell's libc_threads state: before the first worker of a process begins. 0 or -ECANCELED,
 * told to the engine. */
int process_libc_threads(struct engine *e);

#endif
