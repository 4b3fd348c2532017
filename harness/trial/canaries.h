/* SPDX-License-Identifier: MIT */
/*
 * The canaries beside a trial, into its record: each kind's median over the cell's processing units, or over those that
 * are allowed where its workers are not pinned, ns. All are missing, with the reason, where one of these can't be
 * pinned to. The chain is timed on the first 8 units, the other kinds on the first and the last of these alone:
 * together they take as long as it does, and a trial on many units would pay for all of them.
 *
 * What they are to see is a change that lasts. So a kind that is slow, next to the trial before or to the same trial's
 * first sample, is timed again up to four times, 3 ms apart, and its least counts: up to 14 ms for a trial at which the
 * speed did change, nothing for others.
 */
#ifndef CONTEND_TRIAL_CANARIES_H
#define CONTEND_TRIAL_CANARIES_H

#include "harness/record/record.h"

void canaries_before(const struct cell *c, struct trial_record *r);
void canaries_after(const struct cell *c, struct trial_record *r);

#endif
