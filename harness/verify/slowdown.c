/* SPDX-License-Identifier: MIT */
/*
 * slowdown: a known difference must be found within a given time of measuring, and never with the wrong sign. Once for
 * real: the second of two sides does so much more work, and only the time it takes is looked at. And many times over,
 * on the recorded noise with the difference added. Where the noise of the machine is too large for that, the replays
 * also tell what difference it would have let through.
 *
 * Found is: called faster or slower by the rule that the bar false-alarms counts alarms of. At `--equiv 0`, any
 * difference; at the margin that run has by default +1 % may rightly end as "equivalent", so there a difference well
 * beyond it is put in.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "harness/base/base.h"
#include "harness/verify/sample.h"
#include "harness/verify/trace.h"

enum { MOST_PAIRS = 1200, REPLAYS = 1500, REPLAYS_QUICK = 150, REPLAYS_LIMIT = 200 };

struct effect {
    const char *name;
    bool by_default; /* judged at the margin that run has by default; false: at 0 */
    double by;       /* 0.02 */
    double seconds;  /* of measuring */
    double found;    /* least share that must be, % */
    unsigned runs, runs_quick;
};
static const struct effect effects[] = {
    {"+2%", false, 0.02, 3, 95, 40, 3},
    {"+1%", false, 0.01, 10, 90, 20, 0},
    {"+4%", true, 0.04, 3, 95, 40, 2},
};
static const double wrong_most = 1; /* % */

struct count {
    unsigned n, found, wrong, alike;
    unsigned once; /* a look at the end alone would have found it */
    double spent_ns;
};

static unsigned pairs_in(const struct trace *t, double seconds)
{
    double pairs = seconds * 1e9 / t->pair_ns;
    return pairs < MOST_PAIRS ? (unsigned)pairs : MOST_PAIRS;
}

static double margin_of(const struct effect *x)
{
    return x->by_default ? sample_equiv() : 0;
}

static int replay(const struct trace *t, struct stats_rng *rng, const struct effect *x, double by, unsigned n,
                  bool once, struct count *c)
{
    static double memory[MOST_PAIRS];
    unsigned pairs = pairs_in(t, x->seconds);
    double margin = margin_of(x);
    struct stats_looks *looks = trace_looks(pairs);
    if (!looks)
        return -ENOMEM;
    for (unsigned i = 0; i < n; i++) {
        enum replay r = trace_replay(t, rng, looks, log1p(by), margin, memory);
        c->found += r == REPLAY_SIDE_1;
        c->wrong += r == REPLAY_SIDE_0;
        c->alike += r == REPLAY_ALIKE;
        c->once += once && trace_replay_once(t, rng, pairs, log1p(by), memory) == REPLAY_SIDE_1;
    }
    c->n += n;
    stats_looks_free(looks);
    return 0;
}

static int replay_all(struct verify *v, const struct effect *x, double by, unsigned n, bool once, struct count *c,
                      struct err *e)
{
    struct stats_rng rng;
    stats_rng_init(&rng, v->seed + (uint64_t)(1e6 * by));
    for (unsigned i = 0; i < v->n_models; i++) {
        const struct trace *t;
        int rc = trace_get(v, i, false, &t, e);
        if (rc)
            return rc;
        if (replay(t, &rng, x, by, n / v->n_models, once, c))
            return err_set(e, ENOMEM, "out of memory");
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
        if (replay_all(v, x, middle, REPLAYS_LIMIT, false, &c, e))
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
    int rc = sample_pairs_until_clear(v, &base, &slow, MOST_PAIRS, x->seconds, margin_of(x), &r, e);
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

static struct bar_row row(const struct effect *x, const char *what, double least, double most)
{
    struct bar_row r = {.bar = "slowdown", .least = least, .most = most};
    snprintf(r.name, sizeof r.name, "slowdown %s %s --equiv %g%%", x->name, what, 100 * margin_of(x));
    return r;
}

/* Of the same noise: what becomes of the difference at the margin that run has by default. */
static int tell_default(struct verify *v, const struct effect *x, char *note, size_t n, struct err *e)
{
    struct effect same = *x;
    struct count c = {0};
    same.by_default = true;
    int rc = replay_all(v, &same, x->by, REPLAYS_LIMIT, false, &c, e);
    if (!rc && c.n)
        text_append(note, n, "; with the default margin found in %.0f %%, equivalent in %.0f %%", 100. * c.found / c.n,
                    100. * c.alike / c.n);
    return rc;
}

static int replayed(struct verify *v, const struct effect *x, struct bar_row *found, struct err *e)
{
    struct count c = {0};
    int rc = replay_all(v, x, x->by, v->quick ? REPLAYS_QUICK : REPLAYS, true, &c, e);
    if (rc)
        return rc;
    double least = limit(v, x, e);
    found->unreachable = 100. * c.once < x->found * c.n;
    if (found->unreachable)
        snprintf(found->note, sizeof found->note,
                 "out of reach on this machine as it is now: even a single look at the end finds it in %.0f %%; ",
                 100. * c.once / c.n);
    if (isnan(least))
        text_append(found->note, sizeof found->note, "on this noise not even +100 %% is found so often in %.0f s",
                    x->seconds);
    else
        text_append(found->note, sizeof found->note, "on this noise %.0f %% of runs find %+.2g %% in %.0f s", x->found,
                    100 * least, x->seconds);
    if (!x->by_default && (rc = tell_default(v, x, found->note, sizeof found->note, e)))
        return rc;
    snprintf(found->how, sizeof found->how,
             "%u replays of the recorded pairs with %s added, looked at after each for %.0f s", c.n, x->name,
             x->seconds);
    row_share(found, c.found, c.n);
    verify_row(v, found);
    struct bar_row wrong = row(x, "wrong sign", -INFINITY, wrong_most);
    snprintf(wrong.how, sizeof wrong.how, "of the same");
    row_share(&wrong, c.wrong, c.n);
    verify_row(v, &wrong);
    return 0;
}

/* For real; too few runs to judge the share of wrong signs by, but each is one that was not found. */
static int injected(struct verify *v, const struct effect *x, const struct bar_row *replays, struct err *e)
{
    struct count c = {0};
    verify_say(v, "injecting %s", x->name);
    int rc = inject_all(v, x, &c, e);
    if (rc || !c.n)
        return rc;
    struct bar_row r = row(x, "found for real", x->found, INFINITY);
    r.unreachable = replays->unreachable;
    row_share(&r, c.found, c.n);
    snprintf(
        r.how, sizeof r.how,
        "%u runs against a side with %s more units, until clear or %.0f s; %.2g s on average; %u with the wrong sign",
        c.n, x->name, x->seconds, c.spent_ns / c.n / 1e9, c.wrong);
    snprintf(r.note, sizeof r.note, "%s", replays->note);
    verify_row(v, &r);
    return 0;
}

static int one(struct verify *v, const struct effect *x, struct err *e)
{
    struct bar_row found = row(x, "found", x->found, INFINITY);
    int rc = replayed(v, x, &found, e);
    return rc ? rc : injected(v, x, &found, e);
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
    .summary = "a slow-down by 1, 2 or 4 % that was put in: how often it is found in time, and with which sign",
    .run = run,
};
