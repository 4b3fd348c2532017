/* SPDX-License-Identifier: MIT */
/*
 * A trial in a fresh process, seen from the run: cell in, record out. Whatever happens inside costs that trial only,
 * and nothing of it is left behind.
 */
#ifndef CONTEND_TRIAL_SPAWN_H
#define CONTEND_TRIAL_SPAWN_H

#include "harness/base/err.h"
#include "harness/record/record.h"

/* Who runs a trial, and where. All borrowed. */
struct spawn {
    const char *program; /* another build of this program; without a slash it is looked up in PATH. NULL: this one */
    const struct plugin_set *plugins; /* of that program; NULL: the last read of each name */
    const char *scratch;              /* the directory for files */
    const volatile int *stop;         /* may be NULL */
};

/* Runs the cell and fills the record (initialised here; the caller releases it and sets cell, block and position). A
 * crash, a hang, a kill or an early exit is status failed with the reason, and 0 is returned; -EINTR when *stop became
 * true (the trial was killed), another -errno when no trial process could be made. A program that does not understand
 * the cell, or whose record this one can't read, makes a failed trial with the reason, too. */
int trial_spawn(const struct spawn *how, const struct cell *c, struct trial_record *r, struct err *e);

/* The fresh process's main (`contend trial`, not for users): reads the cell from descriptor 3, writes the record to
 * descriptor 4. Returns the exit code. */
int trial_main(int argc, char **argv);

/* To be called once by the run's process: it becomes the reaper of what a dead trial leaves. */
int trial_supervise(struct err *e);

#endif
