/* SPDX-License-Identifier: MIT */
/* Which system call a loop failed of: libuv tells the errno alone, or aborts. */
#ifndef CONTEND_ENGINE_LOOP_CALL_H
#define CONTEND_ENGINE_LOOP_CALL_H

#include <uv.h>

/* Tries the calls that a loop is made of. The name of the first that fails now, too; NULL: none does. */
const char *loop_call_failing(void);

/* libuv aborts when its wait fails with another errno than EINTR, so one who is about to run a loop tries it first,
 * without waiting. 0, or -errno of epoll_wait. */
int loop_can_wait(const uv_loop_t *uv);

#endif
