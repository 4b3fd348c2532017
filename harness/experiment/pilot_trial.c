/* SPDX-License-Identifier: MIT */
/* Trials of pilots; see pilot_trial.h. */
#include "harness/experiment/pilot_trial.h"

#include <errno.h>
#include <math.h>
#include <sched.h>

#include "harness/base/base.h"
#include "harness/machine/machine.h"
#include "harness/model/model.h"

enum {
    PILOT_ENOUGH_NS = 400000000, /* then what it says is taken, however few and unlike its units are */
    MANY_UNITS = 256,            /* so many and the expensive ones among them are taken to be in proportion */
    /* What a timed unit costs amid others that are not: two reads of the clock, and code and lines of the recorder that
     * have gone cold since the last. 250 to 1100 ns were measured, by how others use the cache. */
    TIMING_NS = 1000,
    LEAST_TIMED_NS = 1000, /* below it the clock would be a tenth of what it times */
    MOST_TASKS = 1000000   /* as many as --tasks allows */
};

static const double timing_share = 0.001, alike_within = 0.2;

uint64_t pilot_stride(double unit_ns)
{
    if (unit_ns < LEAST_TIMED_NS)
        return 0;
    return (uint64_t)ceil(TIMING_NS / (timing_share * unit_ns));
}

const char *pilot_model(const struct cell *c)
{
    return intern(workload_group(workload_find(c->workload), c->p) > 1 ? "threads" : "serial");
}

uint64_t pilot_tasks(uint64_t each, uint64_t units)
{
    if (!each)
        return 0;
    uint64_t tasks = (units - 1) / each + 1;
    return tasks < MOST_TASKS ? tasks : MOST_TASKS;
}

int pilot_trial(const struct cell *like, uint64_t units, uint64_t each, uint64_t stride, const struct pilot *pilot,
                struct trial_record *r, struct err *e)
{
    struct cell c = *like;
    unsigned group = workload_group(workload_find(like->workload), like->p);
    struct err why;
    c.model = pilot_model(like);
    c.mode = MODE_BATCH;
    c.libc_threads = LIBC_AS_MADE;
    c.gaps = false;
    c.concurrency = c.offered = group;
    c.tasks = (unsigned)pilot_tasks(each, units);
    if (!c.tasks)
        c.tasks = group;
    if (!c.n_pus) /* unpinned: pinned for the pilot, else units and stride would depend on where its tasks run */
        c.pus[0] = sched_getcpu();
    c.n_pus = c.n_pus || pin_try() == 0; /* where pinning is denied, --order none does without */
    model_shape(model_find(c.model), workload_find(c.workload), &c, &why);
    c.units = units;
    c.latency_stride = stride;
    int rc = trial_spawn(&pilot->how, &c, r, e);
    if (!rc && r->status != TRIAL_OK)
        rc = err_set(e, EIO, "calibrating %s: %s", c.workload, r->reason);
    if (rc)
        trial_record_release(r);
    return rc;
}

double pilot_own_ns(const struct trial_record *r, unsigned n_pus)
{
    bool others = r->n_workers && r->n_workers <= n_pus && !r->queue_wait_ns.why;
    uint64_t waited = others ? (uint64_t)r->queue_wait_ns.value / r->n_workers : 0;
    return (double)(waited < r->run_ns ? r->run_ns - waited : r->run_ns);
}

/* Is a pilot's cost of a unit that of all? Units need not be alike, and the first may be the only one for a long time
 * that has heavy work: then twice as many cost less each than before. `was` with no units: there is none before. */
static bool representative(const struct cost *cost, const struct cost *was)
{
    double run = cost->unit_ns * (double)cost->units;
    bool alike = was->units && cost->units >= 2 * was->units && fabs(cost->unit_ns / was->unit_ns - 1) < alike_within;
    return run >= PILOT_LEAST_NS && (cost->units >= MANY_UNITS || alike || run >= PILOT_ENOUGH_NS);
}

/* What of a golden value's time grows with the units, by this pilot and the one before; all of it where there is none.
 */
static void golden_parts(struct cost *cost, double golden_ns, const struct cost *was)
{
    double units = (double)cost->units, more = units - (double)was->units;
    double least = was->units ? was->golden_once_ns + was->golden_ns * (double)was->units : 0;
    cost->golden_ns = golden_ns > least ? (golden_ns - least) / more : 0;
    if (cost->golden_ns * units > golden_ns)
        cost->golden_ns = golden_ns / units;
    cost->golden_once_ns = golden_ns - cost->golden_ns * units;
}

int pilot_cost(const struct cell *like, const struct pilot *pilot, struct cost *cost, struct err *e)
{
    uint64_t units = 1, each = 0; /* a single unit is one task's, however many it may have */
    for (struct cost was = {0};; was = *cost) {
        struct trial_record r;
        int rc = pilot_trial(like, units, each, 0, pilot, &r, e);
        if (rc)
            return rc;
        double run = pilot_own_ns(&r, 1), cpu = (double)(r.cpu_user_ns + r.cpu_system_ns);
        *cost = (struct cost){.unit_ns = run / (double)units,
                              .busy = cpu < run ? cpu / run : 1,
                              .process_ns = (double)(r.took_ns - r.run_ns - r.golden_ns),
                              .waits = (double)r.run_ns / run,
                              .units = units,
                              .each = r.task_units};
        golden_parts(cost, (double)r.golden_ns, &was);
        each = r.task_units;
        trial_record_release(&r);
        if (representative(cost, &was))
            return 0;
        double more = PILOT_LEAST_NS * 1.5 / (cost->unit_ns > 0.01 ? cost->unit_ns : 0.01);
        /* At most 100 times as many: the first pilots are mostly start-up. */
        uint64_t next = more > 100.0 * (double)units ? units * 100 : (uint64_t)more + 1;
        units = next > 2 * units ? next : 2 * units;
    }
}
