/* SPDX-License-Identifier: MIT */
/*
 * Canaries: fixed pieces of work that are timed before and after a trial, to see whether the machine itself had another
 * speed. One sees only its own kind of noise (stores may take 40 % longer where a chain of dependent operations takes
 * 0.5 %), so there are several kinds: harness/record/canary.def.
 */
#ifndef CONTEND_MACHINE_CANARY_H
#define CONTEND_MACHINE_CANARY_H

#include <stddef.h>
#include <stdint.h>

#include "harness/record/record.h"

/* What the kinds work on, 32 KiB, 256 KiB and a few pages: mapped for one sampling and given back after it, so that it
 * is no part of the memory of a run. */
struct canary_room {
    void *mapped; /* NULL: there is none */
    size_t bytes;
    uint64_t *stores, *loads;
    unsigned char *pages; /* first touched in the timed part, and given back before each timing */
};
/* Maps it and touches all but the pages. -errno: there is none, and the kinds that need it will be missing. */
int canary_room_init(struct canary_room *room);
void canary_room_release(struct canary_room *room);

/* One timing of one kind, of `times` its usual work, here and now: *ns. 0, -ENOMEM (it needs the room, and there is
 * none), or -errno of a system call that failed. */
int canary_once(enum canary kind, unsigned times, struct canary_room *room, uint64_t *ns);

enum { CANARIES_ALL = (1 << CANARIES) - 1 };
/* The canaries of the set `kinds` (bit i for kind i) on the processing unit `os_index`: ns[kind] is the least of 3
 * timings, ns; missing, with the reason, where that kind can't be timed. The chain's is told for 50,000 rounds (250 us
 * or so), five times those that are timed. The caller's mask is restored. 0, or -errno of pin_away with ns[] untouched:
 * nothing was timed. All six take about 0.4 ms, the chain 0.13 of it and page faults 0.09; where one fault
 * takes 13 us they take 0.16. */
int canary_time(int os_index, unsigned kinds, struct canary_room *room, struct metric ns[CANARIES]);

#endif
