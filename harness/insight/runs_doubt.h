/* SPDX-License-Identifier: MIT */
/* What was seen next to the trials of two runs and makes a difference doubtful. */
#ifndef CONTEND_INSIGHT_RUNS_DOUBT_H
#define CONTEND_INSIGHT_RUNS_DOUBT_H

#include "harness/insight/runs.h"

/* Of a matched cell with its verdict: a canary that resembles its work and ran at another speed, and other load, widen
 * its interval (`widened` says for what), and the verdict with it; more failed trials on the side in whose favour it is
 * make it inconclusive (`withheld`). */
void runs_doubt(const struct runs *r, struct comparison *c);

#endif
