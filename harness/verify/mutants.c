/* SPDX-License-Identifier: MIT */
/*
 * mutants: workloads and models with one mistake each must all be caught by the checks that every trial of a run goes
 * through, and each by the check that is there for it: what ends in any other way, or can't be tried, is not counted as
 * caught. Sound trials of all models and many workloads must never be accused.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/plan/sweep.h"
#include "harness/verify/planted.h"
#include "harness/verify/sample.h"

enum { UNITS = 32, TASKS = 8, CONCURRENCY = 4, CLEAN = 500, CLEAN_QUICK = 50, HANG_S = 2, RUN_TRIALS = 6 };
/* A wait that is halved is seen only if the unit does not then wait as long for a busy processing unit. A run that can
 * tell anything has RUN_TRIALS trials of each cell, and one that is void is enough: so many are tried. */
static const int64_t rounds = 2000, wait_ns = 1000000, halved_wait_ns = 20000000;

struct tally {
    unsigned n, hit;
    char missed[400], last[200];
};

/* What catches a mistake. */
enum by { BY_CHECKSUM, BY_UNITS, BY_OPS, BY_FLOOR, BY_EXIT, BY_LEFT, BY_LIMIT };
static const struct {
    enum trial_status status;
    const char *reason; /* a part of it */
} checks[] = {
    [BY_CHECKSUM] = {TRIAL_VOID, "the work differs: checksum"},
    [BY_UNITS] = {TRIAL_VOID, "the work differs: units"},
    [BY_OPS] = {TRIAL_VOID, "the work differs: cpu ops"},
    [BY_FLOOR] = {TRIAL_VOID, "the work differs: a unit took ns"},
    [BY_EXIT] = {TRIAL_FAILED, "ended early with exit code 0"},
    [BY_LEFT] = {TRIAL_FAILED, "the workload left 1 process behind"},
    [BY_LIMIT] = {TRIAL_FAILED, "killed at its limit"},
};

static const enum by of_loop[LOOP_AGREED_DEAD] = {
    [LOOP_SKIPPED_OP] = BY_CHECKSUM,      [LOOP_DEAD_LOOP] = BY_CHECKSUM,
    [LOOP_WRONG_CHECKSUM] = BY_CHECKSUM,  [LOOP_SKIPPED_WAIT] = BY_FLOOR,
    [LOOP_HALF_WAIT] = BY_FLOOR,          [LOOP_LOST_UNIT] = BY_UNITS,
    [LOOP_UNIT_TWICE] = BY_CHECKSUM,      [LOOP_FORKED_SKIPPED_OP] = BY_CHECKSUM,
    [LOOP_FORKED_CHECKSUM] = BY_CHECKSUM, [LOOP_FORKED_LOST_CHILD] = BY_EXIT,
    [LOOP_FORKED_LEFT_CHILD] = BY_LEFT,
};

#define POOL(id, text, pool, forks, mistake, seen) {"verify-" text, seen},
static const struct {
    const char *model;
    enum by by;
} of_pool[] = {
#include "harness/verify/mutant_pools.def"
};
#undef POOL

/* What must catch the cell's mistake; false: it has none. */
static bool mistaken(const struct cell *c, enum by *by)
{
    for (unsigned i = 0; i < ARRAY_LEN(of_pool); i++)
        if (strcmp(of_pool[i].model, c->model) == 0) {
            *by = of_pool[i].by;
            return true;
        }
    *by = of_loop[c->p[LOOP_MUTANT]];
    return c->p[LOOP_MUTANT] != LOOP_SOUND;
}

/* One more mutant; `how` it ended when not as it must. */
static void count(struct tally *t, bool caught, const struct cell *c, const char *how)
{
    t->n++;
    t->hit += caught;
    if (!caught)
        text_append(t->missed, sizeof t->missed, "%s%s of %s: %.80s", t->missed[0] ? ", " : "",
                    loop_mutant_names[c->p[LOOP_MUTANT]], c->model, how);
}

