/* SPDX-License-Identifier: MIT */
/*
 * How fast a model is at a cell's work, from one or two trials of little of it. The amount of work is found on serial,
 * and a model may need many times as long for it: where each unit is handed over to another thread, say. One trial of
 * a 64th tells whether it does; only then, or where that is a few units, another tells what grows with the units and
 * what does not.
 */
#include "harness/experiment/pace.h"

#include "harness/base/base.h"
#include "harness/model/model.h"

enum {
    FEWER = 64, /* the first has so many times fewer units than the cell */
    MORE = 4,   /* the second so many times more than the first */
    WORTH = 4,  /* a pilot of more than this part of the cell's units would tell nothing that is worth its time */
    SLOWER = 2, /* by the first, times as slow as was guessed: what a trial costs once would explain less */
    FEW = 16,   /* units: of fewer the first may be unlike the rest (one that is due at once, an fsync each so many) */
    SHORTER = 16, /* times, in closed mode */
    LIMIT_S = 10  /* of a pilot: it is to take milliseconds */
};

static const double tiny_ns = 1e-3;

/* The cell with fewer units and, where its tasks hold a number of them each, fewer tasks. */
static struct cell with_units(const struct cell *like, const struct cost *cost, uint64_t units)
{
    struct cell c = *like;
    c.golden_known = true; /* what a pilot does is held against nothing: it need not be found out what it should be */
    c.units = units;
    if (cost->each && like->tasks > c.concurrency) {
        uint64_t tasks = (units - 1) / cost->each + 1, group = workload_group(workload_find(c.workload), c.p);
        tasks = (tasks + group - 1) / group * group;
        c.tasks = (unsigned)(tasks < c.tasks ? tasks : c.tasks);
    }
    if (c.limit_ns > LIMIT_S * NS_PER_S)
        c.limit_ns = LIMIT_S * NS_PER_S;
    return c;
}

/* One trial of so many units; *ok: it did them. A failure is the cell's own, which its trials will tell. */
static int run_ns_of(const struct cell *c, const struct pilot *pilot, double *run_ns, double *process_ns,
                     enum paced *how, struct err *e)
{
    struct trial_record r;
    int rc = trial_spawn(&pilot->how, c, &r, e);
    if (rc)
        return rc;
    *how = r.status == TRIAL_OK ? PACED : r.took_ns >= c->limit_ns ? PACED_TOO_SLOW : PACED_NOT;
    /* What a pool's threads waited is counted with the workers', and is no part of these' time. */
    *run_ns = c->mode == MODE_BATCH ? pilot_own_ns(&r, c->pool ? 0 : c->n_pus) : (double)r.run_ns;
    *process_ns = (double)(r.took_ns - r.run_ns - r.golden_ns);
    trial_record_release(&r);
    return 0;
}

/* In closed mode what is to be known is how long the trial takes beside its time: units that must end, processes. */
static int pace_closed(const struct cell *c, const struct cost *cost, const struct pilot *pilot, struct pace *pace,
                       struct err *e)
{
    struct cell less = with_units(c, cost, 0);
    double run = 0;
    less.duration_ns = c->duration_ns / SHORTER;
    int rc = run_ns_of(&less, pilot, &run, &pace->process_ns, &pace->how, e);
    pace->fixed_ns = run + (double)(c->duration_ns - less.duration_ns);
    return rc;
}

int pilot_pace(const struct cell *c, const struct cost *cost, double guess_ns, const struct pilot *pilot,
               struct pace *pace, struct err *e)
{
    uint64_t least = cost->each ? 1 : c->tasks, units = c->units / FEWER > least ? c->units / FEWER : least;
    double first = 0, second = 0, process = 0;
    *pace = (struct pace){.how = PACED_NOT};
    if (c->mode == MODE_CLOSED)
        return pace_closed(c, cost, pilot, pace, e);
    if (model_is_serial(c->model) || units > c->units / WORTH)
        return 0;
    struct cell less = with_units(c, cost, units);
    int rc = run_ns_of(&less, pilot, &first, &pace->process_ns, &pace->how, e);
    while (!rc && pace->how == PACED_TOO_SLOW && units / FEWER >= least) {
        less = with_units(c, cost, units /= FEWER);
        rc = run_ns_of(&less, pilot, &first, &pace->process_ns, &pace->how, e);
    }
    if (rc || pace->how != PACED)
        return rc;
    pace->unit_ns = first / (double)units;
    bool slow = pace->unit_ns * (double)c->units >= SLOWER * guess_ns, few = units < FEW && c->units / WORTH > units;
    if (!slow && !few)
        return 0;
    uint64_t next = slow ? units * MORE : c->units / WORTH;
    struct cell more = with_units(c, cost, next);
    enum paced how;
    rc = run_ns_of(&more, pilot, &second, &process, &how, e);
    if (rc || how != PACED)
        return rc;
    if (!slow) { /* the more there are, the more they are like all */
        pace->unit_ns = second / (double)next;
        return 0;
    }
    double each = (second - first) / (double)(next - units);
    pace->unit_ns = each > tiny_ns ? each : tiny_ns;
    pace->fixed_ns = first - pace->unit_ns * (double)units;
    if (pace->fixed_ns < 0) {
        pace->fixed_ns = 0;
        pace->unit_ns = second / (double)next;
    }
    return 0;
}
