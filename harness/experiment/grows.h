/* SPDX-License-Identifier: MIT */
/* Is a workload's work really done, or did the compiler remove it? */
#ifndef CONTEND_EXPERIMENT_GROWS_H
#define CONTEND_EXPERIMENT_GROWS_H

#include "harness/experiment/pilot_trial.h"

/* Detects work that the compiler removed, at the defaults of the cell's workload and by what it says its computing is
 * in proportion to; see growth.h. 0: the work is done, or the workload does not say, or (doubt[0] is not 0) it can't be
 * told, and `doubt` (WORK_DOUBT_MAX bytes) says in one line why. -EBADE: multiples of it take no longer. -EINTR;
 * -errno. */
enum { WORK_DOUBT_MAX = 768 };
int pilot_work_grows(const struct cell *like, const struct pilot *pilot, char *doubt, size_t n, struct err *e);

#endif
