/* SPDX-License-Identifier: MIT */
/* Whether enough is known, by the plan's own rule: of a run, and of the two sides of a live comparison. */
#ifndef CONTEND_EXPERIMENT_RULE_H
#define CONTEND_EXPERIMENT_RULE_H

#include "harness/experiment/blocks.h"

/* What a rule looks at, and the looks so far. Borrowed. */
struct rule {
    const struct side *side;   /* [1] of a run, [2] of a live comparison */
    struct stats_looks *looks; /* of a live comparison; a run's are its summarizer's */
};

/* Of a run. 0 or -ENOMEM. */
blocks_look rule_of_run;
/* Of a live comparison: -EBADMSG when the work of the two differs; -ENODATA when no cell could be measured by both;
 * -ENOMEM. Looks that were not made, since their blocks were read back, are made up for in order. */
blocks_look rule_of_live;

#endif
