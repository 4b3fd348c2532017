/* SPDX-License-Identifier: MIT */
/*
 * How much work a trial holds: measured once for each workload with its parameters, on serial (or, for work that needs
 * several tasks in flight, on threads at that concurrency), and then the same for every model. Grows until a pilot
 * takes 20 ms, so that start-up and the clock don't set the scale.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/plan/sweep.h"
#include "harness/trial/spawn.h"

enum { PILOT_LEAST_NS = 20000000, ROUNDS = 8, CLOCK_NS = 50 };
/* Tasks that a workload deals out itself: enough to share out evenly, few enough that a fork for each takes seconds,
 * not minutes. The other is as many as --tasks allows. */
enum { MOST_DEALT = 10000, MOST_TASKS = 1000000 };

/* How many tasks hold the units, when the workload says how many a task has; 0: it does not. */
static uint64_t dealt(const struct workload *w, const int64_t *p, uint64_t units)
{
    uint64_t each = w->task_units ? w->task_units(p) : 0;
    if (!each)
        return 0;
    uint64_t tasks = (units - 1) / each + 1;
    return tasks < MOST_TASKS ? tasks : MOST_TASKS;
}

/* Every how-manieth unit is timed: two clock reads are to cost at most 0.5 % of what they are spread over. */
static uint64_t stride_for(double unit_ns)
{
    if (unit_ns >= 10000)
        return 1;
    if (unit_ns < 20 * CLOCK_NS)
        return 0; /* the clock would be more than a tenth of what it times */
    return (uint64_t)ceil(2 * CLOCK_NS / (0.005 * unit_ns));
}

static int pilot(const struct cell *like, uint64_t units, const char *scratch, const volatile int *stop,
                 double *unit_ns, struct err *e)
{
    struct cell c = *like;
    const struct workload *w = workload_find(c.workload);
    unsigned group = w->group ? w->group : 1;
    struct err why;
    c.model = group > 1 ? "threads" : "serial";
    c.mode = MODE_BATCH;
    c.libc_threads = LIBC_AS_MADE;
    c.concurrency = c.offered = group;
    c.tasks = dealt(w, c.p, units) ? (unsigned)dealt(w, c.p, units) : group;
    c.n_pus = c.n_pus ? 1 : 0;
    model_shape(model_find(c.model), w, &c, &why);
    c.units = units;
    c.latency_stride = 0;
    struct trial_record r;
    int rc = trial_spawn(&c, scratch, stop, &r, e);
    if (!rc && r.status != TRIAL_OK)
        rc = err_set(e, EIO, "calibrating %s: %s", c.workload, r.reason);
    *unit_ns = (double)r.run_ns / (double)units;
    trial_record_release(&r);
    return rc;
}

static int measure(const struct cell *like, const char *scratch, const volatile int *stop, double *unit_ns,
                   struct err *e)
{
    uint64_t units = 1;
    for (;;) {
        int rc = pilot(like, units, scratch, stop, unit_ns, e);
        if (rc || *unit_ns * (double)units >= PILOT_LEAST_NS)
            return rc;
        double more = PILOT_LEAST_NS * 1.5 / (*unit_ns > 0.01 ? *unit_ns : 0.01);
        /* At most 100 times as many: the first pilots are mostly start-up. */
        units = more > 100.0 * (double)units ? units * 100 : (uint64_t)more + 1;
    }
}

static bool calibrated_alike(const struct plan *p, const struct request *r, unsigned i, unsigned j)
{
    const struct cell *a = &p->cells[i], *b = &p->cells[j];
    return a->workload == b->workload && a->mode == b->mode && a->duration_ns == b->duration_ns &&
           memcmp(a->p, b->p, sizeof a->p) == 0 &&
           sweep_same_amount(&r->sweeps[p->sweep_of[i]], &r->sweeps[p->sweep_of[j]]);
}

static void settle(struct plan *p, const struct request *r, unsigned first, double unit_ns)
{
    const struct sweep *s = &r->sweeps[p->sweep_of[first]];
    const struct cell *like = &p->cells[first];
    const struct workload *w = workload_find(like->workload);
    unsigned group = w->group ? w->group : 1, most = group;
    for (unsigned i = first; i < p->n_cells; i++)
        if (calibrated_alike(p, r, first, i) && p->cells[i].concurrency > most)
            most = p->cells[i].concurrency;
    uint64_t units = s->units ? s->units : (uint64_t)((double)s->trial_ns / unit_ns) + 1;
    uint64_t tasks = s->tasks ? s->tasks : dealt(w, like->p, units);
    if (!tasks)
        tasks = (uint64_t)most * (w->rounds ? w->rounds : ROUNDS);
    else if (!s->tasks && !s->units && tasks > MOST_DEALT)
        units = (tasks = MOST_DEALT) * w->task_units(like->p);
    tasks = (tasks + group - 1) / group * group;
    uint64_t groups = tasks / group;
    if (!s->units)
        units = (units + groups - 1) / groups * groups; /* every task the same share */
    uint64_t stride = stride_for(unit_ns);
    for (unsigned i = first; i < p->n_cells; i++) {
        struct cell *c = &p->cells[i];
        if (!calibrated_alike(p, r, first, i))
            continue;
        c->latency_stride = stride;
        c->units = c->mode == MODE_BATCH ? units : 0;
        c->tasks = c->mode == MODE_BATCH ? (unsigned)tasks : c->concurrency / group * group;
    }
}

int plan_calibrate(struct plan *p, const struct request *r, const char *scratch, const volatile int *stop,
                   void (*say)(const char *), struct err *e)
{
    for (unsigned i = 0; i < p->n_cells; i++) {
        bool done = plan_skipped(p, i, NULL);
        for (unsigned j = 0; !done && j < i; j++)
            done = !plan_skipped(p, j, NULL) && calibrated_alike(p, r, i, j);
        if (done)
            continue;
        double unit_ns;
        if (say)
            say(p->cells[i].workload);
        int rc = measure(&p->cells[i], scratch, stop, &unit_ns, e);
        if (rc)
            return rc;
        settle(p, r, i, unit_ns);
    }
    return 0;
}
