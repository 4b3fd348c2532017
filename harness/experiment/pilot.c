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
    PILOT_LEAST_NS = 20000000,   /* so that start-up and the clock don't set the scale */
    PILOT_ENOUGH_NS = 400000000, /* then what it says is taken, however few and unlike its units are */
    MANY_UNITS = 256,            /* so many and the dear ones among them are taken to be in proportion */
    ROUNDS = 8,
    /* What a timed unit costs amid others that are not: two reads of the clock, and code and lines of the recorder that
     * have gone cold since the last. 250 to 1100 ns were measured, by how others use the cache. */
    TIMING_NS = 1000,
    LEAST_TIMED_NS = 1000, /* below it the clock would be a tenth of what it times */
    LENGTH_TRIALS = 6,
    LENGTH_TRIAL_NS = 100000000,
    LENGTH_LEAST_NS = 20000000,
    LENGTH_MOST_NS = 500000000,
    /* Tasks that a workload deals out itself: enough to share out evenly, few enough that a fork for each takes
     * seconds, not minutes. The other is as many as --tasks allows. */
    MOST_DEALT = 10000,
    MOST_TASKS = 1000000,
    /* Of the slowest model's trial: at most so many times what serial's was to take, unless that would be too short to
     * be measured; and at most this part of --limit. */
    SLOWEST = 20,
    LEAST_CUT_NS = PILOT_LEAST_NS,
    LIMIT_SHARE = 6
};

static const double timing_share = 0.001, alike_within = 0.2;

/* How many tasks hold the units, when the workload says how many a task has; 0: it does not. */
static uint64_t dealt(uint64_t each, uint64_t units)
{
    if (!each)
        return 0;
    uint64_t tasks = (units - 1) / each + 1;
    return tasks < MOST_TASKS ? tasks : MOST_TASKS;
}

/* Every how-manieth unit is timed: timing is to cost at most 0.1 % of what it is spread over, so that with all else the
 * harness stays below 0.5 % at 10 µs units. */
static uint64_t stride_for(double unit_ns)
{
    if (unit_ns < LEAST_TIMED_NS)
        return 0;
    return (uint64_t)ceil(TIMING_NS / (timing_share * unit_ns));
}

/* Tasks that the workload needs in flight at least. */
static unsigned group_of(const struct cell *c)
{
    return workload_group(workload_find(c->workload), c->p);
}

