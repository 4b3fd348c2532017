/* SPDX-License-Identifier: MIT */
/*
 * Intervals of means, and of ratios of means, by hierarchical bootstrap: trials are drawn with replacement, then within
 * each the values are. The trial is the unit: the mean is that of the trials' means, and its standard error comes from
 * how these differ. Seeded (rng.h), hence repeatable.
 */
#ifndef CONTEND_STATS_BOOTSTRAP_H
#define CONTEND_STATS_BOOTSTRAP_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/stats/groups.h"
#include "harness/stats/interval.h"

/* Simulated coverage at a nominal 95 % (1,000 sets of trials with 5 values each; normal, log-normal and bimodal; mean,
 * paired and unpaired ratio): studentised 93 to 97 % from 6 trials on; percentile 88 to 93 % at 6, 91 to 95 % at 10, 92
 * to 97 % from 20 on. BCa was no better than percentile (89 to 93 % at 6) and is not offered. With a variance that does
 * not exist no bootstrap of a mean holds its level (studentised 90 to 93 %): use the median. */
enum stats_bootstrap_method {
    STATS_STUDENTISED, /* Davison and Hinkley, Bootstrap Methods and their Application, 5.2.1; the one to use */
    STATS_PERCENTILE,  /* the same, 5.3.1: narrower, for many trials */
};

struct stats_bootstrap {
    enum stats_bootstrap_method method;
    double level;       /* in (0, 1) */
    unsigned resamples; /* at least 200; 2,000 give ends that hardly move */
    uint64_t seed;
};

/* All three: 0; -ENODATA when there are fewer than STATS_LEAST_N trials (the estimate is set all the same, the rest is
 * NaN); -EDOM when the trials' means are all equal or a value of a ratio is not above 0; -ENOMEM. They allocate
 * resamples + 3 numbers a trial, freed on return. */
int stats_bootstrap_mean(const struct stats_groups *g, const struct stats_bootstrap *how, struct stats_interval *out);

/* mean(a) / mean(b), all values above 0; worked out as a logarithm, so that a / b and b / a tell the same. Paired:
 * trial k of a and of b ran in the same block and are drawn together, a->n == b->n. Unpaired: drawn apart. */
int stats_bootstrap_paired_ratio(const struct stats_groups *a, const struct stats_groups *b,
                                 const struct stats_bootstrap *how, struct stats_interval *out);
int stats_bootstrap_ratio(const struct stats_groups *a, const struct stats_groups *b, const struct stats_bootstrap *how,
                          struct stats_interval *out);

#endif
