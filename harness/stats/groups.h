/* SPDX-License-Identifier: MIT */
/* Values with two levels: trials (fresh processes), and within each the slices or repetitions that it measured. */
#ifndef CONTEND_STATS_GROUPS_H
#define CONTEND_STATS_GROUPS_H

struct stats_groups {
    const double *x;     /* the values of trial 0, then those of trial 1, and so on */
    const unsigned *len; /* how many each trial has, at least 1 */
    unsigned n;          /* trials */
};

#endif
