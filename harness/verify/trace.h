/* SPDX-License-Identifier: MIT */
/*
 * The noise of this machine, recorded: long series of pairs of trials of one and the same cell, alone and beside a
 * load. Recorded once a session, when the first bar needs it; several bars read it.
 */
#ifndef CONTEND_VERIFY_TRACE_H
#define CONTEND_VERIFY_TRACE_H

#include "harness/stats/rng.h"
#include "harness/stats/sequence.h"
#include "harness/verify/verify.h"

struct trace {
    unsigned n, failed;
    double *log_ratio; /* [n] in the order measured */
    double pair_ns;    /* what a pair took, its processes included */
    double run_ms;     /* about how long a trial's run was */
    double spread;     /* 1.4826 times the median of |log_ratio|: robust standard deviation */
};

/* Of v->models[model]; owned by the session. 0, -EINTR or another -errno. */
int trace_get(struct verify *v, unsigned model, bool loaded, const struct trace **out, struct err *e);
void traces_release(struct verify *v);

/* The cell and what it takes; the plan is released by the caller. */
struct plan;
int trace_plan(const struct verify *v, struct plan *p, struct err *e);

/* How a replay ended. */
enum replay { REPLAY_NOTHING, REPLAY_SIDE_1, REPLAY_SIDE_0 };
/*
 * A run that looks after each pair until 0 is excluded at 95 % or `pairs` are used up: log ratios drawn from the trace
 * as a stretch that begins anywhere (round its end), each with a sign that is drawn anew, as who goes first is, plus
 * `shift`. Signs being symmetric, the truth is `shift`. REPLAY_SIDE_1: above 0 for sure. `memory` holds 3 * pairs
 * numbers.
 */
enum replay trace_replay(const struct trace *t, struct stats_rng *rng, enum stats_assumption a, unsigned pairs,
                         double shift, double *memory);
/* What such a run could find at best: a look at the end alone, by the better of a sign test and Hodges and Lehmann's
 * interval at 95 %. */
enum replay trace_replay_once(const struct trace *t, struct stats_rng *rng, unsigned pairs, double shift,
                              double *memory);
/* The same with an ordinary sign test at 5 % after each pair: true when any look took it for a difference. */
bool trace_replay_naive(const struct trace *t, struct stats_rng *rng, unsigned pairs);

#endif
