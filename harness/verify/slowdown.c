/* SPDX-License-Identifier: MIT */
/*
 * slowdown: a known difference must be found within a given time of measuring, and never with the wrong sign. Once for
 * real: the second of two sides does so much more work, and only the time it takes is looked at. And many times over,
 * on the recorded noise with the difference added. Where the noise of the machine is too large for that, the replays
 * also tell what difference it would have let through.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "harness/base/base.h"
#include "harness/verify/sample.h"
#include "harness/verify/trace.h"

enum { MOST_PAIRS = 1200, REPLAYS = 1500, REPLAYS_QUICK = 150, REPLAYS_LIMIT = 200 };

struct effect {
    const char *name;
    double by;      /* 0.02 */
    double seconds; /* of measuring */
    double found;   /* least share that must be, % */
    unsigned runs, runs_quick;
};
static const struct effect effects[] = {
    {"+2%", 0.02, 3, 95, 40, 3},
    {"+1%", 0.01, 10, 90, 20, 0},
};
static const double wrong_most = 1; /* % */

struct count {
    unsigned n, found, wrong, once; /* once: a look at the end alone would have found it */
    double spent_ns;
};

static unsigned pairs_in(const struct trace *t, double seconds)
{
    double pairs = seconds * 1e9 / t->pair_ns;
    return pairs < MOST_PAIRS ? (unsigned)pairs : MOST_PAIRS;
}

static void replay(const struct trace *t, struct stats_rng *rng, double by, double seconds, unsigned n, bool once,
                   struct count *c)
{
    static double memory[3 * MOST_PAIRS];
    for (unsigned i = 0; i < n; i++) {
        enum replay r = trace_replay(t, rng, STATS_ANY, pairs_in(t, seconds), log1p(by), memory);
        c->found += r == REPLAY_SIDE_1;
        c->wrong += r == REPLAY_SIDE_0;
        c->once += once && trace_replay_once(t, rng, pairs_in(t, seconds), log1p(by), memory) == REPLAY_SIDE_1;
    }
    c->n += n;
}

static int replay_all(struct verify *v, double by, double seconds, unsigned n, bool once, struct count *c,
                      struct err *e)
{
    struct stats_rng rng;
    stats_rng_init(&rng, v->seed + (uint64_t)(1e6 * by));
    for (unsigned i = 0; i < v->n_models; i++) {
        const struct trace *t;
        int rc = trace_get(v, i, false, &t, e);
        if (rc)
            return rc;
        replay(t, &rng, by, seconds, n / v->n_models, once, c);
    }
    return 0;
}

/* The least difference that is found as often as asked for, in that time, on the noise that was recorded; by halving
 * its logarithm's range. NaN: above 100 %. */
static double limit(struct verify *v, const struct effect *x, struct err *e)
{
    double low = 0.0005, high = 1;
    for (unsigned i = 0; i < 9; i++) {
        struct count c = {0};
        double middle = i ? sqrt(low * high) : high;
        if (replay_all(v, middle, x->seconds, REPLAYS_LIMIT, false, &c, e))
            return NAN;
        bool enough = 100. * c.found >= x->found * c.n;
        if (!i && !enough)
            return NAN;
        *(enough ? &high : &low) = middle;
    }
    return high;
}

/* One run for real: the second side has more units of the same work, dealt out in as many more tasks. */
static int inject(struct verify *v, const struct cell *c, const struct effect *x, struct count *n, struct err *e)
{
    struct cell base = *c, slow = *c;
    uint64_t hundreds = c->units / 100 + (c->units % 100 != 0);
    base.units = hundreds * 100;
    slow.units = base.units + hundreds * (uint64_t)lround(100 * x->by);
    base.tasks = (unsigned)base.units; /* squares: a task each */
    slow.tasks = (unsigned)slow.units;
    struct pairs_result r;
    int rc = sample_pairs_until_clear(v, &base, &slow, MOST_PAIRS, x->seconds, &r, e);
    if (!rc) {
        n->n++;
        n->found += r.confidence.upper < 0; /* side 1, the slow one, is slower for sure */
        n->wrong += r.confidence.lower > 0;
        n->spent_ns += r.took_ns;
    }
    pairs_release(&r);
    return rc;
}

static int inject_all(struct verify *v, const struct effect *x, struct count *c, struct err *e)
{
    unsigned n = v->quick ? x->runs_quick : x->runs;
    struct plan p;
    int rc = trace_plan(v, &p, e);
    for (unsigned i = 0; !rc && i < n; i++)
        if (!plan_skipped(&p, i % p.n_cells, NULL))
            rc = inject(v, &p.cells[i % p.n_cells], x, c, e);
    plan_release(&p);
    return rc;
}

static void tell(struct verify *v, const struct effect *x, const char *kind, const struct count *c, const char *how,
                 const char *note, bool unreachable)
{
    struct bar_row r = {.bar = "slowdown", .least = x->found, .most = INFINITY, .unreachable = unreachable};
    snprintf(r.name, sizeof r.name, "slowdown %s found %s", x->name, kind);
    snprintf(r.how, sizeof r.how, "%s", how);
    snprintf(r.note, sizeof r.note, "%s", note);
    row_share(&r, c->found, c->n);
    verify_row(v, &r);
    struct bar_row w = {.bar = "slowdown", .least = -INFINITY, .most = wrong_most};
    snprintf(w.name, sizeof w.name, "slowdown %s wrong sign %s", x->name, kind);
    snprintf(w.how, sizeof w.how, "of the same");
    row_share(&w, c->wrong, c->n);
    verify_row(v, &w);
}

static int one(struct verify *v, const struct effect *x, struct err *e)
{
    struct count replays = {0}, runs = {0};
    char how[400], note[600] = "";
    int rc = replay_all(v, x->by, x->seconds, v->quick ? REPLAYS_QUICK : REPLAYS, true, &replays, e);
    if (rc)
        return rc;
    double least = limit(v, x, e);
    bool unreachable = 100. * replays.once < x->found * replays.n;
    if (unreachable)
        snprintf(note, sizeof note,
                 "out of reach on this machine as it is now: even a single look at the end finds it in %.0f %%; ",
                 100. * replays.once / replays.n);
    if (isnan(least))
        text_append(note, sizeof note, "on this noise not even +100 %% is found so often in %.0f s", x->seconds);
    else
        text_append(note, sizeof note, "on this noise %.0f %% of runs find %+.2g %% in %.0f s", x->found, 100 * least,
                    x->seconds);
    snprintf(how, sizeof how, "%u replays of the recorded pairs with %s added, looked at after each for %.0f s",
             replays.n, x->name, x->seconds);
    tell(v, x, "replayed", &replays, how, note, unreachable);
    verify_say(v, "injecting %s", x->name);
    rc = inject_all(v, x, &runs, e);
    if (rc || !runs.n)
        return rc;
    snprintf(how, sizeof how, "%u runs against a side with %s more units, until clear or %.0f s; %.2g s on average",
             runs.n, x->name, x->seconds, runs.spent_ns / runs.n / 1e9);
    tell(v, x, "injected", &runs, how, note, unreachable);
    return 0;
}

static int run(struct verify *v, struct err *e)
{
    int rc = 0;
    for (unsigned i = 0; !rc && i < ARRAY_LEN(effects); i++)
        rc = one(v, &effects[i], e);
    return rc;
}

const struct bar bar_slowdown = {
    .name = "slowdown",
    .summary = "a slow-down by 2 % and by 1 % that was put in: how often it is found in time, and with which sign",
    .run = run,
};
