/* SPDX-License-Identifier: MIT */
/*
 * stopping: may a run look after every pair and end when it is clear? The recorded pairs of identical cells are
 * replayed with signs drawn anew, so that the truth is 0 whatever the machine did.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "harness/base/base.h"
#include "harness/verify/trace.h"

enum { LOOKS = 300, REPLAYS = 3000, REPLAYS_QUICK = 400 };

struct count {
    unsigned n, any, symmetric, naive;
};

static int replay(struct verify *v, unsigned model, bool loaded, struct count *c, struct err *e)
{
    static double memory[3 * LOOKS];
    const struct trace *t;
    struct stats_rng rng;
    int rc = trace_get(v, model, loaded, &t, e);
    if (rc)
        return rc;
    stats_rng_init(&rng, v->seed + 2 * model + loaded);
    unsigned n = (v->quick ? REPLAYS_QUICK : REPLAYS) / v->n_models;
    for (unsigned i = 0; i < n; i++) {
        c->any += trace_replay(t, &rng, STATS_ANY, LOOKS, 0, memory) != REPLAY_NOTHING;
        c->symmetric += trace_replay(t, &rng, STATS_SYMMETRIC, LOOKS, 0, memory) != REPLAY_NOTHING;
        c->naive += trace_replay_naive(t, &rng, LOOKS);
    }
    c->n += n;
    return 0;
}

static void tell(struct verify *v, const char *rule, bool loaded, unsigned wrong, const struct count *c)
{
    struct bar_row r = {.bar = "stopping", .least = -INFINITY, .most = 5};
    snprintf(r.name, sizeof r.name, "stopping %s %s", rule, loaded ? "loaded" : "alone");
    row_share(&r, wrong, c->n);
    snprintf(r.how, sizeof r.how,
             "%u replays of the recorded pairs with signs drawn anew, %d looks each: how often any look excludes 0",
             c->n, LOOKS);
    snprintf(r.note, sizeof r.note, "naive looking, a sign test at 5 %% after each pair: %.1f %%",
             100. * c->naive / c->n);
    verify_row(v, &r);
}

static int run(struct verify *v, struct err *e)
{
    int rc = 0;
    for (unsigned loaded = 0; !rc && loaded < 2; loaded++) {
        struct count c = {0};
        for (unsigned i = 0; !rc && i < v->n_models; i++)
            rc = replay(v, i, loaded, &c, e);
        if (rc)
            return rc;
        tell(v, "signs", loaded, c.any, &c);
        tell(v, "symmetric", loaded, c.symmetric, &c);
    }
    return rc;
}

const struct bar bar_stopping = {
    .name = "stopping",
    .summary = "recorded pairs of identical cells, looked at after each: how often a run would end on a false alarm",
    .run = run,
};
