/* SPDX-License-Identifier: MIT */
/* What the files of the pilots share. */
#ifndef CONTEND_EXPERIMENT_PILOT_INTERNAL_H
#define CONTEND_EXPERIMENT_PILOT_INTERNAL_H

#include "harness/experiment/pilot.h"

enum { PILOT_LEAST_NS = 20000000 }; /* so that start-up and the clock don't set the scale */

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
/* One trial of `units` on serial, or on threads where tasks must be in flight together; the record is released by the
 * caller when 0 is returned. -EIO when the trial failed. */
int pilot_trial(const struct cell *like, uint64_t units, uint64_t each, uint64_t stride, const struct pilot *pilot,
                struct trial_record *r, struct err *e);
/* Pilots of more and more units, until one takes 20 ms. */
int measure_cost(const struct cell *like, const struct pilot *pilot, struct cost *cost, struct err *e);

/* Every how-manieth unit is timed: timing is to cost at most 0.1 % of what it is spread over, so that with all else the
 * harness stays below 0.5 % at 10 µs units. 0: none. */
uint64_t stride_for(double unit_ns);
/* How many tasks hold the units, when the workload says how many a task has (`each`); 0: it does not. */
uint64_t tasks_dealt(uint64_t each, uint64_t units);
/* Do two cells take their amount of work from the same pilots? */
bool calibrated_alike(const struct plan *p, const struct request *r, unsigned i, unsigned j);
/* The workload, and the values of its parameters that have others in this plan. */
void what_is_swept(const struct plan *p, unsigned cell, char *buf, size_t n);
/* The amount of work of all cells that are calibrated as `first`, on serial's pilots; where a model would take much
 * longer, less for all of them alike. And how long their trials will take. */
int settle(struct plan *p, const struct request *r, unsigned first, const struct cost *cost, uint64_t length,
           const struct pilot *pilot, struct err *e);

/* How long a run of a cell takes: fixed_ns and unit_ns for each of its units. */
enum paced { PACED, PACED_NOT, PACED_TOO_SLOW };
struct pace {
    enum paced how; /* not PACED: the others are not known; nothing was tried, it failed, or hardly began in time */
    double fixed_ns, unit_ns, process_ns;
};
/* Of a cell whose amount of work is set, under its own model, where that is cheap to find out; in closed mode fixed_ns
 * is all. `guess_ns`: what a run would take if it were as fast as serial. 0, also for a trial that failed; -EINTR;
 * -errno. */
int pace_of(const struct cell *c, const struct cost *cost, double guess_ns, const struct pilot *pilot,
            struct pace *pace, struct err *e);

/* Detects work that the compiler removed, at the defaults of the cell's workload and by what it says its computing is
 * in proportion to; see growth.h. 0: the work is done, or the workload does not say, or (doubt[0] is not 0) it can't be
 * told, and `doubt` (WORK_DOUBT_MAX bytes) says in one line why. -EBADE: multiples of it take no longer. -EINTR;
 * -errno. */
enum { WORK_DOUBT_MAX = 768 };
int work_grows(const struct cell *like, const struct pilot *pilot, char *doubt, size_t n, struct err *e);

#endif
