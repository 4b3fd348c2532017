/* SPDX-License-Identifier: MIT */
/* The four verdicts, and the one place where an interval of a ratio becomes one of them. */
#ifndef CONTEND_STATS_VERDICT_H
#define CONTEND_STATS_VERDICT_H

#include <stdbool.h>

#include "harness/stats/interval.h"

/* Of a against b, the ratio being a's throughput over b's. */
enum verdict { VERDICT_FASTER, VERDICT_SLOWER, VERDICT_EQUIVALENT, VERDICT_INCONCLUSIVE };
extern const char *const verdict_names[4];

/* Does the interval of a ratio lie inside 1 / (1 + margin) … 1 + margin? With a 95 % interval this is the two one-sided
 * tests procedure at 2.5 % (Schuirmann, J. Pharmacokin. Biopharm. 15, 1987), symmetric in a and b. margin >= 0; at 0
 * nothing is. false for an interval that is NaN or empty (lower above upper). */
bool stats_equivalent(const struct stats_interval *ratio, double margin);

/* By the interval alone: equivalent as above, and that first, since a difference that does not matter is not worth a
 * verdict; faster or slower when it lies on one side of 1; else, and when it is NaN or empty, inconclusive. */
enum verdict stats_verdict(const struct stats_interval *ratio, double margin);

/* One of a family of comparisons: faster and slower, the verdicts that a family makes too frequent, also need the
 * adjusted p (stats_holm) to be at most alpha. NaN is not. */
enum verdict stats_family_verdict(const struct stats_interval *ratio, double margin, double p_adjusted, double alpha);

#endif
