/* SPDX-License-Identifier: MIT */
/* How fast a model is at a cell's work, by a pilot or two of little of it. */
#ifndef CONTEND_EXPERIMENT_PACE_H
#define CONTEND_EXPERIMENT_PACE_H

#include "harness/experiment/pilot_trial.h"

/* How long a run of a cell takes: fixed_ns and unit_ns for each of its units. */
enum paced { PACED, PACED_NOT, PACED_TOO_SLOW };
struct pace {
    enum paced how; /* not PACED: the others are not known; nothing was tried, it failed, or hardly began in time */
    double fixed_ns, unit_ns, process_ns;
};
/* Of a cell whose amount of work is set, under its own model, where that is cheap to find out; in closed mode fixed_ns
 * is all. `guess_ns`: what a run would take if it were as fast as serial. 0, also for a trial that failed; -EINTR;
 * -errno. */
int pilot_pace(const struct cell *c, const struct cost *cost, double guess_ns, const struct pilot *pilot,
               struct pace *pace, struct err *e);

#endif
