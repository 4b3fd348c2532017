/* SPDX-License-Identifier: MIT */
/* How long each kind of canary took beside the trials of each block. */
#ifndef CONTEND_INSIGHT_CANARY_MEANS_H
#define CONTEND_INSIGHT_CANARY_MEANS_H

#include "harness/record/record.h"

struct canary_means; /* the sums behind the means */
/* NULL: out of memory. mean[kind] is then an array of `blocks`, all NaN, owned by the caller (free), also after NULL.
 */
struct canary_means *canary_means_new(unsigned blocks, double *mean[CANARIES]);
void canary_means_free(struct canary_means *m); /* NULL is none */
/* Takes the record's canaries, before and after, into the geometric means of its block, mean[kind][block], ns; those
 * that are missing are left out. */
void canary_means_add(struct canary_means *m, const struct trial_record *r, double *const mean[CANARIES]);

#endif
