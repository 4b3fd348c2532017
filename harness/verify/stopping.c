/* SPDX-License-Identifier: MIT */
/*
 * stopping: may a run look after every pair and end when it is clear? Pairs of identical cells as they were recorded,
 * cut into stretches that share none, tell for this machine, drift and all: who went first was a coin's, so nothing the
 * machine does should matter. They are too few to see much more than a gross fault, so the chance is also added up from
 * the rule's own numbers of wins, for coins that are fair.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>

#include "harness/base/base.h"
#include "harness/verify/trace.h"

enum { LOOKS = 300, STRETCH = 50, NAIVE_RUNS = 1000 };

struct count {
    unsigned n, wrong, naive;
};

static void fill(struct bar_row *r, const struct count *c)
{
    row_share(r, c->wrong, c->n);
    snprintf(r->note, sizeof r->note, "naive looking, a sign test at 5 %% after each pair: %.1f %%",
             c->n ? 100. * c->naive / c->n : 0);
}

/* The chance that a run of fair coins for who is faster ends with a difference, exactly: p[w] is that of w pairs won
 * and no look yet that took it for one. */
static double chance_of_alarm(const struct stats_looks *looks)
{
    double p[LOOKS + 2] = {1}, sum = 0;
    for (unsigned n = 1; n <= LOOKS; n++) {
        unsigned least = stats_looks_least(looks, n);
        for (unsigned w = n; w > 0; w--)
            p[w] = (p[w] + p[w - 1]) / 2;
        p[0] /= 2;
        for (unsigned w = 0; w <= n; w++)
            if (w >= least || n - w >= least) {
                sum += p[w];
                p[w] = 0;
            }
    }
    return sum;
}

/* By signs alone, which is all that is looked at. */
static int by_signs(struct verify *v, struct err *e)
{
    static const double one[] = {1};
    const struct trace coins = {.n = 1, .log_ratio = (double *)one};
    struct stats_rng rng;
    struct stats_looks *looks = trace_looks(LOOKS);
    if (!looks)
        return err_set(e, ENOMEM, "out of memory");
    struct bar_row r = {.bar = "stopping", .name = "stopping by signs", .unit = "%", .least = -INFINITY, .most = 5};
    row_exact(&r, 100 * chance_of_alarm(looks));
    stats_looks_free(looks);
    unsigned naive = 0;
    stats_rng_init(&rng, v->seed);
    for (unsigned i = 0; i < NAIVE_RUNS; i++)
        naive += trace_replay_naive(&coins, &rng, LOOKS);
    snprintf(r.how, sizeof r.how,
             "all courses that fair coins for who is faster can take, added up, looked at after each of %d pairs: the "
             "chance that any look excludes 0",
             LOOKS);
    snprintf(r.note, sizeof r.note, "naive looking, a sign test at 5 %% after each pair: %.1f %% of %d simulated runs",
             100. * naive / NAIVE_RUNS, NAIVE_RUNS);
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
