/* SPDX-License-Identifier: MIT */
/*
 * Two sides measured against each other, live: pair by pair, each trial in a fresh process, who goes first drawn anew
 * for each pair. What the machine does at the time falls out of the pair's ratio, and since the order is a coin's, two
 * sides that are alike give log ratios that are symmetric about 0 whatever the machine does. Serves comparing two
 * programs, and measuring this one against known truths.
 */
#ifndef CONTEND_EXPERIMENT_PAIRS_H
#define CONTEND_EXPERIMENT_PAIRS_H

#include "harness/base/err.h"
#include "harness/record/record.h"
#include "harness/stats/sequence.h"

struct pair_side {
    const char *program; /* the contend that runs its trials; NULL: this one. Without a slash it is looked up in PATH */
    const struct cell *cell;
};

struct pairs {
    struct pair_side side[2];
    const char *scratch;
    const volatile int *stop;
    uint64_t seed;               /* of who goes first */
    unsigned most;               /* pairs */
    bool throughput;             /* compare units per second; else the time of the run, whatever units it was given */
    double level;                /* of the confidence sequence: 0.95 */
    struct stats_stop_rule rule; /* looked at after each pair; the budget is in ns of pairs_took_ns */
    /* Each record, in the order measured; not 0 ends it with that. May be NULL. */
    int (*each)(void *arg, unsigned pair, unsigned side, struct trial_record *r);
    void *arg;
};

/* Who goes first in that pair: 0 or 1, a coin's. */
unsigned pairs_first(uint64_t seed, unsigned pair);

struct pairs_result {
    unsigned pairs, failed;           /* whole pairs; pairs of which a trial was not ok */
    double *log_ratio;                /* [pairs]: ln of how much faster side 1 was than side 0; owned */
    struct stats_interval confidence; /* of their centre: the confidence sequence at the end; NaN ends: too few pairs */
    enum stats_stop ended_by;         /* STATS_GO_ON: by `most` */
    double took_ns;                   /* all trials, from before each process was made until it was reaped */
    char reason[512];                 /* of the last trial that was not ok */
};

/* 0, also when pairs failed; -EINTR when *stop (what was measured is in the result); another -errno when no trial could
 * be made. `out` is released by the caller in any case. */
int pairs_measure(const struct pairs *p, struct pairs_result *out, struct err *e);
void pairs_release(struct pairs_result *r);

#endif
