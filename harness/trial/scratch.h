/* SPDX-License-Identifier: MIT */
/*
 * The directory that one trial makes its files in: a fresh one of its own under --scratch, gone at the trial's end.
 * Whoever uses it holds a lock on it (flock, shared by the keeper and all that it forks), so a directory without one is
 * what a killed run left, and anybody may clear it away. Mode 0700: nobody else can put names into it. Where the file
 * system has no locks it is used without one, and what a killed run left there stays: nobody can tell it from what is
 * used.
 */
#ifndef CONTEND_TRIAL_SCRATCH_H
#define CONTEND_TRIAL_SCRATCH_H

#include <limits.h>
#include <stdbool.h>

#include "harness/base/err.h"

struct scratch {
    char path[PATH_MAX]; /* "": none was made */
    int fd;              /* holds the lock */
};

/* True if the trials of this workload have one: what a plug-in does with it is not known. */
bool scratch_is_needed(const char *workload);
/* Makes and locks base/contend-scratch-XXXXXX; 0 or -errno (then there is nothing to remove). */
int scratch_make(struct scratch *s, const char *base, struct err *e);
/* Removes it with all that is in it, and gives up the lock. Nothing where none was made. */
void scratch_remove(struct scratch *s);
/* Removes those under base that are this user's and that nobody uses. 0, or -errno: one could not be removed. */
int scratch_sweep(const char *base);

#endif
