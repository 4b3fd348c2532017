/* SPDX-License-Identifier: MIT */
/*
 * What disturbed a trial, by the counters around it: what took more than a hundredth of its time. Its time is its
 * capacity: the run's, on each CPU that it used. A switch, a move or a process elsewhere on the machine is none by
 * itself. A disturbed trial is labelled and kept: medians and signs over blocks give it one vote like any other, so k
 * disturbed blocks of n can move k signs and no more.
 *
 * What is lost to each kind, of the capacity:
 *   load        CPU time of others on the CPUs that it used (on the whole machine, where no more is known), beyond the
 *               grain of that counter, and no more than the workers waited for a CPU
 *   steal       the time that the hypervisor took, beyond one tick
 *   quota       the time for which a control group's quota stopped it
 *   speed       by how much a canary (a fixed piece of work) of a kind that resembles the cell's work took longer
 *               before or after than the other, where that is beyond its kind's limit (harness/record/canary.def,
 *               resemblance.h): so much of the CPU time of the trial and its service
 *   migration   0.2 ms for each move of a pinned worker: a second-level cache to be filled again. A worker that then
 *               shares a CPU with another waits for it, and that is preemption
 *   preemption  the time that workers waited for a CPU, where each has one of its own, and there is no pool and no
 *               service: without 5 us for each time that they waited for something else (what a wake-up takes on an
 *               idle CPU), and without the quota's
 *   pressure    where what workers waited was not counted: the time in which something waited for a CPU (PSI), no more
 *               than what load took. Elsewhere the counter tells nothing beyond preemption, and nothing is lost to it
 *   stopped     the time for which a signal, a freezer or a suspended machine had stopped its process, its service or a
 * worker
 *
 * Two kinds may tell of the same time: load, preemption and pressure do.
 */
#ifndef CONTEND_INSIGHT_DISTURBANCE_H
#define CONTEND_INSIGHT_DISTURBANCE_H

#include "harness/record/record.h"

enum disturbance {
#define DISTURBANCE(NAME, name, function, text) DISTURBED_##NAME,
#include "harness/insight/disturbance.def"
#undef DISTURBANCE
    DISTURBANCES
};
extern const char *const disturbance_names[DISTURBANCES];
extern const char *const disturbance_texts[DISTURBANCES]; /* what happened: "other processes used its CPUs" */

/* A larger share of a trial than this is a disturbance. */
#define DISTURBED_LEAST 0.01

/* The share of the run that its workers waited for a CPU, which only others can make them do; NaN: not counted, or the
 * trial has no CPUs of its own: a worker shares one with another, with a pool or with a service. */
double trial_waited(const struct cell *c, const struct trial_record *r);
/* What these are shares of: the run's time on each CPU that it used, ns. */
double trial_capacity_ns(const struct cell *c, const struct trial_record *r);
/* What share of the trial was lost to each kind, 0 to 1; NaN: the counter is missing, or tells nothing of such a cell.
 */
void trial_lost(const struct cell *c, const struct trial_record *r, double share[DISTURBANCES]);
/* The kinds that took more than DISTURBED_LEAST, bit i for value i. */
unsigned trial_disturbances(const struct cell *c, const struct trial_record *r);
/* true if others used more than a twentieth of as many CPUs as the trial did, anywhere on the machine, whether or not
 * it lost by that: what is done around a run (starting processes) may have been slower. */
bool trial_has_company(const struct cell *c, const struct trial_record *r);

#endif