static struct sample_request loops(const char *const *names, int64_t mutant, int64_t wait)
{
    return (struct sample_request){.workload = LOOP_WORKLOAD,
                                   .set = {[LOOP_ROUNDS] = rounds, [LOOP_WAIT] = wait, [LOOP_MUTANT] = mutant},
                                   .set_mask = 1 << LOOP_ROUNDS | 1 << LOOP_WAIT | 1 << LOOP_MUTANT,
                                   .models = names,
                                   .concurrency = CONCURRENCY,
                                   .units = UNITS,
                                   .tasks = TASKS};
}

/* A sound cell has one trial, which sets the reference where it is the first; a mutant as many as may show it. */
static int try_cell(struct verify *v, const struct cell *c, struct work_reference *ref, struct tally *t, struct err *e)
{
    struct trial_record r;
    enum by by;
    bool wrong = mistaken(c, &by), caught = false;
    unsigned most = wrong && by == BY_FLOOR ? RUN_TRIALS : 1, n = 0;
    do {
        int rc = *v->stop ? -EINTR : sample_trial(v, c, ref, &r, e);
        if (rc)
            return rc;
        caught = wrong && r.status == checks[by].status && strstr(r.reason, checks[by].reason);
        trial_record_release(&r);
    } while (r.status == TRIAL_OK && ++n < most); /* what else ended it is told, not tried again */
    if (wrong)
        count(t, caught, c, r.reason[0] ? r.reason : "not seen");
    return 0;
}

/* Trials of each cell of the plan, in order; the mistakes that are caught are counted. A cell that can't be tried here
 * counts as missed, so that there are as many mutants on every machine. */
static int hunt(struct verify *v, struct plan *p, struct tally *t, struct err *e)
{
    struct work_reference ref = {0};
    int rc = 0;
    for (unsigned i = 0; !rc && i < p->n_cells; i++) {
        struct cell *c = &p->cells[i];
        enum by by;
        const char *why;
        bool wrong = mistaken(c, &by);
        c->latency_stride = 1; /* each unit is timed, so none can hide below its floor */
        if (wrong && by == BY_LIMIT)
            c->limit_ns = HANG_S * NS_PER_S; /* it hangs; the others must have room on a busy machine */
        if (!plan_skipped(p, i, &why))
            rc = try_cell(v, c, &ref, t, e);
        else if (wrong)
            count(t, false, c, why);
    }
    return rc;
}

static int of_workloads(struct verify *v, struct tally *t, struct err *e)
{
    static const char *const any[] = {"serial", "threads", "processes", "async", "async-threads", NULL};
    static const char *const forked[] = {"processes", "processes-pipe", "processes-each", "async-processes", NULL};
    int rc = 0;
    for (int64_t m = LOOP_SOUND + 1; !rc && m < LOOP_AGREED_DEAD; m++) {
        const struct sample_request q =
            loops(m < LOOP_FORKED_SKIPPED_OP ? any : forked, m, m == LOOP_HALF_WAIT ? halved_wait_ns : wait_ns);
        struct plan p;
        rc = sample_plan(v, &q, &p, e);
        if (!rc)
            rc = hunt(v, &p, t, e);
        plan_release(&p);
    }
    return rc;
}

/* Work that is dropped from the golden value, too, is seen by nothing but the CPU time that a multiple of it takes. */
static int of_dead_code(struct verify *v, struct tally *t, struct err *e)
{
    static const char *const serial[] = {"serial", NULL};
    const struct sample_request q = {.workload = DEAD_WORKLOAD, .models = serial, .trial_ns = 20 * NS_PER_MS};
    struct plan p;
    int rc = sample_plan(v, &q, &p, e);
    if (!rc)
        text_append(t->missed, sizeof t->missed, "%s%s: %s", t->missed[0] ? ", " : "",
                    loop_mutant_names[LOOP_AGREED_DEAD], p.n_doubts ? p.doubts[0].reason : "not seen");
    plan_release(&p);
    if (rc && rc != -EBADE)
        return rc;
    t->n++;
    t->hit += rc == -EBADE;
    return 0;
}

static int of_models(struct verify *v, struct tally *t, struct err *e)
{
    int rc = 0;
    for (unsigned i = 0; !rc && i < ARRAY_LEN(of_pool); i++) {
        const char *const pair[] = {"serial", of_pool[i].model, NULL};
        const struct sample_request q = loops(pair, LOOP_SOUND, of_pool[i].by == BY_FLOOR ? halved_wait_ns : wait_ns);
        struct plan p;
        rc = sample_plan(v, &q, &p, e);
        if (!rc)
            rc = hunt(v, &p, t, e);
        plan_release(&p);
    }
    return rc;
}

