/* SPDX-License-Identifier: MIT */
/*
 * What the canaries of this process's last trials took, for its next trials. A canary takes less than a millisecond; a
 * neighbour that is busy for so long makes it slow where the trial is not. With something to compare with, a trial can
 * time a slow canary again and tell a moment from a lasting change. This is a fact of the machine, so all trials that
 * this process starts share one memory.
 */
#ifndef CONTEND_TRIAL_CANARY_MEMORY_H
#define CONTEND_TRIAL_CANARY_MEMORY_H

#include "harness/record/record.h"

/* What the last trial on the CPUs of the cell saw after its run, by the same program (NULL: this one), into
 * seen[kind], ns; 0 where nothing is known. */
void canary_memory_recall(const char *program, const struct cell *c, uint64_t seen[CANARIES]);
/* Keeps what the trial saw after its run, of the kinds that it has. */
void canary_memory_keep(const char *program, const struct cell *c, const struct trial_record *r);

#endif
