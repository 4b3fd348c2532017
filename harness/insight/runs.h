/* SPDX-License-Identifier: MIT */
/*
 * Two runs against each other, cell by cell: what differs between their environments, then each cell's ratio and
 * verdict.
 *
 * Cells are matched by what they are called (cell_compare), not by their amount of work; skips are left out. The ratio
 * is the throughput of run B over that of run A, the verdict is of B against A, and Holm's family is all matched cells.
 * Two runs by themselves: the shift between the
 * logarithms of their trials (Hodges and Lehmann, with the interval that inverts Mann and Whitney's test) and that
 * test's p. It knows nothing of what the machine did between the two runs, which shifts all trials of one at once:
 * where the canary says that the machine itself ran at another speed, a verdict stands only if it would also with that
 * speed taken out of the ratio (what waits does not follow it, what computes does); without a canary in both that speed
 * may be any, and no verdict stands. The two sides of one live
 * comparison (plan_pair): the log ratios of the blocks, in which the two trials stand next to each other in an order
 * drawn anew each time, with a confidence sequence (sequence.h) and its always valid p: it holds however often it was
 * looked at, and so also after a rule has ended the comparison, and the chance of any false "faster" or "slower" among
 * all cells is at most 5 %.
 *
 * A trial that failed may have been the slowest (killed at its limit), so no verdict stands in favour of the side of
 * which a greater share failed.
 */
#ifndef CONTEND_INSIGHT_RUNS_H
#define CONTEND_INSIGHT_RUNS_H

#include "harness/insight/summary.h"

enum runs_side { RUN_A, RUN_B };

/* A fact that is recorded in both runs and differs. */
struct runs_fact {
    const struct fact *of[2]; /* borrowed from the summaries' environments */
};

struct runs {
    const struct summary *run[2]; /* borrowed */
    bool paired;
    struct stats_looks *looks; /* paired: after each block; owned, but borrowed within runs_look */
    double equiv;
    unsigned n_facts;
    struct runs_fact *facts; /* of the build first; what never holds still is not among them */
    struct estimate
        canary;           /* the speed of the machine in B's trials over that in A's, by the canary beside each trial */
    enum verdict machine; /* of it: faster or slower when the machine itself was */
    unsigned n_matched;   /* in the order of A's plan */
    /* a: the cell's index in B's plan, b: in A's, so that ratio and verdict are of B against A. Where there is no ratio
     * (its n is 0), `why` in it says so, the p are NaN and the verdict is inconclusive. `point` is unused. */
    struct comparison *matched;
    unsigned n_only[2];
    unsigned *only[2];  /* cells that the other run does not have, by index in the run's plan */
    unsigned counts[4]; /* verdicts of the cells that have a ratio */
    unsigned broken;    /* cells of which no trial failed in A, and some or all in B */
    bool too_few;       /* even if all of B's trials were faster, no verdict but "equivalent" could come of so few */
    struct look look;   /* paired: where it stands, what the rule of A's plan says; else all 0 */
};

/* Is this run fit for comparing? 0; -EBADMSG: some of its work was void; -EPERM: an unfit or unknown build made it.
 * `name` is how the message calls the run. */
int runs_fit(const struct summary *s, const char *name, struct err *e);
/* Fills `out`, which borrows both summaries and is released by runs_release also after a failure. -ENOENT: no cell is
 * in both; -EBADMSG: the same amount of the same work was not the same in both; -ENOMEM. */
int runs_compare(const struct summary *a, const struct summary *b, double equiv, struct runs *out, struct err *e);
void runs_release(struct runs *r);
/* Where a live comparison stands after so many blocks, from what summarizer_so_far tells of both sides; the same as
 * `look` of a whole comparison. `looks` are those so far: the missing ones are added. -EBADMSG as above; -ENOMEM. */
int runs_look(const struct summary *a, const struct summary *b, unsigned blocks, struct stats_looks *looks,
              struct look *out, struct err *e);
/* The matched cells, those whose ratio is farthest from 1 first, those without one last; malloc'ed. NULL: out of
 * memory. */
unsigned *runs_by_change(const struct runs *r);

/* Is the matched cell slower by at least `least` (0.05: 5 %; 0: by anything that makes the verdict), or broken? */
bool runs_regressed(const struct runs *r, const struct comparison *c, double least);
bool runs_broken(const struct runs *r, const struct comparison *c);
/* What stands beside a matched cell's verdict: failed trials, and why it was withheld; "" if nothing does. */
enum { NOTE_MOST = 200 }; /* bytes that hold any */
void runs_note(const struct runs *r, const struct comparison *c, char *buf, size_t n);

#endif
