/* SPDX-License-Identifier: MIT */
/*
 * Trials before the run's own, which are not kept: how much work a trial holds, and how long the run will take.
 * Measured once for each workload with its parameters on serial (or, for work that needs several tasks in flight, on
 * threads at that concurrency), less where a model is far slower, and the work is then the same for every model.
 */
#ifndef CONTEND_EXPERIMENT_PILOT_H
#define CONTEND_EXPERIMENT_PILOT_H

#include "harness/plan/sweep.h"

struct pilot {
    const char *scratch;
    const volatile int *stop;
    void (*say)(const char *line);    /* what is about to be measured, or is left out and why; may be NULL */
    double *expected_ns;              /* [plan->n_cells], filled in: about how long a trial of the cell takes, its
                                         process included; 0 for a skip */
    double *golden_ns;                /* added to: about how long all trials together take to find out golden values;
                                         NULL: they are not kept, and each trial's is part of expected_ns */
    const char *program;              /* the contend that runs the pilots; NULL: this one */
    const struct plugin_set *plugins; /* its plug-ins; NULL: the last read of each name */
    bool try_models;                  /* briefly, each: see below */
    double *more_process_ns;          /* plan_calibrate's own: what a trial's processes cost more than the pilot's, of
                                         each cell of closed mode that was tried; else below 0 */
};

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
