/* SPDX-License-Identifier: MIT */
/* How much memory a process may take before the kernel swaps, or kills it. */
#ifndef CONTEND_MACHINE_MEMORY_LEFT_H
#define CONTEND_MACHINE_MEMORY_LEFT_H

#include <stdint.h>

/* The least of what the machine has available by the kernel's own estimate, and what the limits of this process's
 * control groups and all above them leave beside what is in use there; page cache that is not in active use counts as
 * free, since the kernel drops it first. At least 1; 0: nothing tells. `root` is "" for this machine. */
uint64_t memory_left(const char *root);

#endif
