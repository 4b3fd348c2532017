/* SPDX-License-Identifier: MIT */
/* What the models with a fixed set of workers share: making them, and letting them go. */
#ifndef CONTEND_MODEL_POOL_H
#define CONTEND_MODEL_POOL_H

#include <pthread.h>
#include <sys/types.h>

#include "harness/model/worker.h"

/* What one worker does: called on its own thread or in its own process, after worker_init. It enters, works and leaves.
 */
typedef void pool_body(struct worker *w, void *arg);

struct thread_pool;
/* cell->workers pthreads; waits until all are ready. An error has been told to the trial; what was made is taken back
 * by thread_pool_stop. */
int thread_pool_start(struct trial *t, struct thread_pool **out, pool_body *body, void *arg);
void thread_pool_stop(struct thread_pool *p);

struct process_pool;
int process_pool_start(struct trial *t, struct process_pool **out, pool_body *body, void *arg);
int process_pool_stop(struct trial *t, struct process_pool *p);

/* pthread_create with a stack that lets thousands live side by side; 0 or -errno, the limit that was hit told to the
 * trial. */
int thread_spawn(struct trial *t, pthread_t *out, void *(*fn)(void *), void *arg);
/* fork; the pid, 0 in the child, or -errno, the limit that was hit told to the trial. */
pid_t process_spawn(struct trial *t);

/* The plain body of a pool of blocking workers; arg is the struct gil or NULL. */
void blocking_body(struct worker *w, void *arg);
/* The body of a worker that is an event loop; arg is NULL. */
void loop_body(struct worker *w, void *arg);

#endif
