/* SPDX-License-Identifier: MIT */
/* The trials of one cell, each by itself: what it measured, what it lost to others, how its workers differ. */
#ifndef CONTEND_INSIGHT_CELL_TRIALS_H
#define CONTEND_INSIGHT_CELL_TRIALS_H

#include "harness/insight/summary.h"

/* The least and the greatest of a number of each worker; NaN: there is no worker in the record, or some have none. */
struct worker_range {
    double least, most;
};

/* In ns, bytes and units; what is missing is NaN, as is all that is measured of a trial that failed. */
struct trial_row {
    unsigned line; /* of the journal, from 1 */
    unsigned block, visit, position;
    double since_s; /* from the start of the run's first trial to that of this one; NaN: the wall clock was set back, or
                       the record has no time */
    double rate;    /* units/s; NaN also of a void one */
    double wall_ns, cpu_ns;
    double latency_ns[LATENCY_QUANTILES], latest_ns;
    double capacity_ns;           /* what lost_ns is of: see trial_capacity_ns */
    double lost_ns[DISTURBANCES]; /* NaN: the counter is missing, or tells nothing of such a cell */
    unsigned disturbed;           /* the kinds that count as a disturbance, bit i for value i */
    unsigned workers, recorded;   /* that it had; of which the record tells */
    struct worker_range units, worker_cpu_ns, worker_wait_ns;
    int64_t worker_moves; /* of all of them; -1: not known */
};

/* Calls each(arg, row, record) for every trial of the cell that the summary of the run in DIR has, in the order of
 * time, until that is not 0. Errors as trials_read. */
int cell_trials_read(const char *dir, const struct summary *s, unsigned cell, const volatile int *stop,
                     int (*each)(void *arg, const struct trial_row *row, const struct trial_record *r), void *arg,
                     struct err *e);

#endif
