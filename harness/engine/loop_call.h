/* SPDX-License-Identifier: MIT */
/* Which system call a loop failed of: libuv tells the errno alone. */
#ifndef CONTEND_ENGINE_LOOP_CALL_H
#define CONTEND_ENGINE_LOOP_CALL_H

/* Tries the calls that a loop is made of. The name of the first that fails now, too; NULL: none does. */
const char *loop_call_failing(void);

#endif
