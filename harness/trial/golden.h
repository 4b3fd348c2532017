/* SPDX-License-Identifier: MIT */
/*
 * The golden value of a trial. In batch mode all trials of a piece of work come to the same, and the cell brings it
 * along once it is known. In closed mode each task does as many units as it comes to; to find out what those should
 * come to takes about as long as to do them. But a task's units are the same in every trial, from its first one on, so
 * what trials before found is a mark on the way: the value of a task's first n units. From the nearest mark a trial
 * reckons on, or back, to exactly the units that it did; its own ways' ends become marks in turn.
 *
 * The run keeps the marks and hands them over in a file in memory, which is looked at after the trial's run: nothing
 * that is measured depends on how many there are.
 */
#ifndef CONTEND_TRIAL_GOLDEN_H
#define CONTEND_TRIAL_GOLDEN_H

#include "harness/trial/trial.h"

/* The sum of the checksums of a task's first `units` units. */
struct golden_mark {
    uint64_t task, units, sum;
};

/* What the trial's checksum must be; t->unknown is set when that can't be had. */
uint64_t golden_value(struct trial *t);

/* What the run knows of a piece of work; zeroed at first. */
struct golden {
    bool known; /* batch */
    uint64_t value;
    struct golden_mark *marks; /* closed; owned */
    size_t n_marks;
};

void golden_release(struct golden *g);
/* The file that hands marks over, empty; 0 when there can be none: trials then reckon all anew. The caller closes it.
 */
int golden_file(void);
/* Before a trial of this work: the cell gets what is known. */
void golden_hand_over(const struct golden *g, int file, struct cell *c);
/* After one that was found to have done its work, with the cell it had: a wrong value must not be held against others.
 */
void golden_take(struct golden *g, const struct cell *c, const struct trial_record *r);

#endif
