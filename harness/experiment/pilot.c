/* SPDX-License-Identifier: MIT */
/* How much work a trial holds and how long it will take; see pilot.h. */
#include "harness/experiment/pilot_internal.h"

#include <errno.h>
#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/base/value.h"
#include "harness/model/model.h"
#include "harness/stats/variance.h"
#include "harness/trial/spawn.h"

enum {
    PILOT_ENOUGH_NS = 400000000, /* then what it says is taken, however few and unlike its units are */
    MANY_UNITS = 256,            /* so many and the dear ones among them are taken to be in proportion */
    /* What a timed unit costs amid others that are not: two reads of the clock, and code and lines of the recorder that
     * have gone cold since the last. 250 to 1100 ns were measured, by how others use the cache. */
    TIMING_NS = 1000,
    LEAST_TIMED_NS = 1000, /* below it the clock would be a tenth of what it times */
    LENGTH_TRIALS = 6,
    LENGTH_TRIAL_NS = 100000000,
    LENGTH_LEAST_NS = 20000000,
    LENGTH_MOST_NS = 500000000
};

static const double timing_share = 0.001, alike_within = 0.2;

uint64_t stride_for(double unit_ns)
{
    if (unit_ns < LEAST_TIMED_NS)
        return 0;
    return (uint64_t)ceil(TIMING_NS / (timing_share * unit_ns));
}

const char *pilot_model(const struct cell *c)
{
    return intern(workload_group(workload_find(c->workload), c->p) > 1 ? "threads" : "serial");
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
    c.tasks = (unsigned)tasks_dealt(each, units);
    if (!c.tasks)
        c.tasks = group;
    if (!c.n_pus) /* unpinned: pinned for the pilot, else units and stride would depend on where its tasks run */
        c.pus[0] = sched_getcpu();
    c.n_pus = 1;
    model_shape(model_find(c.model), workload_find(c.workload), &c, &why);
    c.units = units;
    c.latency_stride = stride;
    int rc = trial_spawn_with(pilot->program, pilot->plugins, &c, pilot->scratch, pilot->stop, r, e);
    if (!rc && r->status != TRIAL_OK)
        rc = err_set(e, EIO, "calibrating %s: %s", c.workload, r->reason);
    if (rc)
        trial_record_release(r);
    return rc;
}

/* What the run took, less what a single worker stood in the queue behind others: that says nothing of the work, and a
 * pilot is one trial. Several workers on the pilot's one unit wait for each other, which is their own doing. */
