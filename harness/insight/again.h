/* SPDX-License-Identifier: MIT */
/*
 * What the intervals of a run's rates cover. Blocks in one stretch tell of the minute in which they were measured; from
 * 3 visits on the intervals are of visits, and cover the machine over the time that these span. How far the same run
 * once more would lie from this one is told by a floor of the machine, if there is one.
 */
#ifndef CONTEND_INSIGHT_AGAIN_H
#define CONTEND_INSIGHT_AGAIN_H

#include "harness/insight/runs.h"

enum { AGAIN_LEAST_VISITS = 3 };
#define AGAIN_AFTER_S 60.0

/* Replaces the throughput intervals of a run that has enough visits by t intervals of the visits' medians, and fills
 * s->covers. For the summarizer. 0 or -ENOMEM. */
int again_by_visits(struct summary *s);

/* Fills s->again from a floor. 0 or -ENOMEM. */
int again_find(struct summary *s, const struct runs_floor *floor);

#endif
