/* SPDX-License-Identifier: MIT */
/*
 * What trials did over their own time: whether each was steady, and how much of a cell's variance lies between its
 * processes and how much inside them. From the time slices of the records; nothing is dropped for it.
 */
#ifndef CONTEND_INSIGHT_COURSE_H
#define CONTEND_INSIGHT_COURSE_H

#include "harness/record/record.h"
#include "harness/stats/changepoint.h"

struct course {
    unsigned trials[4]; /* by enum stats_course */
    unsigned unjudged;  /* too few slices, or too few units in them */
    double between;  /* share, in [0, 1], of the variance of one slice's rate that comes with the process; NaN: why */
    const char *why; /* NULL when `between` is known */
};

struct course_keeper; /* of one cell */
/* Keeps the slices of a trial, 260 bytes; makes the keeper when *k is NULL. 0 or -ENOMEM. */
int course_add(struct course_keeper **k, const struct trial_record *r);
/* k may be NULL: no trial. `tolerance`: a change by less than this share does not matter. 0 or -ENOMEM. */
int course_judge(const struct course_keeper *k, double tolerance, struct course *out);
void course_free(struct course_keeper *k);

#endif
