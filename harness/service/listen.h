/* SPDX-License-Identifier: MIT */
/* The sockets that a service listens on: a part of the service's implementation. */
#ifndef CONTEND_SERVICE_LISTEN_H
#define CONTEND_SERVICE_LISTEN_H

#include "harness/service/service.h"

/* Listens on a free port of the loopback address with room for as many connections at once; fills in port, listeners
 * and listener_limit of `p`, and the descriptors. 0, or -errno of *call with nothing
 * open. */
int listen_anywhere(struct service_process *p, unsigned connections, int fds[LISTENERS_MOST], const char **call);
void listen_close(const int *fds, unsigned n);
/* Moves the `n` descriptors to first … first + n - 1 and closes all from there on. 0 or
 * -errno of *call. */
int listen_keep_only(const int *fds, unsigned n, int first, const char **call);

#endif
