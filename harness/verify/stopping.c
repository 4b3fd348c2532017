/* SPDX-License-Identifier: MIT */
/*
 * stopping: may a run look after every pair and end when it is clear? Pairs of identical cells as they were recorded,
 * cut into stretches that share none, tell for this machine, drift and all: who went first was a coin's, so nothing the
 * machine does should matter. They are too few to see much more than a gross fault, so runs are simulated, too: signs
 * from a coin of the generator's, which is all that is looked at.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>

#include "harness/base/base.h"
#include "harness/verify/trace.h"

enum { LOOKS = 300, STRETCH = 50, RUNS = 3000, RUNS_QUICK = 400 };

struct count {
    unsigned n, wrong, naive;
};

static void fill(struct bar_row *r, const struct count *c)
{
    row_share(r, c->wrong, c->n);
    snprintf(r->note, sizeof r->note, "naive looking, a sign test at 5 %% after each pair: %.1f %%",
             c->n ? 100. * c->naive / c->n : 0);
}

/* Fair coins: +1 or -1. */
static int by_signs(struct verify *v, struct err *e)
{
    static const double one[] = {1};
    const struct trace coins = {.n = 1, .log_ratio = (double *)one};
    struct count c = {.n = v->quick ? RUNS_QUICK : RUNS};
    struct stats_rng rng;
    struct stats_looks *looks = trace_looks(LOOKS);
    if (!looks)
        return err_set(e, ENOMEM, "out of memory");
    stats_rng_init(&rng, v->seed);
    for (unsigned i = 0; i < c.n; i++) {
        c.wrong += trace_replay(&coins, &rng, looks, 0, 0, NULL) != REPLAY_NOTHING;
        c.naive += trace_replay_naive(&coins, &rng, LOOKS);
    }
    stats_looks_free(looks);
    struct bar_row r = {.bar = "stopping", .name = "stopping simulated", .least = -INFINITY, .most = 5};
    fill(&r, &c);
    snprintf(r.how, sizeof r.how,
             "%u simulated runs, fair coins for who is faster, looked at after each of %d pairs: how often any look "
             "excludes 0",
             c.n, LOOKS);
    verify_row(v, &r);
    return 0;
}

static int as_recorded(struct verify *v, bool loaded, const struct stats_looks *looks, struct err *e)
{
    double memory[STRETCH];
    struct count c = {0};
    struct bar_row r = {.bar = "stopping", .least = -INFINITY, .most = 5};
    const struct trace *t;
    for (unsigned i = 0; i < v->n_models; i++) {
        int rc = trace_get(v, i, loaded, &t, e);
        if (rc)
            return rc;
        for (unsigned from = 0; from + STRETCH <= t->n; from += STRETCH, c.n++) {
            c.wrong += trace_as_recorded(t, from, looks, 0, memory) != REPLAY_NOTHING;
            c.naive += trace_naive(t->log_ratio + from, STRETCH);
        }
    }
    fill(&r, &c);
    for (unsigned i = 0; i < v->n_models; i++)
        if (!trace_get(v, i, loaded, &t, e) && trace_load_failed(t, &r))
            break;
    snprintf(r.name, sizeof r.name, "stopping as recorded %s", loaded ? "loaded" : "alone");
    snprintf(
        r.how, sizeof r.how,
        "%u stretches of %d recorded pairs of a cell with itself, looked at after each as run --until-clear --equiv "
        "0 does: how often it ends with faster or slower",
        c.n, STRETCH);
    verify_row(v, &r);
    return 0;
}

static int run(struct verify *v, struct err *e)
{
    struct stats_looks *looks = trace_looks(STRETCH);
    int rc = looks ? by_signs(v, e) : err_set(e, ENOMEM, "out of memory");
    for (unsigned loaded = 0; !rc && loaded < 2; loaded++)
        rc = as_recorded(v, loaded, looks, e);
    stats_looks_free(looks);
    return rc;
}

const struct bar bar_stopping = {
    .name = "stopping",
    .summary =
        "identical cells, recorded and simulated, looked at after each pair: how often a run ends on a false alarm",
    .run = run,
};
