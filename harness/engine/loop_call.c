/* SPDX-License-Identifier: MIT */
/* See loop_call.h. */
#include "harness/engine/loop_call.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "harness/base/base.h"

const char *loop_call_failing(void)
{
    CLEANUP_FD int epoll = epoll_create1(EPOLL_CLOEXEC);
    if (epoll < 0)
        return "epoll_create1";
    CLEANUP_FD int event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (event < 0)
        return "eventfd2";
    CLEANUP_FD int timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    if (timer < 0)
        return "timerfd_create";
    struct epoll_event ev = {.events = EPOLLIN};
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, event, &ev))
        return "epoll_ctl";
    int ends[2], on = 1;
    if (ioctl(event, FIONBIO, &on) || ioctl(event, FIOCLEX))
        return "ioctl";
    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK))
        return "pipe2";
    close(ends[0]);
    close(ends[1]);
    return NULL;
}

int loop_can_wait(const uv_loop_t *uv)
{
    struct epoll_event ev;
    return epoll_wait(uv_backend_fd(uv), &ev, 1, 0) < 0 && errno != EINTR ? -errno : 0;
}
