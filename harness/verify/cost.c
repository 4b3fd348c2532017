/* SPDX-License-Identifier: MIT */
/*
 * cost: what the harness adds. The same loop of known length, once as units under a model and once in a plain loop
 * without steps, counts and clocks, in fresh processes side by side: at units of 10 µs, as a share, and at units of a
 * few iterations, where what the harness adds is a large part of the time, per iteration. Then models against serial at
 * long units, where they should all be alike.
 */
#include <math.h>
#include <stdio.h>

#include "harness/base/base.h"
#include "harness/verify/longer.h"
#include "harness/verify/planted.h"

enum { SHORT_TRIAL_MS = 20, LONG_TRIAL_MS = 50 };
/* Iterations in the shortest units: an eightieth of those of 10 µs, so that a cost of 0.5 ns each, which is 50 ns a
 * unit, is a third of the time and not 0.5 % of it. */
enum { FEW = 100 };

static struct sample_request loops(int64_t rounds, const char *const *names, uint64_t trial_ns)
{
    return (struct sample_request){.workload = LOOP_WORKLOAD,
                                   .set = {[LOOP_ROUNDS] = rounds},
                                   .set_mask = 1 << LOOP_ROUNDS,
                                   .models = names,
                                   .trial_ns = trial_ns};
}

static void note_timed(struct bar_row *r, const struct cell *c)
{
    if (c->latency_stride)
        text_append(r->note, sizeof r->note, "; one in %llu units is timed", (unsigned long long)c->latency_stride);
    else
        text_append(r->note, sizeof r->note, "; no unit is timed, they are too short for the clock");
}

static void tell_share(struct verify *v, const struct cell *c, const struct longer *more)
{
    struct bar_row r = {.bar = "cost", .unit = "%", .least = -INFINITY, .most = 0.5};
    snprintf(r.name, sizeof r.name, "cost of 10us units %s", c->model);
    row_estimate(&r, &more->at95, &more->sure, 100);
    snprintf(r.how, sizeof r.how, "%u pairs of trials of %d ms: units of a CPU loop against a plain loop", more->pairs,
             SHORT_TRIAL_MS);
    snprintf(r.note, sizeof r.note, "by CPU time %.3g %% (%.3g … %.3g)", 100 * more->cpu.estimate,
             100 * more->cpu.lower, 100 * more->cpu.upper);
    note_timed(&r, c);
    verify_row(v, &r);
}

static void tell_iteration(struct verify *v, const struct cell *c, const struct longer *more)
{
    double each_ns = more->base_ns / (double)c->units / FEW;
    struct bar_row r = {.bar = "cost", .unit = "ns", .least = -INFINITY, .most = 0.5};
    snprintf(r.name, sizeof r.name, "cost of an iteration %s", c->model);
    row_estimate(&r, &more->at95, &more->sure, each_ns);
    snprintf(r.how, sizeof r.how,
             "%u pairs of trials of %d ms: units of %d iterations of a CPU loop, %.2f ns each, against a plain loop",
             more->pairs, SHORT_TRIAL_MS, FEW, each_ns);
    snprintf(r.note, sizeof r.note, "by CPU time %.3g ns (%.3g … %.3g), %.3g ns a unit", each_ns * more->cpu.estimate,
             each_ns * more->cpu.lower, each_ns * more->cpu.upper, FEW * each_ns * more->cpu.estimate);
    note_timed(&r, c);
    verify_row(v, &r);
}

/* Against the plain loop, at units of so many iterations. */
static int against_bare(struct verify *v, int64_t rounds, double seconds,
                        void (*tell)(struct verify *v, const struct cell *c, const struct longer *more), struct err *e)
{
    static const char *const names[] = {BARE_MODEL, "serial", "threads", "processes", "async", NULL};
    struct plan p;
    const struct sample_request q = loops(rounds, names, SHORT_TRIAL_MS * NS_PER_MS);
    int rc = sample_plan(v, &q, &p, e);
    for (unsigned i = 1; !rc && i < p.n_cells; i++) {
        struct longer more;
        rc = longer_measure(v, &p.cells[0], &p.cells[i], seconds, &more, e);
        if (!rc)
            tell(v, &p.cells[i], &more);
    }
    plan_release(&p);
    return rc;
}

/* Models against serial, at units of about 1 ms. */
static int between_models(struct verify *v, struct err *e)
{
    static const char *const names[] = {"serial", "threads", "processes", "async", NULL};
    int64_t rounds;
    struct plan p = {0};
    int rc = sample_rounds(v, 1e6, &rounds, e);
    const struct sample_request q = loops(rounds, names, LONG_TRIAL_MS * NS_PER_MS);
    if (!rc)
        rc = sample_plan(v, &q, &p, e);
    for (unsigned i = 1; !rc && i < p.n_cells; i++) {
        struct longer more;
        rc = longer_measure(v, &p.cells[0], &p.cells[i], v->quick ? 3 : 50, &more, e);
        if (rc)
            break;
        struct bar_row r = {.bar = "cost", .unit = "%", .least = -0.2, .most = 0.2};
        snprintf(r.name, sizeof r.name, "cost equal at 1ms units %s", p.cells[i].model);
        row_estimate(&r, &more.at95, &more.sure, 100);
        snprintf(r.how, sizeof r.how, "%u pairs of trials of %d ms with serial", more.pairs, LONG_TRIAL_MS);
        snprintf(r.note, sizeof r.note, "by CPU time %.3g %% (%.3g … %.3g)", 100 * more.cpu.estimate,
                 100 * more.cpu.lower, 100 * more.cpu.upper);
        verify_row(v, &r);
    }
    plan_release(&p);
    return rc;
}

static int run(struct verify *v, struct err *e)
{
    int64_t rounds;
    int rc = sample_rounds(v, 10000, &rounds, e);
    if (!rc)
        rc = against_bare(v, rounds, v->quick ? 2 : 30, tell_share, e);
    if (!rc)
        rc = against_bare(v, FEW, v->quick ? 2 : 15, tell_iteration, e);
    return rc ? rc : between_models(v, e);
}

const struct bar bar_cost = {
    .name = "cost",
    .summary = "what the harness adds to a CPU loop, and whether models add the same",
    .run = run,
};
