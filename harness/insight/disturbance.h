/* SPDX-License-Identifier: MIT */
/*
 * What disturbed a trial, by the counters around it. A disturbed trial is labelled and kept: medians and signs over
 * blocks give it one vote like any other, so k disturbed blocks of n can move k signs and no more.
 */
#ifndef CONTEND_INSIGHT_DISTURBANCE_H
#define CONTEND_INSIGHT_DISTURBANCE_H

#include "harness/record/record.h"

enum disturbance {
    DISTURBED_LOAD,  /* other processes used more than 5 % of the units it ran on, and two ticks of 10 ms */
    DISTURBED_STEAL, /* the hypervisor took more than 1 % of the run, and more than one tick */
    DISTURBED_QUOTA, /* the cgroup's quota stopped it */
    /* A canary (a fixed piece of work) of a kind that resembles the cell's work took longer before or after than the
     * other, by more than its kind's limit; see harness/record/canary.def and resemblance.h: */
    DISTURBED_SPEED,
    DISTURBED_MIGRATION, /* a pinned worker moved to another unit */
    /* The next two only where each worker has a unit of its own, no pool and no service, so that none can wait for
     * another of the trial's: */
    DISTURBED_PREEMPTION, /* workers were switched out over 25 times a second each, and over 5 times in all */
    DISTURBED_PRESSURE, /* over 10 % of the time something waited for a CPU (PSI), and the workers over 1 % of theirs */
    DISTURBANCES
};
extern const char *const disturbance_names[DISTURBANCES]; /* "load", "steal", "quota", "speed", "migration",
                                                         "preemption", "pressure" */

/* The share of the run that its workers waited for a CPU, which only others can make them do; NaN: not counted, or the
 * trial has no CPUs of its own: a worker shares one with another, with a pool or with a service. */
double trial_waited(const struct cell *c, const struct trial_record *r);
/* The set of them, bit i for value i; counters that are missing tell nothing. */
unsigned trial_disturbances(const struct cell *c, const struct trial_record *r);

#endif
