/* SPDX-License-Identifier: MIT */
/* Cells and trials for bars; see sample.h. */
#include "harness/verify/sample.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/experiment/pilot.h"
#include "harness/trial/spawn.h"
#include "harness/verify/planted.h"

enum { LIMIT_S = 60 }; /* for hangs: no trial of a check takes a second, but a machine may be slow or busy */

static int ask(struct request *r, const struct sample_request *q, struct err *e)
{
    const struct workload *w = workload_find(q->workload);
    struct sweep *s = w ? request_add(r, w) : NULL;
    if (!s)
        return w ? err_set(e, ENOMEM, "out of memory") : err_set(e, EINVAL, "unknown workload %s", q->workload);
    for (unsigned i = 0; i < WORKLOAD_MAX_PARAMS; i++)
        if (q->set_mask >> i & 1) {
            s->set[i].n = 1;
            s->set[i].v[0] = q->set[i];
        }
    for (unsigned i = 0; q->models[i]; i++) {
        s->models[s->n_models] = model_find(q->models[i]);
        if (!s->models[s->n_models++])
            return err_set(e, EINVAL, "unknown model %s", q->models[i]);
    }
    s->n_workers = s->n_concurrency = 1;
    s->workers[0] = q->workers ? q->workers : 1;
    s->concurrency[0] = q->concurrency ? q->concurrency : 1;
    s->trial_ns = q->trial_ns;
    s->trial_is_set = true;
    s->units = q->units;
    s->tasks = q->tasks;
    return 0;
}

int sample_plan(const struct verify *v, const struct sample_request *q, struct plan *p, struct err *e)
{
    struct request r;
    request_init(&r);
    *p = (struct plan){0};
    r.name = "verify";
    r.seed = v->seed;
    r.limit_ns = LIMIT_S * NS_PER_S;
    int rc = ask(&r, q, e);
    if (!rc)
        rc = plan_build(p, &r, e);
    CLEANUP_FREE double *expected_ns = calloc(p->n_cells + 1, sizeof *expected_ns);
    struct pilot pilot = {.how = {.scratch = v->scratch, .stop = v->stop}, .expected_ns = expected_ns};
    if (!rc)
        rc = expected_ns ? plan_calibrate(p, &r, &pilot, e) : err_set(e, ENOMEM, "out of memory");
    request_release(&r);
    return rc;
}

double sample_equiv(void)
{
    struct request r;
    request_init(&r);
    double equiv = r.equiv;
    request_release(&r);
    return equiv;
}

int sample_rounds(const struct verify *v, double ns, int64_t *rounds, struct err *e)
{
    enum { PROBES = 5, UNITS = 2000, ROUNDS = 2000 };
    static const char *const names[] = {BARE_MODEL, NULL};
    const struct sample_request q = {.workload = LOOP_WORKLOAD,
                                     .set = {[LOOP_ROUNDS] = ROUNDS},
                                     .set_mask = 1 << LOOP_ROUNDS,
                                     .models = names,
                                     .units = UNITS,
                                     .tasks = 1};
    struct plan p;
    double least = INFINITY;
    int rc = sample_plan(v, &q, &p, e);
    for (unsigned i = 0; !rc && i < PROBES; i++) {
        struct trial_record r;
        rc = trial_spawn(&(struct spawn){.scratch = v->scratch, .stop = v->stop}, &p.cells[0], &r, e);
        if (!rc && r.status != TRIAL_OK)
            rc = err_set(e, EIO, "%s", r.reason);
        least = fmin(least, (double)(r.cpu_user_ns + r.cpu_system_ns) / UNITS / ROUNDS); /* waits for nobody */
        trial_record_release(&r);
    }
    plan_release(&p);
    *rounds = rc ? 0 : (int64_t)ceil(ns / least);
    return rc;
}

int sample_trial(const struct verify *v, const struct cell *c, struct work_reference *ref, struct trial_record *r,
                 struct err *e)
{
    int rc = trial_spawn(&(struct spawn){.scratch = v->scratch, .stop = v->stop}, c, r, e);
    if (!rc && r->status == TRIAL_OK)
        work_is_identical(c, r, ref);
    return rc;
}

static void note_cpu(void *arg, unsigned pair, unsigned side, const struct trial_record *r)
{
    const struct sample_cpu *cpu = arg;
    cpu->ns[side][pair] = r->status == TRIAL_OK ? (double)(r->cpu_user_ns + r->cpu_system_ns) : (double)NAN;
}

static int measure(struct verify *v, const struct cell *a, const struct cell *b, unsigned most,
                   const struct stats_stop_rule *rule, const struct sample_cpu *cpu, struct pairs_result *out,
                   struct err *e)
{
    struct sample_cpu copy = cpu ? *cpu : (struct sample_cpu){{NULL, NULL}};
    const struct pairs p = {
        .cell = {a, b},
        .scratch = v->scratch,
        .stop = v->stop,
        .seed = mix64(v->seed + ++v->drawn),
        .most = most,
        .level = 0.95,
        .rule = *rule,
        .each = cpu ? note_cpu : NULL,
        .arg = &copy,
    };
    return pairs_measure(&p, out, e);
}

int sample_pairs(struct verify *v, const struct cell *a, const struct cell *b, unsigned most, double seconds,
                 const struct sample_cpu *cpu, struct pairs_result *out, struct err *e)
{
    const struct stats_stop_rule rule = {.budget = seconds * 1e9};
    return measure(v, a, b, most, &rule, cpu, out, e);
}

int sample_pairs_until_clear(struct verify *v, const struct cell *a, const struct cell *b, unsigned most,
                             double seconds, double margin, struct pairs_result *out, struct err *e)
{
    const struct stats_stop_rule rule = {.clear = true, .margin = margin, .budget = seconds * 1e9};
    return measure(v, a, b, most, &rule, NULL, out, e);
}
