/* SPDX-License-Identifier: MIT */
/*
 * false-alarms: a cell against itself, in fresh processes, alone and beside a load. One long series of pairs is cut
 * into comparisons that share none, each judged exactly as `run` judges two models after its default blocks.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/stats/order.h"
#include "harness/stats/ratio.h"
#include "harness/stats/verdict.h"
#include "harness/verify/trace.h"

enum { BLOCKS = 10 };
static const double level = 0.95, margin = 0.02;

/* What `run` says of a comparison alone in its family. */
static enum verdict judge(const double *log_ratio)
{
    double x[BLOCKS], p;
    unsigned index[1];
    struct stats_interval ratio;
    memcpy(x, log_ratio, sizeof x);
    p = stats_sign_test(x, BLOCKS);
    stats_holm(&p, 1, index);
    stats_paired_ratio(x, BLOCKS, STATS_SIGN, level, &ratio);
    return stats_family_verdict(&ratio, margin, p, 1 - level);
}

/* The same series as `run --precision` and `compare` look at it: until it is clear, then the next begins. */
static unsigned sequential(const struct trace *t, unsigned *comparisons)
{
    enum { MOST = 100 };
    double memory[3 * MOST];
    struct stats_sequence s;
    struct stats_interval i;
    const struct stats_stop_rule rule = {.clear = true, .margin = margin, .budget = 1e300};
    unsigned alarms = 0;
    *comparisons = 0;
    for (unsigned from = 0; from + MOST <= t->n; from += MOST, ++*comparisons) {
        stats_sequence_init(&s, memory, MOST);
        enum stats_stop stop = STATS_GO_ON;
        for (unsigned k = 0; k < MOST && !stop; k++) {
            stats_sequence_add(&s, t->log_ratio[from + k]);
            stats_sequence_interval(&s, STATS_ANY, level, &i);
            stop = stats_stop(&i, 0, 0, &rule);
        }
        const struct stats_interval ratio = {exp(i.estimate), exp(i.lower), exp(i.upper), i.level};
        enum verdict d = stats_verdict(&ratio, margin);
        alarms += d == VERDICT_FASTER || d == VERDICT_SLOWER;
    }
    return alarms;
}

static int one(struct verify *v, unsigned model, bool loaded, struct err *e)
{
    const struct trace *t;
    int rc = trace_get(v, model, loaded, &t, e);
    if (rc)
        return rc;
    unsigned n = t->n / BLOCKS, alarms = 0, equivalent = 0, looked;
    for (unsigned i = 0; i < n; i++) {
        enum verdict d = judge(t->log_ratio + (size_t)i * BLOCKS);
        alarms += d == VERDICT_FASTER || d == VERDICT_SLOWER;
        equivalent += d == VERDICT_EQUIVALENT;
    }
    struct bar_row r = {.bar = "false-alarms", .least = -INFINITY, .most = 5};
    snprintf(r.name, sizeof r.name, "false-alarms %s %s", v->models[model], loaded ? "loaded" : "alone");
    row_share(&r, alarms, n);
    snprintf(r.how, sizeof r.how,
             "%u comparisons of a cell with itself, %d pairs of %.0f ms trials each, judged as run does: %u faster or "
             "slower, %u equivalent",
             n, BLOCKS, t->run_ms, alarms, equivalent);
    unsigned wrong = sequential(t, &looked);
    snprintf(r.note, sizeof r.note, "spread of a pair %.2g %%; looked at after each pair until clear: %u of %u wrong",
             100 * t->spread, wrong, looked);
    if (t->failed)
        text_append(r.note, sizeof r.note, "; %u pairs failed", t->failed);
    verify_row(v, &r);
    return 0;
}

static int run(struct verify *v, struct err *e)
{
    int rc = 0;
    for (unsigned loaded = 0; loaded < 2; loaded++)
        for (unsigned i = 0; !rc && i < v->n_models; i++)
            rc = one(v, i, loaded, e);
    return rc;
}

const struct bar bar_false_alarms = {
    .name = "false-alarms",
    .summary = "identical cells in fresh processes, alone and beside a load: how often run calls one faster",
    .run = run,
};
