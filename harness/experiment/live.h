/* SPDX-License-Identifier: MIT */
/*
 * Two programs run the same plan in one experiment: a block is every cell once by each, the cells in the plan's order,
 * the two trials of a cell next to each other, and who goes first is drawn anew for each such pair (pairs.h says why).
 * Each side keeps a journal of its own, as a run does. After each block the rule of the plan is asked whether enough is
 * known of all cells.
 */
#ifndef CONTEND_EXPERIMENT_LIVE_H
#define CONTEND_EXPERIMENT_LIVE_H

#include "harness/insight/runs.h"
#include "harness/record/journal.h"

struct live_side {
    const char *program;
    const struct plan *plan; /* both of the same cells, blocks and order; their pair differs in its side */
    struct summarizer *summarizer;
    struct journal *journal;
};

struct live {
    struct live_side side[2];
    const char *scratch;
    const volatile int *stop;
    /* After each pair, outside of all timed windows. `look` is that of the last whole block, all 0 before the first.
     * May be NULL. */
    void (*tell)(void *arg, unsigned block, unsigned position, const struct look *look);
    void *arg;
};

/* 0 when all blocks are done or the rule ended it; -EINTR when *stop; -EBADMSG when the work of the two differs;
 * -ENODATA when no cell could be measured by both in the first block; another -errno when a trial could not be made or
 * kept. What was measured is in the journals and the summarizers in any case. */
int live_measure(const struct live *l, struct err *e);

#endif
