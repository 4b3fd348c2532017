/* SPDX-License-Identifier: MIT */
/* Clock cost and wall time; see clock.h. */
#include "harness/measure/clock.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

double clock_cost_ns(void)
{
    enum { CALLS = 200, BATCHES = 5 };
    double least = 1e9;
    for (int b = 0; b < BATCHES; b++) {
        uint64_t first = now_ns(), last = first;
        for (int i = 0; i < CALLS; i++)
            last = now_ns();
        double mean = (double)(last - first) / CALLS;
        if (mean < least)
            least = mean;
    }
    return least;
}

void wall_rfc3339(char buf[40])
{
    struct timespec ts;
    struct tm tm;
    clock_gettime(CLOCK_REALTIME, &ts);
    gmtime_r(&ts.tv_sec, &tm);
    char date[24];
    strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &tm);
    snprintf(buf, 40, "%.20s.%06uZ", date, (unsigned)(ts.tv_nsec / 1000) % 1000000u);
}

double wall_seconds(const char *rfc3339)
{
    struct tm tm = {0};
    double second;
    char zone;
    if (sscanf(rfc3339, "%d-%d-%dT%d:%d:%lf%c", &tm.tm_year, &tm.tm_mon, &tm.tm_mday, &tm.tm_hour, &tm.tm_min, &second,
               &zone) != 7 ||
        zone != 'Z')
        return NAN;
    tm.tm_year -= 1900;
    tm.tm_mon -= 1;
    return (double)timegm(&tm) + second;
}
