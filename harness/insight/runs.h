/* SPDX-License-Identifier: MIT */
/*
 * Two runs against each other, cell by cell: what differs between their environments, then each cell's ratio and
 * verdict.
 *
 * Cells are matched by what they are called (cell_compare), not by their amount of work; skips are left out. The ratio
 * is the throughput of run B over that of run A, the verdict is of B against A, and Holm's family is all matched cells.
 *
 * Two runs by themselves are two draws of the machine: the ratio is of their visits, and its interval rests on what is
 * known of the machine between two times (between.h): the visits' own spread, a floor kept of this machine, or both.
 * With neither there is no interval and no verdict. Two things that were seen widen an interval so that it covers them,
 * and neither ever corrects a ratio: a canary that resembles the work (resemblance.h) and ran at another speed, and
 * other processes that used more of the machine in one run than in the other.
 *
 * The two sides of one live comparison (plan_pair): the log ratios of the blocks, in which the two trials stand next to
 * each other in an order drawn anew each time, with a confidence sequence (sequence.h) and its always valid p: it holds
 * however often it was looked at, and so also after a rule has ended the comparison, and the chance of any false
 * "faster" or "slower" among all cells is at most 5 %.
 *
 * A trial that failed may have been the slowest (killed at its limit), so no verdict stands in favour of the side of
 * which a greater share failed.
 */
#ifndef CONTEND_INSIGHT_RUNS_H
#define CONTEND_INSIGHT_RUNS_H

#include "harness/insight/summary.h"
#include "harness/record/kept_floor.h"

enum runs_side { RUN_A, RUN_B };

/* A fact that is recorded in both runs and differs. */
struct runs_fact {
    const struct fact *of[2]; /* borrowed from the summaries' environments */
};

/* What is known of the machine of both runs over time. */
struct runs_floor {
    const struct kept_floor *kept; /* NULL: nothing, and why */
    char name[256];                /* the file */
    char why[400];                 /* one line: why no floor is used */
};

/* Where other processes used more than this share of the machine's CPUs more in one run than in the other, intervals
 * are widened. */
#define RUNS_FOREIGN_MOST 0.05

struct runs {
    const struct summary *run[2]; /* borrowed */
    bool paired;
    const struct runs_floor *floor; /* borrowed; not of a live comparison */
    struct stats_looks *looks;      /* paired: after each block; owned, but borrowed within runs_look */
    double equiv;
    unsigned n_facts;
    struct runs_fact *facts; /* of the build first; what never holds still is not among them */
    /* The speed of the machine in B's trials over that in A's, by each kind of canary next to them, and the verdict on
     * it: faster or slower when the machine itself was. */
    struct estimate speed[CANARIES];
    enum verdict moved[CANARIES];
    double foreign[2];    /* CPUs that other processes used during each run's trials; NaN: not known */
    bool other_load;      /* more of them in one run than in the other; see RUNS_FOREIGN_MOST */
    double lag_s, span_s; /* not paired: how far apart the two began, and what the visits of both span together */
    unsigned visits[2];   /* that each has */
    unsigned n_matched;   /* in the order of A's plan */
    /* a: the cell's index in B's plan, b: in A's, so that ratio and verdict are of B against A. Where there is no ratio
     * (its n is 0), `why` in it says so, the p are NaN and the verdict is inconclusive. `point` is unused. */
    struct comparison *matched;
    unsigned n_only[2];
    unsigned *only[2];  /* cells that the other run does not have, by index in the run's plan */
    unsigned counts[4]; /* verdicts of the cells that have a ratio */
    unsigned broken;    /* cells of which no trial failed in A, and some or all in B */
    bool too_few;       /* paired: even if B had won all, no verdict but "equivalent" could come of so few */
    struct look look;   /* paired: where it stands, what the rule of A's plan says; else all 0 */
};

/* Is this run fit for comparing? 0; -EBADMSG: some of its work was void; -EPERM: an unfit or unknown build made it.
 * `name` is how the message calls the run. */
int runs_fit(const struct summary *s, const char *name, struct err *e);
/* true if the two are the sides of one live comparison. */
bool runs_paired(const struct summary *a, const struct summary *b);
/* Fills `out`, which borrows both summaries and the floor and is released by runs_release also after a failure.
 * -ENOENT: no cell is in both; -EBADMSG: the same amount of the same work was not the same in both; -ENOMEM. */
int runs_compare(const struct summary *a, const struct summary *b, double equiv, const struct runs_floor *floor,
                 struct runs *out, struct err *e);
void runs_release(struct runs *r);
/* Where a live comparison stands after so many blocks, from what summarizer_so_far tells of both sides; the same as
 * `look` of a whole comparison. `looks` are those so far: the missing ones are added. -EBADMSG as above; -ENOMEM. */
int runs_look(const struct summary *a, const struct summary *b, unsigned blocks, struct stats_looks *looks,
              struct look *out, struct err *e);
/* The matched cells, those whose ratio is farthest from 1 first, those without one last; malloc'ed. NULL: out of
 * memory. */
unsigned *runs_by_change(const struct runs *r);

/* The largest slow-down of B that the matched cell's interval does not exclude, as a share: 0.1 is 10 %; 0: it excludes
 * any; NaN: there is no interval, or the verdict was withheld, so none is. */
double runs_not_excluded(const struct comparison *c);
/* Is the matched cell slower by at least `least` (0.05: 5 %; 0: by anything that makes the verdict), or broken? */
bool runs_regressed(const struct runs *r, const struct comparison *c, double least);
bool runs_broken(const struct runs *r, const struct comparison *c);
/* What stands beside a matched cell's verdict: failed trials, and why it was withheld; "" if nothing does. */
enum { NOTE_MOST = 700 }; /* bytes that hold any */
void runs_note(const struct runs *r, const struct comparison *c, char *buf, size_t n);

#endif
