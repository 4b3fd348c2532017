/* SPDX-License-Identifier: MIT */
/* From what a unit costs to the amount of work that all models get, and how long that will take. */
#ifndef CONTEND_EXPERIMENT_SETTLE_H
#define CONTEND_EXPERIMENT_SETTLE_H

#include "harness/experiment/pilot_trial.h"
#include "harness/plan/sweep.h"

/* true if two cells take their amount of work from the same pilots. */
bool settle_alike(const struct plan *p, const struct request *r, unsigned i, unsigned j);
/* The workload, and the values of its parameters that have others in this plan. */
void settle_name(const struct plan *p, unsigned cell, char *buf, size_t n);
/* The amount of work of all cells that are calibrated as `first`, on serial's pilots; where a model would take much
 * longer, less for all of them alike. And how long their trials will take. 0, -EINTR, or another -errno. */
int pilot_settle_work(struct plan *p, const struct request *r, unsigned first, const struct cost *cost, uint64_t length,
                      const struct pilot *pilot, struct err *e);

#endif
