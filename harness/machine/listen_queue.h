/* SPDX-License-Identifier: MIT */
/*
 * The queue of connections that a listening socket has not taken yet. The kernel caps it at net.core.somaxconn, without
 * a word; what comes on top is dropped, and its client asks again after 1, 3, 7 s: a limit of the environment that
 * looks like a slow or hanging program. Hence: how many sockets that share a port are needed, and what the kernel
 * counted.
 */
#ifndef CONTEND_MACHINE_LISTEN_QUEUE_H
#define CONTEND_MACHINE_LISTEN_QUEUE_H

#include <stdint.h>

#include "harness/record/record.h"

enum { LISTENERS_MOST = 64 };

/* net.core.somaxconn of this process's network namespace, or -errno. */
int64_t listen_queue_limit(void);
/* How many listening sockets that share a port (SO_REUSEPORT) have room for as many connections at once when no queue
 * holds more than `limit`. The kernel deals connections out by a hash, so the mean and six standard deviations of a
 * Poisson distribution must fit. One holds them all where limit does, or is not known (negative). 0: LISTENERS_MOST are
 * too few. */
unsigned listeners_needed(uint64_t connections, int64_t limit);

/* The counters of net.def now; each -errno where it can't be read. */
struct net_mark {
    int64_t n[NETS];
};
void net_mark(struct net_mark *m);
/* What was counted between two marks, or why that is not known. */
void net_between(const struct net_mark *from, const struct net_mark *to, struct metric out[NETS]);
/* The number of `key` in a text as of /proc/net/netstat: pairs of lines that begin with "group:", the first with names,
 * the second with values. -ENOENT: it is not there. */
int64_t net_counter(const char *text, const char *group, const char *key);

#endif
