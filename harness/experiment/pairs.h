/* SPDX-License-Identifier: MIT */
/*
 * Two cells measured against each other, pair by pair, until their ratio is known: the loop of blocks.h with one cell a
 * side and a look after each pair. Serves measuring this program against known truths.
 */
#ifndef CONTEND_EXPERIMENT_PAIRS_H
#define CONTEND_EXPERIMENT_PAIRS_H

#include "harness/base/err.h"
#include "harness/record/record.h"
#include "harness/stats/sequence.h"

struct pairs {
    const struct cell *cell[2]; /* of the two sides */
    const char *scratch;
    const volatile int *stop;
    uint64_t seed;               /* of who goes first */
    unsigned most;               /* pairs */
    double level;                /* of the confidence sequence: 0.95 */
    struct stats_stop_rule rule; /* looked at after each pair; the budget is in ns of pairs_took_ns */
    /* Each record, in the order measured. May be NULL. */
    void (*each)(void *arg, unsigned pair, unsigned side, const struct trial_record *r);
    void *arg;
};

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
