/* SPDX-License-Identifier: MIT */
/* Recorded noise and its replays; see trace.h. */
#include "harness/verify/trace.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "harness/base/base.h"
#include "harness/machine/machine.h"
#include "harness/stats/order.h"
#include "harness/stats/ratio.h"
#include "harness/stats/verdict.h"
#include "harness/verify/load.h"
#include "harness/verify/sample.h"

enum {
    TRIAL_MS = 10,
    PAIRS = 2000, /* 200 comparisons of 10 pairs, as many as a run's default blocks */
    PAIRS_QUICK = 250,
    SECONDS = 110, /* a trace is cut there */
    SECONDS_QUICK = 6
};

/* Half of what a load gets beside one that always runs. */
static const double load_least = 0.125;
static const double level = 0.95;

int trace_plan(const struct verify *v, struct plan *p, struct err *e)
{
    const char *names[VERIFY_MAX_MODELS + 1] = {NULL};
    for (unsigned i = 0; i < v->n_models; i++)
        names[i] = v->models[i];
    const struct sample_request q = {
        .workload = "squares", .set = {25000}, .set_mask = 1, .models = names, .trial_ns = TRIAL_MS * NS_PER_MS};
    return sample_plan(v, &q, p, e);
}

static double spread_of(const double *x, unsigned n)
{
    CLEANUP_FREE double *size = malloc((n + 1) * sizeof *size);
    for (unsigned i = 0; size && i < n; i++)
        size[i] = fabs(x[i]);
    if (!size)
        return NAN;
    stats_sort(size, n);
    return 1.4826 * stats_median(size, n);
}

static int record(struct verify *v, const struct cell *c, bool loaded, struct trace *t, struct err *e)
{
    struct load *load = NULL;
    struct pairs_result r = {0};
    int rc = loaded ? load_start(&load, c->pus, c->n_pus, e) : 0;
    if (!rc)
        rc = sample_pairs(v, c, c, v->quick ? PAIRS_QUICK : PAIRS, v->quick ? SECONDS_QUICK : SECONDS, NULL, &r, e);
    double share = load_stop(load);
    if (!rc && !r.pairs)
        rc = err_set(e, EIO, "no pair of trials succeeded: %s", r.reason);
    if (rc) {
        pairs_release(&r);
        return rc;
    }
    *t = (struct trace){.n = r.pairs, .failed = r.failed, .log_ratio = r.log_ratio};
    t->load_share = loaded ? share : (double)NAN;
    t->pair_ns = r.took_ns / (r.pairs + r.failed);
    t->run_ms = TRIAL_MS;
    t->spread = spread_of(r.log_ratio, r.pairs);
    return 0;
}

int trace_get(struct verify *v, unsigned model, bool loaded, const struct trace **out, struct err *e)
{
    if (!v->traces)
        v->traces = calloc(2 * VERIFY_MAX_MODELS, sizeof *v->traces);
    if (!v->traces)
        return err_set(e, ENOMEM, "out of memory");
    struct trace *t = &v->traces[2 * model + loaded];
    *out = t;
    if (t->n)
        return 0;
    verify_say(v, "recording pairs of %s with itself%s", v->models[model], loaded ? ", beside a load" : "");
    struct plan p;
    int rc = trace_plan(v, &p, e);
    const char *why;
    if (!rc && plan_skipped(&p, model, &why))
        rc = err_set(e, ENOTSUP, "%s: %s", v->models[model], why);
    if (!rc)
        rc = record(v, &p.cells[model], loaded, t, e);
    plan_release(&p);
    return rc;
}

bool trace_load_failed(const struct trace *t, struct bar_row *r)
{
    if (isnan(t->load_share) || t->load_share >= load_least)
        return false;
    row_exact(r, NAN);
    text_append(r->note, sizeof r->note, "%sthe load got only %.1f %% of its processing unit, less than %.3g %%",
                r->note[0] ? "; " : "", 100 * t->load_share, 100 * load_least);
    return true;
}

void traces_release(struct verify *v)
{
    for (unsigned i = 0; v->traces && i < 2 * VERIFY_MAX_MODELS; i++)
        free(v->traces[i].log_ratio);
    free(v->traces);
    v->traces = NULL;
}

static double next(const struct trace *t, struct stats_rng *rng, unsigned *at)
{
    double x = t->log_ratio[*at];
    *at = (*at + 1) % t->n;
    return stats_rng_next(rng) >> 63 ? x : -x;
}

