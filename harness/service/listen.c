/* SPDX-License-Identifier: MIT */
/*
 * The sockets that a service listens on. One, with a queue for all connections at once; where net.core.somaxconn leaves
 * it less, as many that share its port as have room for them together, so that none is ever dropped and asked for again
 * a second later.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness/base/base.h"
#include "harness/service/listen.h"

enum { LEAST_BACKLOG = 4096 };

static int listen_on(uint16_t *port, bool shared, unsigned connections, const char **call)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(*port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof a;
    int one = 1, backlog = connections > INT_MAX ? INT_MAX : (int)connections;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    *call = "socket";
    if (fd < 0)
        return -errno;
    backlog = backlog < LEAST_BACKLOG ? LEAST_BACKLOG : backlog;
    if ((*call = "setsockopt", shared && setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof one)) ||
        (*call = "bind", bind(fd, (struct sockaddr *)&a, sizeof a)) || (*call = "listen", listen(fd, backlog)) ||
        (*call = "getsockname", getsockname(fd, (struct sockaddr *)&a, &len))) {
        int code = errno;
        close(fd);
        return -code;
    }
    *port = ntohs(a.sin_port);
    return fd;
}

void listen_close(const int *fds, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        close(fds[i]);
}

int listen_anywhere(struct service_process *p, unsigned connections, int fds[LISTENERS_MOST], const char **call)
{
    p->listener_limit = listen_queue_limit();
    unsigned n = listeners_needed(connections, p->listener_limit);
    n = n ? n : LISTENERS_MOST; /* what overflows is counted, and told */
    for (p->listeners = 0; p->listeners < n; p->listeners++) {
        int fd = listen_on(&p->port, n > 1, connections, call);
        if (fd < 0) {
            listen_close(fds, p->listeners);
            return fd;
        }
        fds[p->listeners] = fd;
    }
    return 0;
}

int listen_keep_only(const int *fds, unsigned n, int first, const char **call)
{
    int aside[LISTENERS_MOST], beyond = first + (int)n;
    *call = "fcntl";
    for (unsigned i = 0; i < n; i++) { /* out of the way of each other first */
        aside[i] = fcntl(fds[i], F_DUPFD, beyond);
        if (aside[i] < 0)
            return -errno;
    }
    *call = "dup2";
    for (unsigned i = 0; i < n; i++)
        if (dup2(aside[i], first + (int)i) < 0)
            return -errno;
    *call = "close_range";
    return close_range((unsigned)beyond, ~0U, 0) ? -errno : 0;
}
