/* SPDX-License-Identifier: MIT */
/* Costs of a byte to another thread and back, by pipe, Unix socket and TCP, and of calls on files. */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/base.h"
#include "harness/machine/costs_internal.h"
#include "harness/machine/machine.h"
#include "harness/measure/clock.h"

enum { WARM_UP = 3, ROUNDS = 12, CALLS = 32, BLOCK = 4096, BLOCKS = 16 };

/* What the two sides read and write. Of sockets both of a side are one descriptor. */
struct line {
    int home_in, home_out, far_in, far_out;
    int cpu; /* the other side's */
    int rc;  /* how that ended */
};

static void close_line(struct line *l)
{
    const int fds[] = {l->home_in, l->home_out, l->far_in, l->far_out};
    for (unsigned i = 0; i < ARRAY_LEN(fds); i++)
        if (fds[i] >= 0 && (i % 2 == 0 || fds[i] != fds[i - 1]))
            close(fds[i]);
}

static void *answer(void *arg)
{
    struct line *l = arg;
    char byte;
    l->rc = pin_self(l->cpu);
    while (!l->rc && read(l->far_in, &byte, 1) == 1)
        if (write(l->far_out, &byte, 1) != 1)
            break;
    if (l->rc) { /* home waits for no answer then */
        shutdown(l->far_out, SHUT_RDWR);
        close(l->far_out);
        l->far_in = l->far_in == l->far_out ? -1 : l->far_in;
        l->far_out = -1;
    }
    return NULL;
}

static int exchange(struct cost_room *room, struct line *l, double *value)
{
    char byte = 0;
    uint64_t begin = 0;
    for (unsigned i = 0; i < WARM_UP + ROUNDS; i++) {
        if (i == WARM_UP)
            begin = now_ns();
        if (write(l->home_out, &byte, 1) != 1 || read(l->home_in, &byte, 1) != 1)
            return cost_fail(room, 0, "the thread at the other end did not answer");
    }
    *value = cost_each(begin, ROUNDS);
    return 0;
}

/* The line is closed in any case. */
static int round_trip(struct cost_room *room, struct line *l, int cpu, double *value)
{
    pthread_t other;
    l->cpu = cpu;
    int rc = cost_thread(room, answer, l, &other);
    if (!rc) {
        rc = exchange(room, l, value);
        shutdown(l->home_out, SHUT_WR); /* fails for a pipe, whose end is its closing */
        if (l->home_out != l->home_in) {
            close(l->home_out);
            l->home_out = -1;
        }
        pthread_join(other, NULL);
    }
    close_line(l);
    return rc;
}

static int by_pipes(struct cost_room *room, int cpu, double *value)
{
    int to[2] = {-1, -1}, back[2] = {-1, -1};
    int rc = pipe2(to, O_CLOEXEC) || pipe2(back, O_CLOEXEC) ? errno : 0;
    struct line l = {.home_in = back[0], .home_out = to[1], .far_in = to[0], .far_out = back[1]};
    if (!rc)
        return round_trip(room, &l, cpu, value);
    close_line(&l);
    return cost_fail(room, rc, "no pipes can be made");
}

/* Two ends of a connection over the loopback; 0 or a positive errno. */
static int connect_tcp(int ends[2])
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct sockaddr *address = (struct sockaddr *)&at;
    socklen_t n = sizeof at;
    int one = 1, code = 0;
    CLEANUP_FD int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ends[0] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ends[1] = -1;
    if (listener < 0 || ends[0] < 0 || bind(listener, address, n) || listen(listener, 1) ||
        getsockname(listener, address, &n) || connect(ends[0], address, n) ||
        (ends[1] = accept4(listener, NULL, NULL, SOCK_CLOEXEC)) < 0)
        code = errno;
    for (unsigned i = 0; !code && i < 2; i++)
        if (setsockopt(ends[i], IPPROTO_TCP, TCP_NODELAY, &one, sizeof one))
            code = errno;
    return code;
}