struct stats_looks *trace_looks(unsigned pairs)
{
    struct stats_looks *l = stats_looks_new(level);
    for (unsigned i = 0; l && i < pairs; i++)
        if (stats_looks_add(l, (i + 1.0) / pairs)) {
            stats_looks_free(l);
            return NULL;
        }
    return l;
}

/* As run does it. */
static enum replay look(const struct stats_looks *looks, const double *sorted, unsigned n, double margin)
{
    static const enum replay ends[] = {[VERDICT_FASTER] = REPLAY_SIDE_1,
                                       [VERDICT_SLOWER] = REPLAY_SIDE_0,
                                       [VERDICT_EQUIVALENT] = REPLAY_ALIKE,
                                       [VERDICT_INCONCLUSIVE] = REPLAY_NOTHING};
    const struct stats_stop_rule rule = {.clear = true, .margin = margin, .budget = INFINITY};
    struct stats_interval i;
    stats_sequence_interval(looks, sorted, n, &i);
    if (!stats_stop(&i, 0, 0, &rule))
        return REPLAY_NOTHING;
    const struct stats_interval ratio = {exp(i.estimate), exp(i.lower), exp(i.upper), i.level};
    return ends[stats_verdict(&ratio, margin)];
}

/* The same at margin 0, where only who won counts: a hundredth of the time. */
static enum replay replay_signs(const struct trace *t, struct stats_rng *rng, const struct stats_looks *looks,
                                double shift)
{
    unsigned at = stats_rng_below(rng, t->n), above = 0, below = 0;
    for (unsigned n = 1; n <= stats_looks_count(looks); n++) {
        double x = shift + next(t, rng, &at);
        above += x > 0;
        below += x < 0;
        unsigned least = stats_looks_least(looks, n);
        if (above >= least || below >= least)
            return above >= least ? REPLAY_SIDE_1 : REPLAY_SIDE_0;
    }
    return REPLAY_NOTHING;
}

enum replay trace_replay(const struct trace *t, struct stats_rng *rng, const struct stats_looks *looks, double shift,
                         double margin, double *memory)
{
    if (margin <= 0)
        return replay_signs(t, rng, looks, shift);
    enum replay end = REPLAY_NOTHING;
    unsigned at = stats_rng_below(rng, t->n);
    for (unsigned n = 0; !end && n < stats_looks_count(looks); n++) {
        stats_insert(memory, n, shift + next(t, rng, &at));
        end = look(looks, memory, n + 1, margin);
    }
    return end;
}

enum replay trace_as_recorded(const struct trace *t, unsigned from, const struct stats_looks *looks, double margin,
                              double *memory)
{
    enum replay end = REPLAY_NOTHING;
    for (unsigned n = 0; !end && n < stats_looks_count(looks); n++) {
        stats_insert(memory, n, t->log_ratio[from + n]);
        end = look(looks, memory, n + 1, margin);
    }
    return end;
}

enum replay trace_replay_once(const struct trace *t, struct stats_rng *rng, unsigned pairs, double shift,
                              double *memory)
{
    unsigned at = stats_rng_below(rng, t->n);
    struct stats_interval signs, ranks;
    for (unsigned i = 0; i < pairs; i++)
        memory[i] = shift + next(t, rng, &at);
    stats_paired_ratio(memory, pairs, STATS_SIGN, level, &signs);
    stats_paired_ratio(memory, pairs, STATS_HODGES_LEHMANN, level, &ranks);
    if (signs.lower > 1 || ranks.lower > 1)
        return REPLAY_SIDE_1;
    return signs.upper < 1 || ranks.upper < 1 ? REPLAY_SIDE_0 : REPLAY_NOTHING;
}

bool trace_naive(const double *log_ratio, unsigned pairs)
{
    for (unsigned n = STATS_LEAST_N; n <= pairs; n++)
        if (stats_sign_test(log_ratio, n) < 0.05)
            return true;
    return false;
}

bool trace_replay_naive(const struct trace *t, struct stats_rng *rng, unsigned pairs)
{
    double x[1024];
    unsigned at = stats_rng_below(rng, t->n), n = 0;
    while (n < pairs && n < ARRAY_LEN(x))
        x[n++] = next(t, rng, &at);
    return trace_naive(x, n);
}
