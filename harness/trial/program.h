/* SPDX-License-Identifier: MIT */
/*
 * Another program that is to run trials: is it a contend, of which build, and does it understand the cells of this one?
 */
#ifndef CONTEND_TRIAL_PROGRAM_H
#define CONTEND_TRIAL_PROGRAM_H

#include "harness/base/err.h"
#include "harness/machine/facts.h"

/*
 * Asks `PROGRAM --version` and `PROGRAM doctor --json` (each within 20 s) and fills `own` with its facts; those of the
 * build that it does not tell are absent there, type and sanitizers are always known. Without a slash it is looked up
 * in PATH. -ENOENT and the like: it can't be started; -EINVAL: it is not contend; -EPERM: a debug or sanitizer build.
 */
int program_identify(const char *program, struct facts *own, struct err *e);

/* One trial of the smallest cell by it: -EPROTO when it does not understand cells as this program writes them, or
 * writes records that this program can't read. -EINTR when *stop. */
int program_probe(const char *program, const char *scratch, const volatile int *stop, struct err *e);

#endif