int pilot_trial(const struct cell *like, uint64_t units, uint64_t each, uint64_t stride, const struct pilot *pilot,
                struct trial_record *r, struct err *e)
{
    struct cell c = *like;
    unsigned group = group_of(like);
    struct err why;
    c.model = group > 1 ? "threads" : "serial";
    c.mode = MODE_BATCH;
    c.libc_threads = LIBC_AS_MADE;
    c.gaps = false;
    c.concurrency = c.offered = group;
    c.tasks = (unsigned)dealt(each, units);
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

int measure_cost(const struct cell *like, const struct pilot *pilot, struct cost *cost, struct err *e)
{
    uint64_t units = 1, each = 0; /* a single unit is one task's, however many it may have */
    for (struct cost was = {0};; was = *cost) {
        struct trial_record r;
        int rc = pilot_trial(like, units, each, 0, pilot, &r, e);
        if (rc)
            return rc;
        double run = own_ns(&r), cpu = (double)(r.cpu_user_ns + r.cpu_system_ns);
        *cost = (struct cost){run / (double)units, cpu < run ? cpu / run : 1, (double)(r.took_ns - r.run_ns), units,
                              r.task_units};
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
    *length = LENGTH_TRIAL_NS;
    for (unsigned i = 0; i < LENGTH_TRIALS; i++) {
        struct trial_record r;
        int rc = pilot_trial(like, units, cost->each, stride_for(cost->unit_ns), pilot, &r, e);
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

/* Do two cells take their amount of work from the same pilots? */
static bool calibrated_alike(const struct plan *p, const struct request *r, unsigned i, unsigned j)
{
    const struct cell *a = &p->cells[i], *b = &p->cells[j];
    return a->workload == b->workload && a->mode == b->mode && a->duration_ns == b->duration_ns &&
           memcmp(a->p, b->p, sizeof a->p) == 0 &&
           sweep_same_amount(&r->sweeps[p->sweep_of[i]], &r->sweeps[p->sweep_of[j]]);
}

/* A rough guess for the clock on the wall, not for a result: waiting overlaps up to the concurrency, computing up to
 * the processing units. */
static double guess_ns(const struct cell *c, const struct cost *cost)
{
    if (c->mode != MODE_BATCH)
        return (double)c->duration_ns + cost->process_ns;
    double all = (double)c->units * cost->unit_ns;
    unsigned runs = c->pool > c->workers ? c->pool : c->workers;
    unsigned units = c->n_pus ? c->n_pus : c->offered;
    double parallel = runs < units ? runs : units;
    double busy = all * cost->busy / (parallel > 1 ? parallel : 1);
    double waits = all * (1 - cost->busy) * group_of(c) / c->concurrency; /* a group's tasks wait for the same */
    return busy + waits + cost->process_ns;
}

struct amount {
    uint64_t units, tasks;
};

/* What serial does in `length` ns, for every task the same share. */
static struct amount amount_of(const struct plan *p, const struct request *r, unsigned first, const struct cost *cost,
                               double length)
{
    const struct sweep *asked = &r->sweeps[p->sweep_of[first]];
    const struct workload *w = workload_find(p->cells[first].workload);
    unsigned group = group_of(&p->cells[first]), most = group;
    for (unsigned i = first; i < p->n_cells; i++)
        if (calibrated_alike(p, r, first, i) && p->cells[i].concurrency > most)
            most = p->cells[i].concurrency;
    uint64_t units = asked->units ? asked->units : (uint64_t)(length / cost->unit_ns) + 1;
    uint64_t tasks = asked->tasks ? asked->tasks : dealt(cost->each, units);
    if (!tasks)
        tasks = (uint64_t)most * (w->rounds ? w->rounds : ROUNDS);
    else if (!asked->tasks && !asked->units && tasks > MOST_DEALT)
        units = (tasks = MOST_DEALT) * cost->each;
    tasks = (tasks + group - 1) / group * group;
    if (!asked->units) {
        uint64_t groups = tasks / group;
        units = (units + groups - 1) / groups * groups;
    }
    return (struct amount){units, tasks};
}

static void set_amount(struct plan *p, const struct request *r, unsigned first, const struct cost *cost,
                       struct amount a, double *expected_ns)
{
    unsigned group = group_of(&p->cells[first]);
    for (unsigned i = first; i < p->n_cells; i++) {
        struct cell *c = &p->cells[i];
        if (!calibrated_alike(p, r, first, i))
            continue;
        c->latency_stride = stride_for(cost->unit_ns);
        c->units = c->mode == MODE_BATCH ? a.units : 0;
        c->tasks = c->mode == MODE_BATCH ? (unsigned)a.tasks : c->concurrency / group * group;
        expected_ns[i] = plan_skipped(p, i, NULL) ? 0 : guess_ns(c, cost);
    }
}

static double run_of(const struct pace *pace, uint64_t units)
{
    return pace->fixed_ns + pace->unit_ns * (double)units;
}

/* The pace of each model at these cells; the slowest of them, or -1. */
static int pace_all(const struct plan *p, const struct request *r, unsigned first, const struct cost *cost,
                    const struct pilot *pilot, struct pace *pace, int *slowest, struct err *e)
{
    *slowest = -1;
    for (unsigned i = first; i < p->n_cells; i++) {
        const struct cell *c = &p->cells[i];
        pace[i].how = PACED_NOT;
        if (!calibrated_alike(p, r, first, i) || plan_skipped(p, i, NULL))
            continue;
        int rc = pace_of(c, cost, pilot->expected_ns[i] - cost->process_ns, pilot, &pace[i], e);
        if (rc)
            return rc;
        if (pace[i].how == PACED && (*slowest < 0 || run_of(&pace[i], c->units) > run_of(&pace[*slowest], c->units)))
            *slowest = (int)i;
    }
    return 0;
}

/* The workload, and the values of its parameters that have others in this plan. */
static void what_is_swept(const struct plan *p, unsigned cell, char *buf, size_t n)
{
    const struct cell *c = &p->cells[cell];
    const struct workload *w = workload_find(c->workload);
    snprintf(buf, n, "%s", c->workload);
    for (unsigned k = 0; w->params && w->params[k].name; k++) {
        bool swept = false;
        for (unsigned i = 0; i < p->n_cells; i++)
            swept |= p->cells[i].workload == c->workload && p->cells[i].p[k] != c->p[k];
        char value[64];
        value_label(&w->params[k], c->p[k], value, sizeof value);
        if (swept)
            text_append(buf, n, " %s=%s", w->params[k].name, value);
    }
}

/* What serial's trial is to last for the slowest model to keep within what is sensible. */
static double bearable(double length, double slowest_ns, uint64_t limit_ns)
{
    double limit = (double)limit_ns / LIMIT_SHARE, most = SLOWEST * length;
    double shorter = slowest_ns > most ? length * most / slowest_ns : length;
    double least = length < LEAST_CUT_NS ? length : LEAST_CUT_NS;
    if (shorter < least)
        shorter = least;
    double in_time = slowest_ns > limit ? length * limit / slowest_ns : length;
    return in_time < shorter ? in_time : shorter;
}

static void say_slow(const struct pilot *pilot, const struct plan *p, unsigned cell, const struct pace *pace,
                     const struct cost *cost, uint64_t was)
{
    const struct cell *c = &p->cells[cell];
    char line[1024], name[512];
    what_is_swept(p, cell, name, sizeof name);
    double took_s = run_of(pace, was) / NS_PER_S;
    if (c->units < was)
        snprintf(line, sizeof line,
                 "%s: %s would take %.3g s for what serial does in %.0f ms, so trials of all models have %llu units, "
                 "not %llu; without it (--models) those of the others can be longer",
                 name, c->model, took_s, (double)was * cost->unit_ns / NS_PER_MS, (unsigned long long)c->units,
                 (unsigned long long)was);
    else
        snprintf(line, sizeof line, "%s: a trial of %s would take about %.3g s, and is killed at the limit of %.3g s",
                 name, c->model, took_s, (double)c->limit_ns / NS_PER_S);
    if (pilot->say)
        pilot->say(line);
}

/* The amount of work, on serial's pilots; where a model would take much longer, less for all of them alike. */
static int settle(struct plan *p, const struct request *r, unsigned first, const struct cost *cost, uint64_t length,
                  const struct pilot *pilot, struct err *e)
{
    struct amount a = amount_of(p, r, first, cost, (double)length);
    int slowest = -1;
    set_amount(p, r, first, cost, a, pilot->expected_ns);
    if (!pilot->try_models)
        return 0;
    CLEANUP_FREE struct pace *pace = calloc(p->n_cells, sizeof *pace);
    int rc = pace ? pace_all(p, r, first, cost, pilot, pace, &slowest, e) : err_set(e, ENOMEM, "out of memory");
    if (rc || slowest < 0)
        return rc;
    double ns = run_of(&pace[slowest], a.units), shorter = bearable((double)length, ns, r->limit_ns);
    bool given = r->sweeps[p->sweep_of[first]].units;
    if (!given && shorter < (double)length)
        set_amount(p, r, first, cost, amount_of(p, r, first, cost, shorter), pilot->expected_ns);
    const struct cell *c = &p->cells[slowest];
    if (c->units < a.units || run_of(&pace[slowest], c->units) > (double)r->limit_ns)
        say_slow(pilot, p, (unsigned)slowest, &pace[slowest], cost, a.units);
    for (unsigned i = first; i < p->n_cells; i++)
        if (pace[i].how == PACED)
            pilot->expected_ns[i] = run_of(&pace[i], p->cells[i].units) + pace[i].process_ns;
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
    char line[640];
    snprintf(line, sizeof line, "%s%s", what, on);
    if (pilot->say)
        pilot->say(line);
}

int plan_calibrate(struct plan *p, const struct request *r, const struct pilot *pilot, struct err *e)
{
    CLEANUP_FREE bool *settled = calloc(p->n_cells + 1, sizeof *settled);
    if (!settled)
        return err_set(e, ENOMEM, "out of memory");
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
            rc = work_grows(&p->cells[i], pilot, e);
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
