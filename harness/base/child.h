/* SPDX-License-Identifier: MIT */
/*
 * State that a process inherits, from its parent and over exec, put in order; and children waited for so that an end
 * that was not seen is never taken for success. What else is inherited (affinity, limits, priority) is a fact of the
 * environment, and stays.
 */
#ifndef CONTEND_BASE_CHILD_H
#define CONTEND_BASE_CHILD_H

#include <spawn.h>
#include <stdbool.h>
#include <sys/types.h>

/* First of all in main: no signal is blocked; none is ignored but those by which nohup and a shell's & keep a program
 * going (SIGHUP, SIGINT, SIGQUIT) and those of job control; descriptors 0 to 2 are open, /dev/null in place of one that
 * was not, so that no file of ours gets their numbers. SIGCHLD, if it were ignored, would leave no child to be waited
 * for. */
void inherited_in_order(void);

/* For a child that was forked: dies with `parent`; the signals that its parent handles or ignores do again what they do
 * by default, and none is blocked. Ends the process when the parent is gone already. */
void child_in_order(pid_t parent);

/* For a program that is spawned: no signal is blocked, and all are as by default but SIGHUP, SIGINT and SIGQUIT where
 * they are ignored: what nohup keeps going is the program with its helpers. To be destroyed by the caller. 0 or -errno.
 */
int child_spawn_attributes(posix_spawnattr_t *a);

/* Waits for the end of this child. 0, or -errno: its status can't be read, and is set to that of a failure. */
int child_wait(pid_t pid, int *status);
/* The same, when only its being gone matters: it was killed by us. */
void child_wait_gone(pid_t pid);
/* Of a status as of waitpid: true if it ended by itself, with exit code 0. */
bool child_succeeded(int status);

#endif
