/* SPDX-License-Identifier: MIT */
/*
 * The noise of a run as it went: each trial's rate over its cell's median, and what disturbed it. Trials of all cells
 * stand next to each other in time, so what the machine did to one it may have done to its neighbours.
 */
#ifndef CONTEND_INSIGHT_NOISE_PROFILE_H
#define CONTEND_INSIGHT_NOISE_PROFILE_H

#include "harness/insight/summary.h"

/* "undisturbed", "failed", "void", or the name of what disturbed it most; "none": there is no such trial. */
const char *trial_label_name(unsigned label);

enum { NOISE_LEAST = 40 }; /* trials: of fewer, one lies beyond each end of the range of 95 % at most by chance */
struct noise_profile {
    unsigned trials, undisturbed, failed; /* failed: or void */
    unsigned by[DISTURBANCES];            /* disturbed trials by what took most of each */
    double begin_s, end_s;                /* when the first and the last began, seconds since 1970 */
    double low, high; /* 95 % of the undisturbed trials' rates over their cells' medians lie between;
                         NaN: there are fewer than NOISE_LEAST */
};
/* 0 or -ENOMEM. */
int noise_profile_of(const struct summary *s, struct noise_profile *out);
/* A trial's rate over the median of its cell; NaN: it has none. */
double trial_relative_rate(const struct summary *s, unsigned cell, unsigned block);

#endif
