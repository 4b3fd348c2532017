/* SPDX-License-Identifier: MIT */
/* What the kernel knows of a trial's workers and processes, read by the dispatcher while the workers are parked. */
#ifndef CONTEND_TRIAL_ACCOUNTS_H
#define CONTEND_TRIAL_ACCOUNTS_H

#include "harness/trial/trial.h"

/* The scheduler's account of one worker, or of all pools' threads together; -1: can't be read. */
struct sched_mark {
    int64_t migrations, wait_ns;
};

/* Of each worker, all of them parked (or the caller itself), and of the threads of libuv's pools, which wait for work
 * then; `marks` has room for cell->workers + 1. */
void sched_read(const struct trial *t, struct sched_mark *marks);
/* Fills migrations and queue_wait_ns of each slot with what came on top of `at_open`, and those of the record with what
 * did for the pools' threads: the slots' go on top of that. NULL: out of memory. For models whose workers live for one
 * task all are missing, with the reason. */
void sched_fill(const struct trial *t, const struct sched_mark *at_open, struct trial_record *r);

/* The canaries' memory is no part of a trial's peak: memory_peak before them, bytes (0: can't be read),
 * memory_forget_peak after them, from when on the kernel keeps this process's peak anew. Where it can't, the peak holds
 * them. */
int64_t memory_peak(void);
void memory_forget_peak(void);

/* Proportional and peak memory of all processes of the trial. The shared mapping of the harness itself (a histogram and
 * a slot a worker) is taken out of the proportional share, so that a model with more workers does not pay for more
 * recorders; the peak, a high-water mark that the kernel keeps, holds it. `peak_before`: this process's own at
 * memory_forget_peak. */
void memory_fill(const struct trial *t, int64_t peak_before, struct trial_record *r);

#endif
