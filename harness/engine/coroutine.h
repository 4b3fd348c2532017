/* SPDX-License-Identifier: MIT */
/*
 * Code on a stack of its own that can stop in its middle and go on later: a stackful coroutine. A thread resumes those
 * that it made; one of them runs at a time.
 */
#ifndef CONTEND_ENGINE_COROUTINE_H
#define CONTEND_ENGINE_COROUTINE_H

enum { COROUTINE_STACK = 1 << 20 }; /* bytes of address space, as much as a worker thread has; used as touched */

struct coroutine;
/* One that will run fn(arg), which begins at the first coroutine_resume. Its stack exists and is touched at its top; a
 * page below it faults. 0 or -errno; coroutine_free releases it. */
int coroutine_new(struct coroutine **out, void (*fn)(void *arg), void *arg);
/* Not the one that is running. NULL is none. */
void coroutine_free(struct coroutine *c);
/* Runs it until it yields or fn returns; from outside of all coroutines. One whose fn has returned is not resumed. */
void coroutine_resume(struct coroutine *c);
/* From inside: coroutine_resume returns. */
void coroutine_yield(struct coroutine *c);

#endif
