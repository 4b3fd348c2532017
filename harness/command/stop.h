/* SPDX-License-Identifier: MIT */
/* The user's wish that what goes on ends: SIGINT, SIGTERM, and SIGHUP unless nohup has it ignored. */
#ifndef CONTEND_COMMAND_STOP_H
#define CONTEND_COMMAND_STOP_H

/* Handles these signals from now on: the first that comes is told by what is returned, a second, a
 * quarter of a second later or more, ends the program at once, with EXIT_INTERRUPTED. What is returned is true once one
 * came; it is there as long as the program is. */
const volatile int *stop_install(void);
/* Forgets a signal that was heeded. */
void stop_forget(void);

#endif