static int by_sockets(struct cost_room *room, bool tcp, int cpu, double *value)
{
    int ends[2] = {-1, -1};
    int rc = tcp ? connect_tcp(ends) : socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) ? errno : 0;
    struct line l = {.home_in = ends[0], .home_out = ends[0], .far_in = ends[1], .far_out = ends[1]};
    if (!rc)
        return round_trip(room, &l, cpu, value);
    close_line(&l);
    return cost_fail(room, rc, tcp ? "no connection over the loopback can be made" : "no pair of sockets can be made");
}

int cost_pipe_round(struct cost_room *room, double *value)
{
    return by_pipes(room, room->home, value);
}

int cost_pipe_round_remote(struct cost_room *room, double *value)
{
    int peer, rc = cost_peer(room, &peer);
    return rc ? rc : by_pipes(room, peer, value);
}

int cost_socketpair_round(struct cost_room *room, double *value)
{
    return by_sockets(room, false, room->home, value);
}

int cost_tcp_round(struct cost_room *room, double *value)
{
    return by_sockets(room, true, room->home, value);
}

int cost_tcp_round_remote(struct cost_room *room, double *value)
{
    int peer, rc = cost_peer(room, &peer);
    return rc ? rc : by_sockets(room, true, peer, value);
}

/* --- files --- */

int cost_file_stat(struct cost_room *room, double *value)
{
    struct stat st;
    if (!room->q->scratch)
        return cost_fail(room, 0, "no scratch directory was named");
    uint64_t begin = now_ns();
    for (unsigned i = 0; i < CALLS; i++)
        if (stat(room->q->scratch, &st))
            return cost_fail(room, errno, "%.100s", room->q->scratch);
    *value = cost_each(begin, CALLS);
    return 0;
}

int cost_open_close(struct cost_room *room, double *value)
{
    uint64_t begin = now_ns();
    for (unsigned i = 0; i < CALLS; i++) {
        int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
        if (fd < 0 || close(fd))
            return cost_fail(room, errno, "/dev/null can't be opened and closed");
    }
    *value = cost_each(begin, CALLS);
    return 0;
}

/* A file without a name, of BLOCKS blocks: it ends with this process. */
static int scratch_file(struct cost_room *room, int *fd)
{
    static const char block[BLOCK];
    char path[4096];
    if (*fd >= 0)
        return 0;
    if (!room->q->scratch)
        return cost_fail(room, 0, "no scratch directory was named");
    *fd = open(room->q->scratch, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (*fd < 0) { /* not all file systems have these */
        snprintf(path, sizeof path, "%s/contend-cost-XXXXXX", room->q->scratch);
        *fd = mkostemp(path, O_CLOEXEC);
        if (*fd >= 0)
            unlink(path);
    }
    if (*fd < 0)
        return cost_fail(room, errno, "no file can be made in %.80s", room->q->scratch);
    for (unsigned i = 0; i < BLOCKS; i++)
        if (pwrite(*fd, block, BLOCK, (off_t)i * BLOCK) != BLOCK)
            return cost_fail(room, errno, "a file in %.80s can't be written", room->q->scratch);
    return 0;
}

int cost_file_read(struct cost_room *room, double *value)
{
    int *fd = &room->fd[COST_INDEX_file_read], rc = scratch_file(room, fd);
    char block[BLOCK];
    uint64_t begin = now_ns();
    for (unsigned i = 0; !rc && i < CALLS; i++)
        if (pread(*fd, block, BLOCK, (off_t)(i * 7 % BLOCKS) * BLOCK) != BLOCK)
            rc = cost_fail(room, errno, "the scratch file can't be read");
    *value = cost_each(begin, CALLS);
    return rc;
}

int cost_file_sync(struct cost_room *room, double *value)
{
    static const char block[BLOCK] = {1};
    int *fd = &room->fd[COST_INDEX_file_sync], rc = scratch_file(room, fd);
    uint64_t begin = now_ns();
    if (!rc && pwrite(*fd, block, BLOCK, 0) != BLOCK)
        rc = cost_fail(room, errno, "the scratch file can't be written");
    if (!rc && fdatasync(*fd))
        rc = cost_fail(room, errno, "fdatasync failed");
    *value = cost_each(begin, 1);
    return rc;
}
