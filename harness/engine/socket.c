/* SPDX-License-Identifier: MIT */
/* Connecting to a service of this host; see socket.h. */
#include "harness/engine/socket.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

int connect_start(uint16_t port, int flags, int *rc)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | flags, 0);
    *rc = fd < 0 || setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one) ||
                  connect(fd, (const struct sockaddr *)&a, sizeof a)
              ? -errno
              : 0;
    if (fd >= 0 && *rc && *rc != -EINPROGRESS && *rc != -EINTR) {
        close(fd);
        return -1;
    }
    return fd;
}

int connect_result(int fd)
{
    int code = 0;
    socklen_t len = sizeof code;
    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &code, &len))
        code = errno;
    return -code;
}
