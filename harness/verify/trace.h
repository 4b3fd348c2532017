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
    double load_share; /* of the load's processing unit: the CPU time it got; see load.h. NaN: it was recorded alone */
};

/* Of v->models[model]; owned by the session. 0, -EINTR or another -errno. */
int trace_get(struct verify *v, unsigned model, bool loaded, const struct trace **out, struct err *e);
void traces_release(struct verify *v);
/* True for a trace beside a load that hardly ran: the row then has no number, and its note says so. */
bool trace_load_failed(const struct trace *t, struct bar_row *r);

/* The cell and what it takes; the plan is released by the caller. */
struct plan;
int trace_plan(const struct verify *v, struct plan *p, struct err *e);

/* How a replay ended. */
enum replay { REPLAY_NOTHING, REPLAY_SIDE_1, REPLAY_SIDE_0, REPLAY_ALIKE };
/* The looks at 95 % of a run that ends after `pairs` at the latest; NULL: out of memory. */
struct stats_looks *trace_looks(unsigned pairs);
/*
 * A run that looks after each pair until it is clear or the looks are used up: log ratios drawn from the trace as a
 * stretch that begins anywhere (round its end), each with a sign that is drawn anew, as who goes first is, plus
 * `shift`. Signs being symmetric, the truth is `shift`; at shift 0 and margin 0 nothing but those signs is looked at,
 * and of what was recorded nothing matters. REPLAY_SIDE_1: above 0 for sure. REPLAY_ALIKE: equivalent, for a `margin`
 * above 0. `memory` holds as many numbers as there are looks.
 */
enum replay trace_replay(const struct trace *t, struct stats_rng *rng, const struct stats_looks *looks, double shift,
                         double margin, double *memory);
/* As many pairs as there are looks from `from` on, as they were recorded, signs and all, looked at after each by the
 * rule that run itself stops and judges with. from + looks <= n. `memory` holds as many numbers. */
enum replay trace_as_recorded(const struct trace *t, unsigned from, const struct stats_looks *looks, double margin,
                              double *memory);
/* What such a run could find at best: a look at the end alone, by the better of a sign test and Hodges and Lehmann's
 * interval at 95 %. */
enum replay trace_replay_once(const struct trace *t, struct stats_rng *rng, unsigned pairs, double shift,
                              double *memory);
/* The same with an ordinary sign test at 5 % after each pair: true when any look took it for a difference. */
bool trace_replay_naive(const struct trace *t, struct stats_rng *rng, unsigned pairs);
bool trace_naive(const double *log_ratio, unsigned pairs); /* of pairs as they are */

#endif
