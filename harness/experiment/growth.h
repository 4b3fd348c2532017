/* SPDX-License-Identifier: MIT */
/*
 * Detects work that the compiler removed. A compiler that finds a result unused drops the work, and then every model is
 * equally fast. So a multiple of the parameter that a workload says its computing is in proportion to must take more
 * CPU time. The answer rests on pairs of trials, one with the default and one with the multiple, and it accuses nobody
 * by chance:
 *
 *   1. Twice the amount, two pairs. Both clearly longer (1.6 times): the work is done. The order is more, less; less,
 *      more: so neither a machine that changes its speed nor one disturbance makes both pairs longer.
 *   2. Eight times the amount, in four times the units, up to 100 pairs. What a trial costs once (a heap that grows,
 * its first page faults) weighs little against it.
 *   3. 64 times the amount, or as many as the parameter's range allows, at least 16. Work of which a unit does so
 * little that eight times are not seen is seen here; removed work takes as long as before.
 *
 * In 2 and 3 the work is also done when both of two such pairs take at least 3 times as long. Else the interval of the
 * ratio (a confidence sequence at 99.9 % over all pairs, see stats/sequence.h) decides: the work is done when it lies
 * above GROWTH_LEAST, and does not grow when it lies below. Work is removed when it grows neither in 2 nor in 3, with
 * all of the 64 times: so sound work is accused only if 64 times the parameter take less than 1.4 times the CPU time.
 * All else is "cannot tell", which lets the run go on with a warning.
 */
#ifndef CONTEND_EXPERIMENT_GROWTH_H
#define CONTEND_EXPERIMENT_GROWTH_H

#include <stdbool.h>

#include "harness/stats/interval.h"
#include "harness/stats/sequence.h"

enum { GROWTH_PAIRS = 100 };

/* A multiple of the work takes that multiple of CPU time, less what a unit costs next to it; removed work as before. */
#define GROWTH_LEAST 1.4
#define GROWTH_LEVEL 0.999

enum growth_answer { GROWTH_OPEN, GROWTH_IS_DONE, GROWTH_IS_NONE, GROWTH_CANNOT_TELL };

/* The pairs of one multiple. */
struct growth {
    struct stats_looks *looks;
    unsigned n, most; /* pairs so far; the answer is there after `most` */
    double clearly;   /* the ratio of a clear pair */
    bool clear;       /* the last one was */
    double log_ratio[GROWTH_PAIRS];
    struct stats_interval ratio; /* more over less; lower and upper NaN: too few pairs */
};

/* `most` pairs, 1 to GROWTH_PAIRS, of which one is clear from a ratio of `clearly` on. 0 or -ENOMEM. Released by
 * growth_release, also on failure. */
int growth_init(struct growth *g, unsigned most, double clearly);
void growth_release(struct growth *g);
/* true if the trial with more is to be the first of the next pair. */
bool growth_more_first(const struct growth *g);
/* One more pair of CPU times in ns, above 0. 0 and the answer, or -ENOMEM. */
int growth_add(struct growth *g, double less_ns, double more_ns, enum growth_answer *answer);

#endif
