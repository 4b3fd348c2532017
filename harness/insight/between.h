/* SPDX-License-Identifier: MIT */
/*
 * What lies between two runs at two times. The trials of one run are neighbours in time: their spread says nothing of
 * the next run. So two runs are compared by their visits (stretches of blocks that lie apart), each of which counts as
 * one value: the mean over a run's visits of the median of ln throughput. How far two such means of identical runs lie
 * apart is estimated from
 *
 *   visits  the spread of the visits within both runs, together with that of other cells of the same family (a prior,
 *           see stats/spread.h). It takes visits for independent draws, which they are not quite: an estimate from
 *           these alone is stretched by BETWEEN_STRETCH.
 *   floor   a recording of identical cells on this machine (record/kept_floor.h). The two runs are laid on it at every
 *           place where they fit, with their own times and pauses. That gives the spread of visits there as a prior,
 *           and the factor by which the t statistic must be stretched so that 95 % of such identical pairs pass:
 *           whatever makes visits alike within a run, or rare large jumps, is in it.
 *
 * Both where there are both. With neither there is no interval.
 *
 * Nothing is known beyond the time that was watched. A floor holds for runs as far apart as they were laid on it; up to
 * BETWEEN_REACH times as far the variance is taken to grow with the logarithm of the time, as that of 1/f noise does.
 * Visits hold for runs that begin as far apart as the visits of both span together; up to BETWEEN_VISITS_REACH times as
 * far the variance is taken to grow with the time, as that of a random walk does: a few visits tell little of what is
 * slower than they. Beyond that there is no interval, nor for two runs at the same time.
 */
#ifndef CONTEND_INSIGHT_BETWEEN_H
#define CONTEND_INSIGHT_BETWEEN_H

#include "harness/insight/summary.h"
#include "harness/record/kept_floor.h"
#include "harness/stats/spread.h"

/* Chosen on recordings of two virtual machines, so that of identical pairs of runs a minute apart less than 5 % are
 * told apart; `verify --bar two-runs` measures it anew on each machine. */
#define BETWEEN_STRETCH 1.25
#define BETWEEN_REACH 10.0
#define BETWEEN_VISITS_REACH 2.0

/* The blocks of one side, by visit, and when each began. */
struct between_side {
    unsigned n, visits; /* blocks that were begun; visits that have one */
    double *at_s;       /* [n]: seconds from the first block of side A */
    unsigned *block;    /* [n]: of the plan */
    unsigned *first;    /* [visits + 1]: the first of each visit in at_s */
};

/* How two runs lie in time. */
struct between {
    struct between_side side[2]; /* A, B */
    double lag_s;                /* from the first block of one to the first of the other */
    double span_s;               /* what the visits of both span together; 0 with one visit each */
    double longest_s;            /* from the first block to the last block of both */
    const char *unfit;           /* why nothing can be told whatever is known; NULL */
};

/* 0 or -ENOMEM. A run without a trial has a side without blocks. Released in any case. */
int between_init(struct between *b, const struct summary *a_run, const struct summary *b_run);
/* A run and the same once more, begun so long after its last block. */
int between_init_again(struct between *b, const struct summary *run, double after_s);
/* Two runs that never were: one visit each, of so many blocks (at least 1) that begin `block_s` apart; the second
 * begins `after_s` after the end of the first one's last block. */
int between_init_plain(struct between *b, unsigned blocks, double block_s, double after_s);
void between_release(struct between *b);

/* x[block of the plan] as logarithms, one value a visit (the median of its blocks) into out[visits]; NaN are left out,
 * and visits without a value, too; how many there are. `scratch` has room for side->n. */
unsigned between_values(const struct between_side *side, const double *log_x, double *out, double *scratch);

/* What a floor knows of one cell for runs that lie as these do. */
struct between_known {
    struct stats_spread prior; /* df 0: nothing, and why */
    double stretch;            /* of the t statistic, at least 1 */
    double waited;             /* difference of the shares that workers waited for a CPU, not exceeded in 95 % there */
    double inside;             /* spread of two neighbouring trials there: see floor_spread */
    double laid_s;             /* how far apart the runs are known for: at least a third of the floor, where they fit */
    double reach_s;            /* how far apart they may lie */
    unsigned places;           /* that share no time */
    const char *why;
};
/* The family of a workload; of one that this program does not know, its name. */
const char *between_family(const char *workload);
/* 0 or -ENOMEM. */
int between_ask(const struct kept_floor *f, const struct floor_series *s, const struct between *b,
                struct between_known *out);
/* The same of a cell: by the series of its workload, the one that knows least where there are several, else by the
 * series of its family that lies farthest apart. prior.df 0: nothing is known, and why. 0 or -ENOMEM. */
int between_ask_cell(const struct kept_floor *f, const char *workload, const struct between *b,
                     struct between_known *out);
/* *most: so many CPUs more were used by others next to one of two such runs, in 95 % of the places of the floor, so
 * that the spread there tells of a difference that large. 0 or -ENOMEM. */
int between_foreign(const struct kept_floor *f, const struct between *b, double *most);
/* The two groups of visits' values that identical runs would have had, the first begun at `start_s` of the floor; side
 * B later by `lag_s`, or, when that is below 0, before A. false: there is a hole in the floor, or its end. `scratch`
 * has room for all visits of both and the blocks of one. */
bool between_place(const struct kept_floor *f, const struct floor_series *s, const struct between *b, double start_s,
                   double lag_s, double *scratch, struct stats_two *out);

enum between_how { BETWEEN_NOTHING, BETWEEN_VISITS, BETWEEN_FLOOR, BETWEEN_BOTH, BETWEEN_HOWS };
extern const char *const between_how_names[BETWEEN_HOWS]; /* "none", "visits", "floor", "visits and floor" */

/* The spread that the shift of two groups is judged by. */
struct between_spread {
    enum between_how how;
    struct stats_spread of; /* of one visit's value */
    double stretch;         /* of the t statistic, with the time between the runs in it */
    const char *why;        /* BETWEEN_NOTHING: what is missing */
};
/* Standard deviation of the difference of two neighbouring blocks inside a visit, robust (floor_spread), the larger of
 * both sides; NaN: one has too few. `scratch` has room for the blocks of one. */
double between_inside(const struct between *b, const double *log_a, const double *log_b, double *scratch);
/* `family`: a prior from other cells of the two runs, df 0: none. `known`: from a floor, NULL: none. `inside`: spread
 * of neighbouring trials in these runs, NaN: not known. */
struct between_spread between_judge(const struct between *b, const struct stats_two *two, struct stats_spread family,
                                    const struct between_known *known, double inside);
/* exp(shift) with its interval at `level`, and the two-sided p of "no shift". NaN ends where how is BETWEEN_NOTHING. */
double between_ratio(const struct stats_two *two, const struct between_spread *s, double level,
                     struct stats_interval *out);

#endif
