/* SPDX-License-Identifier: MIT */
/* One trial of a pilot, and what a unit of a cell's work costs by such trials. All other pilots are made of these. */
#ifndef CONTEND_EXPERIMENT_PILOT_TRIAL_H
#define CONTEND_EXPERIMENT_PILOT_TRIAL_H

#include "harness/experiment/shared_golden.h"
#include "harness/record/record.h"
#include "harness/trial/spawn.h"

enum { PILOT_LEAST_NS = 20000000 }; /* so that start-up and the clock don't set the scale */

struct pilot {
    struct spawn how; /* the program that runs the pilots, its plug-ins, the scratch directory, and what stops them */
    void (*say)(const char *line); /* what is about to be measured, or is left out and why; may be NULL */
    double *expected_ns;           /* [plan->n_cells], filled in: about how long a trial of the cell takes, its
                                      process included; 0 for a skip */
    struct golden_cost *golden;    /* [plan->n_cells], filled in: what it costs to find out their golden values; NULL:
                                      they are not kept, and each trial's is part of expected_ns */
    bool try_models;               /* briefly, each: see plan_calibrate */
    double *more_process_ns;       /* plan_calibrate's own: what a trial's processes cost more than the pilot's, of
                                      each cell of closed mode that was tried; else below 0 */
};

/* What one unit costs on its own, and how that was found. */
struct cost {
    double unit_ns;
    double busy;           /* share of it that is CPU time */
    double process_ns;     /* of a trial that are not its run, without its golden value */
    double golden_ns;      /* to find out what one unit should come to */
    double golden_once_ns; /* of each time that is asked for, however many units */
    double waits;          /* a run took so many times its own time: with what a single worker stood behind others */
    uint64_t units;        /* of the trial that told */
    uint64_t each;         /* how many units a task has, where the workload says so; else 0 */
};

/* The model that the amount of a cell's work is found on: serial, or threads where tasks must be in flight together. */
const char *pilot_model(const struct cell *c);
/* One trial of `units` on that model; the record is released by the caller when 0 is returned. -EIO when the trial
 * failed. */
int pilot_trial(const struct cell *like, uint64_t units, uint64_t each, uint64_t stride, const struct pilot *pilot,
                struct trial_record *r, struct err *e);
/* What the run took, less what its workers stood in the queue behind others: that says nothing of the work, and a pilot
 * is one trial. More workers than CPUs wait for each other, which is their own doing. n_pus 0: nothing is left out. */
double pilot_own_ns(const struct trial_record *r, unsigned n_pus);
/* Pilots of more and more units, until one takes 20 ms. 0, or an error as of pilot_trial. */
int pilot_cost(const struct cell *like, const struct pilot *pilot, struct cost *cost, struct err *e);

/* Every how many units one is timed: timing is to cost at most 0.1 % of what it is spread over, so that with all else
 * the harness stays below 0.5 % at 10 µs units. 0: none. */
uint64_t pilot_stride(double unit_ns);
/* How many tasks hold the units, when the workload says how many a task has (`each`); 0: it does not. */
uint64_t pilot_tasks(uint64_t each, uint64_t units);

#endif
