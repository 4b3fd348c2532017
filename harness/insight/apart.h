/* SPDX-License-Identifier: MIT */
/*
 * The matched cells of two runs at two times: each one's ratio, and what its interval rests on (between.h). Also how
 * fast the machine itself was in the two, by each kind of canary, and what else ran on it.
 */
#ifndef CONTEND_INSIGHT_APART_H
#define CONTEND_INSIGHT_APART_H

#include "harness/insight/between.h"
#include "harness/insight/runs.h"

struct apart;

struct apart *apart_new(const struct runs *r); /* NULL: out of memory */
void apart_free(struct apart *a);
/* The ratio of the matched cell, B over A, and *p; fills estimate_from and spread of the comparison. 0 or -ENOMEM. */
int apart_ratio(struct apart *a, unsigned matched, struct comparison *c);
/* Fills what is known of the machine, and of the two runs in time. 0 or -ENOMEM. */
int apart_machine(struct apart *a, struct runs *r);

#endif
