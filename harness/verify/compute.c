/* SPDX-License-Identifier: MIT */
/*
 * compute: work that no model can do otherwise than another, a library's digests and a sieve, takes as long under each
 * as under serial, in trials so short that anything of a worker's start-up which slipped into the run would show: the
 * pages of a library that a forked worker maps anew, or a heap that grows.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>

#include "harness/base/base.h"
#include "harness/verify/longer.h"

enum { TRIAL_MS = 20 };

static void tell(struct verify *v, const struct cell *c, const struct longer *longer)
{
    struct bar_row r = {.bar = "compute", .unit = "%", .least = -0.5, .most = 0.5};
    snprintf(r.name, sizeof r.name, "compute equal %s %s", c->workload, c->model);
    row_estimate(&r, &longer->at95, &longer->sure, 100);
    snprintf(r.how, sizeof r.how, "%u pairs of trials of %d ms with serial", longer->pairs, TRIAL_MS);
    snprintf(r.note, sizeof r.note, "by CPU time %.3g %% (%.3g … %.3g)", 100 * longer->cpu.estimate,
             100 * longer->cpu.lower, 100 * longer->cpu.upper);
    verify_row(v, &r);
}

/* The workload does not run here, as where its library is not installed: the others are measured all the same. */
static void tell_unknown(struct verify *v, const char *workload, struct err *e)
{
    struct bar_row r = {.bar = "compute", .unit = "%", .least = -0.5, .most = 0.5};
    snprintf(r.name, sizeof r.name, "compute equal %s", workload);
    row_exact(&r, NAN);
    snprintf(r.how, sizeof r.how, "no trial of it runs here");
    snprintf(r.note, sizeof r.note, "%s", e->text);
    verify_row(v, &r);
    *e = (struct err){0};
}

static int of_workload(struct verify *v, const char *workload, struct err *e)
{
    static const char *const names[] = {"serial", "threads", "processes", "async", NULL};
    const struct sample_request q = {.workload = workload, .models = names, .trial_ns = TRIAL_MS * NS_PER_MS};
    struct plan p;
    int rc = sample_plan(v, &q, &p, e);
    if (rc && rc != -EINTR) {
        tell_unknown(v, workload, e);
        plan_release(&p);
        return 0;
    }
    for (unsigned i = 1; !rc && i < p.n_cells; i++) {
        struct longer longer;
        rc = longer_measure(v, &p.cells[0], &p.cells[i], v->quick ? 3 : 40, &longer, e);
        if (!rc)
            tell(v, &p.cells[i], &longer);
    }
    plan_release(&p);
    return rc;
}

static int run(struct verify *v, struct err *e)
{
    static const char *const workloads_of_it[] = {"sha256", "primes", NULL};
    int rc = 0;
    for (unsigned i = 0; !rc && workloads_of_it[i]; i++)
        rc = of_workload(v, workloads_of_it[i], e);
    return rc;
}

const struct bar bar_compute = {
    .name = "compute",
    .summary = "whether computing that models can't do differently takes as long under each",
    .run = run,
};
