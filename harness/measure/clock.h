/* SPDX-License-Identifier: MIT */
/* The one clock: CLOCK_MONOTONIC in nanoseconds (30 to 90 ns a call through the vDSO). */
#ifndef CONTEND_MEASURE_CLOCK_H
#define CONTEND_MEASURE_CLOCK_H

#include <stdint.h>
#include <time.h>

static inline uint64_t now_ns(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (uint64_t)ts.tv_sec * UINT64_C(1000000000) + (uint64_t)ts.tv_nsec;
}

/* The cost of one now_ns() on the calling thread's processing unit: the least mean of 5 batches of 200 calls, in ns. */
double clock_cost_ns(void);
/* Wall time now as RFC 3339 in UTC with microseconds, e.g. "2026-01-02T03:04:05.678901Z". buf has room for 40. */
void wall_rfc3339(char buf[40]);
/* Such a text as seconds since 1970, to the microsecond; NaN: it is none. */
double wall_seconds(const char *rfc3339);

#endif
