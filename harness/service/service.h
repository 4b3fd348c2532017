/* SPDX-License-Identifier: MIT */
/*
 * The server side of a workload, in a process of its own: a listening socket on an ephemeral port of the loopback
 * address, and one epoll loop a processing unit given to it. The process is a child of the caller (the trial's keeper)
 * and dies with it. What a service answers is the workload's (struct service in bench/workload.h).
 *
 * What the service and the trial share lies in one shared mapping:
 *
 *     pid, port, listeners, at_start   written before the trial's process exists
 *     loops              written then; where there are fewer turns the service lowers it, before it takes a connection
 *     asked, told, usage the trial asks for the CPU time used so far (a signal), the service tells it
 *     connections        counted by the loops as they take and close them
 *     error              why the service ended, if it could say so
 */
#ifndef CONTEND_SERVICE_SERVICE_H
#define CONTEND_SERVICE_SERVICE_H

#include <stdatomic.h>
#include <stdint.h>
#include <sys/types.h>

#include "bench/workload.h"
#include "harness/base/err.h"
#include "harness/machine/listen_queue.h"
#include "harness/record/record.h"

struct service_usage {
    uint64_t user_ns, system_ns; /* CPU time of all its loops since it began */
    int64_t drops; /* connections that its listening sockets have dropped, or -errno; 32 bits of them each */
};

struct service_connections {
    _Atomic unsigned open; /* now: taken, and neither closed nor, where there are turns, sent its last answer */
    _Atomic unsigned most; /* that were open at once; written by the first loop alone, which takes all of them */
};

struct service_process {
    pid_t pid;     /* 0: there is none */
    uint16_t port; /* host order */
    unsigned loops;
    unsigned listeners; /* sockets that share the port: more than one where net.core.somaxconn is too small for one */
    int64_t listener_limit; /* net.core.somaxconn, or -errno */
    struct net_mark at_start;
    _Atomic unsigned told; /* futex: how many questions have been answered */
    struct service_usage usage;
    struct service_connections connections;
    _Atomic unsigned failed;
    char error[448];
};

/* Gives a workload with its code, in the process that is to run it; NULL with the reason. */
typedef const struct workload *service_load(const char *name, struct err *e);
/* Listens and forks the service of the cell's workload, which it loads there, on the cell's service_pus (its loops are
 * pinned to them, one each; unpinned when there are none). `p` lies in a shared mapping, zeroed. A workload without a
 * service is left at pid 0. 0, or -errno with the reason. The child has no descriptors of the caller but standard input
 * and outputs. */
int service_start(struct service_process *p, const struct cell *c, service_load *load, struct err *e);
/* Ends and reaps it, by the process that started it; how it ended (as of waitpid), 0 when it had to be killed now. */
int service_stop(struct service_process *p);
/* CPU time used so far, by the service's own account at this moment. From one thread at a time. 0, or -ETIMEDOUT when
 * it does not answer within a second, -ESRCH when it is dead. */
int service_usage(struct service_process *p, struct service_usage *u);

/* Leaves of what the kernel counted in all of the network namespace no more than was dropped by the service's own
 * sockets between two answers (from NULL: since it began); as it is, where that is not known. */
void service_net_own(const struct service_usage *from, const struct service_usage *to, struct metric net[NETS]);

/* Parts of the implementation: one loop on a thread of its own (service_loop.c). */
struct service_loop;
/* Listening sockets, non-blocking: the descriptors first … first + n - 1. */
struct listeners {
    int first;
    unsigned n;
};
/* Connections taken from the `listeners` by the first loop are dealt out to all `n` in turn, and so are the turns of a
 * service that has turns: n is at most their number. They are counted in `count`, which outlives the loops. 0 or
 * -errno of *call (NULL: of none). */
int service_loops_new(struct service_loop **out, unsigned n, const struct service *s, const struct wl_env *env,
                      struct listeners listeners, struct service_connections *count, const char **call);
/* Runs loop i; returns only after a failure: -errno, with what failed, and in which system call (NULL: in none). */
int service_loop_run(struct service_loop *loops, unsigned i, const char **what, const char **call);

#endif