static double own_ns(const struct trial_record *r)
{
    uint64_t waited = r->n_workers == 1 && !r->queue_wait_ns.why ? (uint64_t)r->queue_wait_ns.value : 0;
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

int measure_cost(const struct cell *like, const struct pilot *pilot, struct cost *cost, struct err *e)
{
    uint64_t units = 1, each = 0; /* a single unit is one task's, however many it may have */
    for (struct cost was = {0};; was = *cost) {
        struct trial_record r;
        int rc = pilot_trial(like, units, each, 0, pilot, &r, e);
        if (rc)
            return rc;
        double run = own_ns(&r), cpu = (double)(r.cpu_user_ns + r.cpu_system_ns);
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

/* The slices of all trials at one width, as rates; `len` of each. The width in ns. */
static double slices_of(struct slices *s, unsigned n, const uint64_t *run_ns, double *x, unsigned *len)
{
    uint64_t shift = 0;
    for (unsigned i = 0; i < n; i++)
        shift = s[i].shift > shift ? s[i].shift : shift;
    for (unsigned i = 0; i < n; i++) {
        slices_widen(&s[i], shift);
        len[i] = slices_whole(&s[i], run_ns[i]);
        for (unsigned k = 0; k < len[i]; k++)
            *x++ = (double)s[i].units[k];
    }
    return (double)(UINT64_C(1) << shift);
}

/* The best length of a trial in ns; LENGTH_TRIAL_NS where units are too short for slices, or too few for a variance. */
static int find_length(const struct cell *like, const struct pilot *pilot, const struct cost *cost, uint64_t *length,
                       struct err *e)
{
    struct slices s[LENGTH_TRIALS];
    uint64_t run_ns[LENGTH_TRIALS], units = (uint64_t)(LENGTH_TRIAL_NS / cost->unit_ns) + 1;
    double x[LENGTH_TRIALS * SLICES], start = 0;
    unsigned len[LENGTH_TRIALS], n = 0;
    struct cell c = *like;
    c.golden_known = true; /* what a pilot does is held against nothing: it need not be found out what it should be */
    *length = LENGTH_TRIAL_NS;
    for (unsigned i = 0; i < LENGTH_TRIALS; i++) {
        struct trial_record r;
        int rc = pilot_trial(&c, units, cost->each, stride_for(cost->unit_ns), pilot, &r, e);
        if (rc)
            return rc;
        if (!r.slices_why) {
            s[n] = r.slices;
            run_ns[n++] = r.run_ns;
            start += (double)(r.took_ns - r.run_ns);
        }
        trial_record_release(&r);
    }
    struct stats_variance v;
    double width = n ? slices_of(s, n, run_ns, x, len) : 0;
    if (!n || !stats_variance_split(&(struct stats_groups){x, len, n}, &v))
        return 0;
    unsigned most = (unsigned)(LENGTH_MOST_NS / width) + 1;
    double best = width * stats_best_len(&v, start / n, width, most);
    *length = (uint64_t)(best < LENGTH_LEAST_NS ? LENGTH_LEAST_NS : best > LENGTH_MOST_NS ? LENGTH_MOST_NS : best);
    return 0;
}

/* Has a cell before this one the same workload, so that its work has been seen to grow? */
static bool looked_at(const struct plan *p, unsigned cell)
{
    for (unsigned i = 0; i < cell; i++)
        if (p->cells[i].workload == p->cells[cell].workload && !plan_skipped(p, i, NULL))
            return true;
    return false;
}

static void say(const struct pilot *pilot, const char *what, const char *on)
{
    char line[1024];
    snprintf(line, sizeof line, "%s%s", what, on);
    if (pilot->say)
        pilot->say(line);
}

/* Work that is seen to be removed ends the run; work of which that can't be told is measured, with a warning. */
static int look_at_work(struct plan *p, unsigned cell, const struct pilot *pilot, struct err *e)
{
    char doubt[WORK_DOUBT_MAX];
    int rc = work_grows(&p->cells[cell], pilot, doubt, sizeof doubt, e);
    if (rc || !doubt[0])
        return rc;
    say(pilot, "warning: ", doubt);
    return plan_note_doubt(p, cell, doubt) ? err_set(e, ENOMEM, "out of memory") : 0;
}

int plan_calibrate(struct plan *p, const struct request *r, const struct pilot *asked_for, struct err *e)
{
    CLEANUP_FREE bool *settled = calloc(p->n_cells + 1, sizeof *settled);
    CLEANUP_FREE double *more_process_ns = calloc(p->n_cells + 1, sizeof *more_process_ns);
    struct pilot own = *asked_for;
    const struct pilot *pilot = &own;
    own.more_process_ns = more_process_ns;
    if (!settled || !more_process_ns)
        return err_set(e, ENOMEM, "out of memory");
    for (unsigned i = 0; i < p->n_cells; i++)
        more_process_ns[i] = -1;
    for (unsigned i = 0; i < p->n_cells; i++) {
        if (settled[i] || plan_skipped(p, i, NULL))
            continue;
        const struct sweep *asked = &r->sweeps[p->sweep_of[i]];
        bool find = !asked->trial_ns || (plan_is_sequential(p) && !asked->trial_is_set);
        uint64_t length = asked->trial_ns;
        struct cost cost;
        char name[512];
        what_is_swept(p, i, name, sizeof name);
        say(pilot, "calibrating ", name);
        int rc = measure_cost(&p->cells[i], pilot, &cost, e);
        if (!rc && find && !asked->units && p->cells[i].mode == MODE_BATCH)
            rc = find_length(&p->cells[i], pilot, &cost, &length, e);
        if (!rc && !looked_at(p, i))
            rc = look_at_work(p, i, pilot, e);
        bool failed = rc == -EIO; /* its own cells are left out, not the run: they become skips with the reason */
        if (rc && !failed)
            return rc;
        if (failed)
            say(pilot, e->text, ": left out");
        for (unsigned k = i; k < p->n_cells; k++) {
            bool alike = calibrated_alike(p, r, i, k);
            settled[k] |= alike;
            if (failed && alike && !plan_skipped(p, k, NULL) && (rc = plan_leave_out(p, k, e->text)) != 0)
                return err_set(e, -rc, "out of memory");
        }
        if (!failed && (rc = settle(p, r, i, &cost, length, pilot, e)) != 0)
            return rc;
    }
    return p->n_cells == p->n_skips ? err_set(e, EIO, "nothing is left to measure: %s", p->skips[0].reason) : 0;
}
