/* SPDX-License-Identifier: MIT */
/* What blocking and waiting on a loop share of sockets. */
#ifndef CONTEND_ENGINE_SOCKET_H
#define CONTEND_ENGINE_SOCKET_H

#include <stdint.h>

/* A new TCP socket with small delays (TCP_NODELAY) whose connection to `port` of this host has been asked for; `flags`
 * as of socket(). *rc is 0, -EINPROGRESS or another -errno; the descriptor, -1 when there is none. */
int connect_start(uint16_t port, int flags, int *rc);
/* How the connection came out: 0 or -errno. */
int connect_result(int fd);

#endif
