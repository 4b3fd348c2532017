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
/* On the first LOAD_MAX of n units; returns when each thread is where it belongs. 0 or -errno, also when one can't be
 * pinned; ended and freed by load_stop in any case. */
int load_start(struct load **out, const int *pus, unsigned n, struct err *e);
/* The CPU time that the load got, as a share of the time that passed, on the unit where it got least: about a half when
 * alone, a quarter beside one that always runs. NULL is fine: 0. */
double load_stop(struct load *l);

#endif
