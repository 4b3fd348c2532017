/* SPDX-License-Identifier: MIT */
/* How often something happens: the share of trials with its exact interval. */
#ifndef CONTEND_STATS_PROPORTION_H
#define CONTEND_STATS_PROPORTION_H

#include <stdbool.h>

#include "harness/stats/interval.h"

/* k of n, k <= n, by Clopper and Pearson (Biometrika 26, 1934): the shares that a binomial test at (1 - level) / 2 on
 * each side does not refuse; 0 and 1 where k is 0 or n. At least `level`, whatever the truth. false, with NaN, for n 0.
 */
bool stats_proportion_interval(unsigned k, unsigned n, double level, struct stats_interval *out);

#endif
