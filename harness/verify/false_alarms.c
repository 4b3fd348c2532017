/* SPDX-License-Identifier: MIT */
/*
 * false-alarms: a cell against itself, in fresh processes, alone and beside a load. One long series of pairs is cut
 * into comparisons that share none, each judged exactly as `run` judges two models after its default blocks: once with
 * `--equiv 0`, where any difference that is claimed is an alarm (the rule of the bar slowdown), and once with the
 * margin that it has by default, under which an interval inside of it is "equivalent" and no alarm.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/stats/order.h"
#include "harness/stats/ratio.h"
#include "harness/stats/verdict.h"
#include "harness/verify/sample.h"
#include "harness/verify/trace.h"

enum { BLOCKS = 10 };
static const double level = 0.95;

/* What `run` says of a comparison alone in its family. */
static enum verdict judge(const double *log_ratio, double margin)
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

static void tell(struct verify *v, const char *model, const struct trace *t, bool loaded, double margin)
{
    unsigned n = t->n / BLOCKS, count[4] = {0};
    for (unsigned i = 0; i < n; i++)
        count[judge(t->log_ratio + (size_t)i * BLOCKS, margin)]++;
    unsigned alarms = count[VERDICT_FASTER] + count[VERDICT_SLOWER];
    struct bar_row r = {.bar = "false-alarms", .least = -INFINITY, .most = 5};
    snprintf(r.name, sizeof r.name, "false-alarms %.20s %s --equiv %g%%", model, loaded ? "loaded" : "alone",
             100 * margin);
    row_share(&r, alarms, n);
    snprintf(
        r.how, sizeof r.how,
        "%u comparisons of a cell with itself, %d pairs of %.0f ms trials each, judged as run --equiv %g%% does: %u "
        "faster or slower, %u equivalent",
        n, BLOCKS, t->run_ms, 100 * margin, alarms, count[VERDICT_EQUIVALENT]);
    snprintf(r.note, sizeof r.note, "spread of a pair %.2g %%", 100 * t->spread);
    if (t->failed)
        text_append(r.note, sizeof r.note, "; %u pairs failed", t->failed);
    if (!trace_load_failed(t, &r) && loaded)
        text_append(r.note, sizeof r.note, "; the load got %.0f %% of its processing unit", 100 * t->load_share);
    verify_row(v, &r);
}

static int one(struct verify *v, unsigned model, bool loaded, struct err *e)
{
    const struct trace *t;
    int rc = trace_get(v, model, loaded, &t, e);
    if (rc)
        return rc;
    tell(v, v->models[model], t, loaded, 0);
    tell(v, v->models[model], t, loaded, sample_equiv());
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
    .summary = "identical cells in fresh processes, alone and beside a load: how often one is called faster",
    .run = run,
};
