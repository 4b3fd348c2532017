/* SPDX-License-Identifier: MIT */
/* The messages of pingpong and what carries them, for its three references; the same as those of bench/ipc/pingpong.c.
 */
#ifndef CONTEND_TESTS_PEERS_PINGPONG_H
#define CONTEND_TESTS_PEERS_PINGPONG_H

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/peers/peer.h"

enum { PINGPONG_MOST = 1 << 16 }; /* bytes of a message */

/* One side of a pair: it reads from in and writes to out, which are the same for a socket. */
struct side {
    int in, out;
    bool asks;
    uint64_t at, end; /* the unit under way, and the end of its units */
    uint64_t units, sum;
    size_t size, done, sent;
    alignas(64) char message[2 * PINGPONG_MOST]; /* read as a whole by loops: a read that fills it not has emptied it */
};

static inline int pingpong_tcp(int fds[2])
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof a;
    int one = 1, listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(listener, (struct sockaddr *)&a, sizeof a) || listen(listener, 1) ||
        getsockname(listener, (struct sockaddr *)&a, &len))
        return -1;
    fds[0] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(fds[0], (struct sockaddr *)&a, sizeof a))
        return -1;
    fds[1] = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    for (int i = 0; i < 2; i++)
        if (setsockopt(fds[i], IPPROTO_TCP, TCP_NODELAY, &one, sizeof one))
            return -1;
    return close(listener);
}

/* In memory that all workers share, as contend's buffers are under every model. Where each process gets its own pages
 * by writing to them in the midst of the first messages, those are slow, and the kernel then tunes TCP's receive
 * buffers larger: two processes over two units with 64 KiB are 5 to 9 % faster ever after (README.md). */
static inline struct side *pingpong_sides(unsigned n)
{
    struct side *s = mmap(NULL, n * sizeof *s, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (s == MAP_FAILED)
        peer_die("sides", errno);
    return s;
}

static inline void pingpong_release(struct side *s, unsigned n)
{
    munmap(s, n * sizeof *s);
}

/* The two sides of pair `group` of `groups`; params: transport (pipe, socketpair or tcp) and size. */
static inline void pingpong_pair(const struct peer *p, struct side *s, unsigned group, unsigned groups)
{
    int there[2], back[2];
    size_t size = (size_t)peer_number(p, 1, 16, PINGPONG_MOST);
    bool pipes = strcmp(p->params[0], "pipe") == 0, tcp = strcmp(p->params[0], "tcp") == 0;
    if (!pipes && !tcp && strcmp(p->params[0], "socketpair") != 0)
        peer_die("expected pipe, socketpair or tcp", EINVAL);
    if (pipes ? pipe2(there, O_CLOEXEC) || pipe2(back, O_CLOEXEC)
        : tcp ? pingpong_tcp(there)
              : socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, there))
        peer_die("a pair", errno);
    for (int i = 0; i < 2; i++) {
        s[i].in = pipes ? i ? there[0] : back[0] : there[i];
        s[i].out = pipes ? i ? back[1] : there[1] : there[i];
        s[i].asks = i == 0;
        s[i].size = size;
        s[i].units = s[i].sum = s[i].done = s[i].sent = 0;
        s[i].at = peer_first(p, group, groups);
        s[i].end = peer_first(p, group + 1, groups);
        memset(s[i].message, 0x5a, sizeof s[i].message);
    }
}

/* Makes the message of the unit under way. */
static inline void pingpong_fill(struct side *s)
{
    uint64_t word = mix64(s->at * 2 + !s->asks);
    memcpy(s->message, &word, sizeof word);
    s->message[s->size - 1] = s->at + 1 == s->end;
    s->sent = 0;
}

/* A whole message is here: checks it, and ends the asker's unit. */
static inline void pingpong_check(struct side *s)
{
    uint64_t word, due = mix64(s->at * 2 + s->asks);
    memcpy(&word, s->message, sizeof word);
    if (word != due)
        peer_die("a message is not the one that was due", EBADMSG);
    s->sum += mix64(word);
    s->done = 0;
    if (s->asks) {
        s->units++;
        s->at++;
    }
}

#endif
