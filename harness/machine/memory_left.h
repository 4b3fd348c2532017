/* SPDX-License-Identifier: MIT */
/* How much memory a process may take before the kernel swaps, reclaims what is in use, or kills it. */
#ifndef CONTEND_MACHINE_MEMORY_LEFT_H
#define CONTEND_MACHINE_MEMORY_LEFT_H

#include <stdint.h>

/* The files are named as on the machine itself, without `root`. */
struct memory_room {
    /* The least of what the machine has available by the kernel's own estimate, and what the limits of this process's
     * control groups and all above them leave beside what is in use there; page cache that is not in active use counts
     * as free, since the kernel drops it first. At least 1; 0: nothing tells. */
    uint64_t left;
    char left_by[320]; /* the file that says so */
    /* The least of those limits; UINT64_MAX: none is set. Of a group of v2 the lower of memory.max, beyond which it is
     * killed, and memory.high, beyond which the kernel stops it to reclaim: its times are then not its own. */
    uint64_t limit;
    char limit_by[320]; /* the file that says so; "": no group shows one */
};

/* `root` is "" for this machine, else a directory with a copy of another one's files. */
void memory_room(const char *root, struct memory_room *out);
/* `left` by the limits beyond which a group is killed alone: a group may live above its memory.high, slowly. */
uint64_t memory_left(const char *root);

#endif
