/* SPDX-License-Identifier: MIT */
/*
 * A trial in a fresh process, seen from the run: cell in, record out. Whatever happens inside costs that trial only,
 * and nothing of it is left behind.
 */
#ifndef CONTEND_TRIAL_SPAWN_H
#define CONTEND_TRIAL_SPAWN_H

#include "harness/base/err.h"
#include "harness/record/record.h"

/* Runs the cell and fills the record (initialised here; the caller releases it and sets cell, block and position). A
 * crash, a hang, a kill or an early exit is status failed with the reason, and 0 is returned; -EINTR when *stop became
 * true (the trial was killed), another -errno when no trial process could be made. `scratch` is the directory for
 * files. */
int trial_spawn(const struct cell *c, const char *scratch, const volatile int *stop, struct trial_record *r,
                struct err *e);

/* The same by another build of this program (NULL: this one); without a slash it is looked up in PATH. One that does
 * not understand the cell, or whose record this program can't read, makes a failed trial with the reason. */
int trial_spawn_as(const char *program, const struct cell *c, const char *scratch, const volatile int *stop,
                   struct trial_record *r, struct err *e);

/* The same with the plug-ins of that program; NULL: the last read of each name. */
struct plugin_set;
int trial_spawn_with(const char *program, const struct plugin_set *plugins, const struct cell *c, const char *scratch,
                     const volatile int *stop, struct trial_record *r, struct err *e);

/* The fresh process's main (`contend trial`, not for users): reads the cell from descriptor 3, writes the record to
 * descriptor 4. Returns the exit code. */
int trial_main(int argc, char **argv);

/* To be called once by the run's process: it becomes the reaper of what a dead trial leaves. */
int trial_supervise(struct err *e);

#endif
