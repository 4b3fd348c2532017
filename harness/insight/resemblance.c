/* SPDX-License-Identifier: MIT */
/* The kinds of canary by the family of the work; see resemblance.h. */
#include "harness/insight/resemblance.h"

#include <string.h>

#include "bench/workload.h"
#include "harness/base/base.h"

#define KIND(name) (1u << CANARY_##name)

/* A transfer between tasks, files or sockets is mostly the kernel's own operations, behind a system call. */
static const struct {
    const char *family;
    unsigned kinds;
} resemblances[] = {
    {"cpu", KIND(CHAIN) | KIND(INDEPENDENT) | KIND(STORES)},
    {"memory", KIND(STORES) | KIND(LOADS) | KIND(PAGE_FAULT)},
    {"kernel", KIND(SYSCALL) | KIND(PAGE_FAULT)},
    {"io", KIND(SYSCALL) | KIND(CHAIN)},
    {"ipc", KIND(SYSCALL) | KIND(CHAIN)},
    {"net", KIND(SYSCALL) | KIND(CHAIN)},
    {"mixed", KIND(CHAIN) | KIND(INDEPENDENT) | KIND(STORES) | KIND(SYSCALL)},
};

unsigned canary_kinds_of(const char *family)
{
    for (size_t i = 0; family && i < ARRAY_LEN(resemblances); i++)
        if (strcmp(family, resemblances[i].family) == 0)
            return resemblances[i].kinds;
    return (1u << CANARIES) - 1;
}

unsigned canary_kinds_of_cell(const struct cell *c)
{
    const struct workload *w = c->workload ? workload_find(c->workload) : NULL;
    return canary_kinds_of(w ? w->family : NULL);
}
