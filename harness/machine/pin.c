/* SPDX-License-Identifier: MIT */
/* Pinning of the calling thread. The kernel's word is not taken for it: the mask is read back. */
#include <errno.h>
#include <sched.h>
#include <stdlib.h>

#include "harness/base/base.h"
#include "harness/machine/machine.h"

static cpu_set_t *make_set(size_t *bytes)
{
    cpu_set_t *set = CPU_ALLOC(PIN_MOST);
    *bytes = CPU_ALLOC_SIZE(PIN_MOST);
    if (set)
        CPU_ZERO_S(*bytes, set);
    return set;
}

int pin_self_to(const int *os_indexes, unsigned n)
{
    size_t bytes;
    cpu_set_t *want = make_set(&bytes), *got = make_set(&bytes);
    int rc = want && got ? 0 : -ENOMEM;
    for (unsigned i = 0; !rc && i < n; i++) {
        if (os_indexes[i] < 0 || os_indexes[i] >= PIN_MOST)
            rc = -EINVAL;
        else
            CPU_SET_S((size_t)os_indexes[i], bytes, want);
    }
    if (!rc && sched_setaffinity(0, bytes, want))
        rc = -errno;
    if (!rc && sched_getaffinity(0, bytes, got))
        rc = -errno;
    if (!rc && !CPU_EQUAL_S(bytes, want, got))
        rc = -EXDEV;
    CPU_FREE(want);
    CPU_FREE(got);
    return rc;
}

int pin_self(int os_index)
{
    return pin_self_to(&os_index, 1);
}

int pin_away(int os_index, void **was)
{
    size_t bytes;
    cpu_set_t *set = make_set(&bytes);
    *was = NULL;
    int rc = !set ? -ENOMEM : sched_getaffinity(0, bytes, set) ? -errno : 0;
    if (rc)
        CPU_FREE(set);
    else
        *was = set;
    return rc ? rc : pin_self(os_index);
}

void pin_back(void *was)
{
    if (was)
        sched_setaffinity(0, CPU_ALLOC_SIZE(PIN_MOST), was);
    CPU_FREE(was);
}

int pin_try(void)
{
    void *was;
    int rc = pin_away(sched_getcpu(), &was);
    pin_back(was);
    return rc;
}

int pin_current(void)
{
    size_t bytes;
    cpu_set_t *set = make_set(&bytes);
    int pu = -1;
    if (set && !sched_getaffinity(0, bytes, set) && CPU_COUNT_S(bytes, set) == 1)
        for (int i = 0; pu < 0 && i < PIN_MOST; i++)
            if (CPU_ISSET_S((size_t)i, bytes, set))
                pu = i;
    CPU_FREE(set);
    return pu;
}

unsigned pin_allowed(int *os_indexes, unsigned most)
{
    size_t bytes;
    cpu_set_t *set = make_set(&bytes);
    unsigned n = 0;
    int code = !set ? ENOMEM : sched_getaffinity(0, bytes, set) ? errno : 0;
    for (int i = 0; !code && n < most && i < PIN_MOST; i++)
        if (CPU_ISSET_S((size_t)i, bytes, set))
            os_indexes[n++] = i;
    CPU_FREE(set);
    errno = code;
    return n;
}
