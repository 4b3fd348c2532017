/* SPDX-License-Identifier: MIT */
/*
 * Trials before the run's own, which are not kept: how much work a trial holds, and how long the run will take.
 * Measured once for each workload with its parameters on serial (or, for work that needs several tasks in flight, on
 * threads at that concurrency), less where a model is far slower, and the work is then the same for every model.
 */
#ifndef CONTEND_EXPERIMENT_PILOT_H
#define CONTEND_EXPERIMENT_PILOT_H

#include "harness/experiment/pilot_trial.h"
#include "harness/plan/sweep.h"

/*
 * Fills units, tasks and latency_stride of the plan's cells. A pilot grows until it takes 20 ms. Where the length of a
 * trial is to be found (trial_ns 0, or a rule ends the run and no length was asked for), 6 trials of 100 ms follow and
 * the length is the one that makes the narrowest interval in a given total time: sqrt(cost of a process / cost of a
 * slice * variance inside / variance between) slices (Kalibera and Jones, "Rigorous benchmarking in reasonable time",
 * 2013), at least 20 ms and at most 500 ms. A workload whose pilot fails is left out: its cells become skips. Where a
 * workload names what its computing is in proportion to (workload.scales), a multiple of it must take longer; where
 * that can't be told a line says so, and plan.doubts. With try_models each cell has a short trial or two of its own;
 * where one would take more than 20 times what serial's is to take (but serial's then at least 20 ms), or a sixth of
 * its limit, the work of all cells that share it is cut alike: a line says so, and plan.cuts. 0; -EINTR when *stop;
 * -EBADE when work is seen not to be done; another -errno with the reason.
 */
int plan_calibrate(struct plan *p, const struct request *r, const struct pilot *pilot, struct err *e);

#endif
