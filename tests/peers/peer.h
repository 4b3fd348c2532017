/* SPDX-License-Identifier: MIT */
/*
 * What the references share: the command line, pinning, a gate that stands open for all workers at once, where each
 * puts what it counted, and the line of JSON at the end. A reference is the program that one would write by hand for
 * one model; it uses nothing of the harness, so that it can judge it. Every reference is called
 *
 *     NAME [threads|processes] UNITS TASKS CONCURRENCY PU[,PU…] PARAMETERS…
 *
 * and prints {"units":…,"wall_ns":…,"checksum":"0x…","early":…,"cpu_ns":…}: the units done, the time from the opening
 * of the gate to the end of the last worker, the sum of the units' checksums (as the workload of the same name defines
 * them) and the sleeps that ended too early. Whatever goes wrong ends the program with a message and exit code 1.
 */
#ifndef CONTEND_TESTS_PEERS_PEER_H
#define CONTEND_TESTS_PEERS_PEER_H

#include <stdalign.h>
#include <stdatomic.h>
#include <stdint.h>
#include <time.h>

#include "bench/workload.h"

enum { PEER_MAX_PUS = 64, PEER_MAX_WORKERS = 1024 };

struct peer_slot { /* one a worker, on lines of its own */
    alignas(128) uint64_t units, sum, early, end_ns, cpu_ns;
};

struct peer_shared; /* in memory that forked workers share */
struct peer {
    uint64_t units;
    unsigned tasks, concurrency;
    int pus[PEER_MAX_PUS];
    unsigned n_pus;
    char **params; /* what follows, NULL-terminated */
    struct peer_shared *shared;
    bool alone; /* the one worker opens the gate itself */
};
typedef void peer_body(struct peer *p, unsigned worker);

/* Reads argv from `at` on; n_params parameters, named in `usage`, must follow the common ones. */
struct peer peer_init(int at, int n_params, const char *usage, char **argv);
/* Parameter i as a whole number from least to most. */
uint64_t peer_number(const struct peer *p, unsigned i, uint64_t least, uint64_t most);
/* Runs `body` in `workers` pthreads or forked processes (how: "threads" or "processes"), opens the gate when all have
 * entered, waits for their end and prints the line. */
void peer_run(struct peer *p, const char *how, unsigned workers, peer_body *body);
/* The same for one worker on this very thread. */
void peer_run_here(struct peer *p, peer_body *body);

/* The worker is ready, its memory made and touched: pins itself to its unit and waits at the gate. */
void peer_enter(struct peer *p, unsigned worker);
/* The worker is done: its counts and its end. */
void peer_leave(struct peer *p, unsigned worker, uint64_t units, uint64_t sum, uint64_t early);
/* The next task that nobody has taken; p->tasks or more: there is none. */
unsigned peer_take(struct peer *p);
/* Index of the first unit of `task` when `tasks` share the units as evenly as can be. */
uint64_t peer_first(const struct peer *p, unsigned task, unsigned tasks);

_Noreturn void peer_die(const char *what, int code);

static inline uint64_t peer_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * UINT64_C(1000000000) + (uint64_t)t.tv_nsec;
}

#endif
