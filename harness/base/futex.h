/* SPDX-License-Identifier: MIT */
/* Futexes in shared memory: the wait of gates, the same for threads and processes. */
#ifndef CONTEND_BASE_FUTEX_H
#define CONTEND_BASE_FUTEX_H

#include <linux/futex.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* Sleeps while *word == value; returns on a wake, a signal or the timeout (relative, NULL: none): look again. */
static inline void futex_wait(_Atomic unsigned *word, unsigned value, const struct timespec *timeout)
{
    syscall(SYS_futex, word, FUTEX_WAIT, value, timeout, NULL, 0);
}
static inline void futex_wake(_Atomic unsigned *word, int n)
{
    syscall(SYS_futex, word, FUTEX_WAKE, n, NULL, NULL, 0);
}

#endif
