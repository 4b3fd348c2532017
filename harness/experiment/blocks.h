/* SPDX-License-Identifier: MIT */
/*
 * The one loop that measures: block by block, until all blocks are done or a rule says that enough is known. A block is
 * every cell once by each side. With two sides, the two trials of a cell are next to each other, and who goes first is
 * drawn anew for each such pair: what the machine does at the time falls out of the pair's ratio, and since the order
 * is a coin's, two sides that are alike give log ratios that are symmetric about 0 whatever the machine does. Each
 * record is in its side's journal before the next trial starts.
 */
#ifndef CONTEND_EXPERIMENT_BLOCKS_H
#define CONTEND_EXPERIMENT_BLOCKS_H

#include "harness/experiment/side.h"

/* Is enough known? Asked at the end of each block, with how many blocks are whole. 0 with *out filled in (its `stop`
 * ends the loop); -errno ends it, too. */
typedef int blocks_look(void *arg, unsigned blocks, struct look *out, struct err *e);

struct blocks {
    const struct plan *plan; /* what the sides' plans have in common: cells, blocks, order, pauses */
    unsigned n_sides;        /* 1 or 2 */
    struct side side[2];
    const volatile int *stop;
    blocks_look *look;
    void *look_arg;
    /* What trials took to find golden values out, of all sides together: those read back, those since, all in blocks
     * that were looked at, and those since in the last of these. */
    double golden_before_ns, golden_ns, golden_looked_ns, golden_last_ns;
    /* When a cell was measured by each side, outside of all timed windows: `done` of the plan's cells and blocks are
     * there, the last of them at `position` of `block`. `look` is that of the last whole block, all 0 before the first.
     * May be NULL. */
    void (*tell)(void *arg, unsigned done, unsigned block, unsigned position, const struct look *look);
    /* In the pause before a visit (from 0), outside of all timed windows: as it begins, and at each second that is
     * left. May be NULL. */
    void (*tell_pause)(void *arg, unsigned visit, double left_s, bool begins);
    void *arg; /* of both */
};

/* Its sides (see side_init). */
void blocks_release(struct blocks *b);
/* How many blocks from the first are there whole. */
unsigned blocks_whole(const struct blocks *b);
/* Waits the plan's pause before each visit but the first, unless some trial of the visit is there already. Measures
 * what is not there. 0 when the plan is done or its rule ended it; -EINTR when *stop, also in a pause; another -errno
 * when a trial could not be made or kept, or that of the look. */
int blocks_measure(struct blocks *b, struct err *e);
/* Who goes first in that pair: 0 or 1, a coin's. */
unsigned blocks_first(uint64_t seed, unsigned pair);

/* How long a run takes, by its pilots (see struct pilot), and what golden values took (see struct blocks). */
struct expected {
    const double *trial_ns; /* of all sides; NULL: there were no pilots */
    double golden_ns;       /* to find them all out: by the pilots, or what it took before a run was resumed */
    double golden_spent_ns, golden_looked_ns, golden_last_ns;
};
/* What is left of a run in seconds, after `done` blocks: by the pilots at first, then by what the blocks that were
 * looked at took. Where a rule may end the run, by how intervals narrow: with the square root of the number of blocks.
 * With the pauses that are left.
 */
double blocks_left_s(const struct plan *p, double done, const struct expected *x, const struct look *look);

#endif
