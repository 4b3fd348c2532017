/* SPDX-License-Identifier: MIT */
/*
 * Is work done at all? A compiler that finds a result unused drops the work, and then every model is equally fast. So
 * twice as much of what a workload says its computing is in proportion to must take longer: by CPU time, which neither
 * waiting nor a busy machine changes much.
 */
#include <errno.h>
#include <stdlib.h>

#include "harness/experiment/pilot_internal.h"

enum {
    PAIRS = 5,
    CLEAR_NS =
        5000000 /* waking up and preemption alone add a fraction of it; where units compute little, that is much */
};

/* Twice the work takes twice the CPU time, less what a unit costs beside it; dead code takes as long as before. */
static const double GROWS = 1.4;

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The workload at its defaults, with some and with twice as much; false where its range has no room for that. */
static bool two_amounts(const struct workload *w, int at, struct cell *less, struct cell *more)
{
    for (unsigned i = 0; w->params[i].name; i++)
        less->p[i] = w->params[i].fallback;
    *more = *less;
    if (less->p[at] <= w->params[at].most / 2)
        more->p[at] *= 2;
    else
        less->p[at] /= 2;
    return less->p[at] >= w->params[at].least && less->p[at] > 0;
}

static int cpu_time(const struct cell *c, const struct cost *cost, const struct pilot *pilot, double *ns, struct err *e)
{
    struct trial_record r;
    int rc = pilot_trial(c, cost->units, cost->each, 0, pilot, &r, e);
    if (rc)
        return rc;
    *ns = (double)(r.cpu_user_ns + r.cpu_system_ns) + 1;
    trial_record_release(&r);
    return 0;
}

int work_grows(const struct cell *like, const struct pilot *pilot, struct err *e)
{
    const struct workload *w = workload_find(like->workload);
    int at = w->scales ? workload_param(w, w->scales) : -1;
    struct cell less = *like, more;
    less.golden_known = true; /* its pilots look at the time alone */
    if (at < 0 || !two_amounts(w, at, &less, &more))
        return 0;
    struct cost cost;
    double ratio[PAIRS];
    int rc = measure_cost(&less, pilot, &cost, e);
    for (unsigned i = 0; !rc && i < PAIRS; i++) {
        double a = 1, b = 1;
        rc = cpu_time(&less, &cost, pilot, &a, e);
        if (!rc)
            rc = cpu_time(&more, &cost, pilot, &b, e);
        ratio[i] = b / a;
        if (i == 0 && ratio[0] > GROWS && b - a > CLEAR_NS)
            return rc;
    }
    if (rc)
        return rc;
    qsort(ratio, PAIRS, sizeof ratio[0], by_value);
    if (ratio[PAIRS / 2] > GROWS)
        return 0;
    return err_set(e, EBADE,
                   "%s: the work is not done: a unit with twice the %s takes %.2f times the CPU time, so the compiler "
                   "may have found its result unused",
                   w->name, w->scales, ratio[PAIRS / 2]);
}
