/* SPDX-License-Identifier: MIT */
/* How much longer one cell takes than another that should take as long, from pairs of trials side by side. */
#ifndef CONTEND_VERIFY_LONGER_H
#define CONTEND_VERIFY_LONGER_H

#include "harness/stats/interval.h"
#include "harness/verify/sample.h"

struct longer {
    struct stats_interval at95, sure; /* of how much longer, as a share */
    struct stats_interval cpu;        /* the same of CPU time, which waits for nobody; at 95 % */
    double base_ns;                   /* median CPU time of a trial of the base */
    unsigned pairs;
};

/* `side` against `base`, for so many seconds. 0, -EINTR or -errno. */
int longer_measure(struct verify *v, const struct cell *base, const struct cell *side, double seconds,
                   struct longer *out, struct err *e);

#endif