static void tell_caught(struct verify *v, const char *name, const struct tally *t)
{
    struct bar_row r = {.bar = "mutants", .unit = "%", .least = 100, .most = INFINITY};
    snprintf(r.name, sizeof r.name, "mutants of %s caught", name);
    row_exact(&r, t->n ? 100. * t->hit / t->n : NAN);
    snprintf(r.how, sizeof r.how,
             "%u of %u mistakes had a trial refused, void or failed, each by the check that is there for it", t->hit,
             t->n);
    if (t->missed[0])
        snprintf(r.note, sizeof r.note, "missed, or caught by something else: %s", t->missed);
    verify_row(v, &r);
}

/* Sound work: a few workloads of each kind under all models, again and again until enough trials are done. */
static int clean(struct verify *v, struct tally *t, struct err *e)
{
    static const struct {
        const char *workload;
        unsigned set_mask;
        int64_t set[2];
        unsigned concurrency;
    } kinds[] = {{"null", 0, {0}, 4},
                 {"primes", 1, {3000}, 2},
                 {"squares", 1, {2000}, 3},
                 {"sleep", 1, {200000}, 4},
                 {"pingpong", 0, {0}, 2},
                 {"request", 3, {2000, 200000}, 4},
                 {"verify-loop", 3, {500, 0}, 2}};
    const char *all[SWEEP_MAX_MODELS + 1] = {NULL};
    for (unsigned i = 0; models[i] && i < SWEEP_MAX_MODELS; i++)
        all[i] = models[i]->name;
    unsigned most = v->quick ? CLEAN_QUICK : CLEAN;
    for (unsigned k = 0; t->n < most; k = (k + 1) % ARRAY_LEN(kinds)) {
        struct sample_request q = {.workload = kinds[k].workload,
                                   .set = {kinds[k].set[0], kinds[k].set[1]},
                                   .set_mask = kinds[k].set_mask,
                                   .models = all,
                                   .concurrency = kinds[k].concurrency,
                                   .units = UNITS,
                                   .tasks = TASKS};
        struct work_reference ref = {0};
        struct plan p;
        int rc = sample_plan(v, &q, &p, e);
        for (unsigned i = 0; !rc && i < p.n_cells && t->n < most; i++) {
            struct trial_record r;
            if (plan_skipped(&p, i, NULL))
                continue;
            rc = *v->stop ? -EINTR : sample_trial(v, &p.cells[i], &ref, &r, e);
            if (rc)
                break;
            t->n++;
            if (r.status != TRIAL_OK) {
                t->hit++;
                snprintf(t->last, sizeof t->last, "%.40s under %.40s: %.100s", p.cells[i].workload, p.cells[i].model,
                         r.reason);
            }
            trial_record_release(&r);
        }
        plan_release(&p);
        if (rc)
            return rc;
    }
    return 0;
}

static int run(struct verify *v, struct err *e)
{
    struct tally t[3] = {0};
    int rc = of_workloads(v, &t[0], e);
    if (!rc)
        rc = of_dead_code(v, &t[0], e);
    if (rc)
        return rc;
    tell_caught(v, "workloads", &t[0]);
    rc = of_models(v, &t[1], e);
    if (rc)
        return rc;
    tell_caught(v, "models", &t[1]);
    rc = clean(v, &t[2], e);
    if (rc)
        return rc;
    struct bar_row r = {
        .bar = "mutants", .unit = "count", .name = "mutants false alarms", .least = -INFINITY, .most = 0};
    row_exact(&r, t[2].hit);
    snprintf(r.how, sizeof r.how, "%u sound trials of all models and 7 workloads that were not ok", t[2].n);
    snprintf(r.note, sizeof r.note, "%s", t[2].last);
    verify_row(v, &r);
    return 0;
}

const struct bar bar_mutants = {
    .name = "mutants",
    .summary = "workloads and models with one mistake each: all caught, and no sound trial accused",
    .run = run,
};
