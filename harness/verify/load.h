/* SPDX-License-Identifier: MIT */
/*
 * A load that competes with trials for their processing units: a thread pinned to each, which spins for a while, then
 * sleeps for a while, both drawn anew from 1 to 20 ms, so that it hits some trials hard and others not at all. Threads
 * of this process, not processes: they can't outlive it, and reaping a trial's orphans does not end them.
 */
#ifndef CONTEND_VERIFY_LOAD_H
#define CONTEND_VERIFY_LOAD_H

#include "harness/base/err.h"

enum { LOAD_MAX = 8 };

struct load;
/* On the first LOAD_MAX of n units. 0 or -errno; ended and freed by load_stop. */
int load_start(struct load **out, const int *pus, unsigned n, struct err *e);
void load_stop(struct load *l); /* NULL is fine */

#endif
