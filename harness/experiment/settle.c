/* SPDX-License-Identifier: MIT */
/* From what a unit costs to the amount of work that all models get, and how long that will take. */
#include "harness/experiment/settle.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/experiment/pace.h"
#include "harness/experiment/shared_golden.h"
#include "harness/record/param_value.h"

enum {
    ROUNDS = 8,
    /* Tasks that a workload deals out itself: enough to share out evenly, few enough that a fork for each takes
     * seconds, not minutes. */
    MOST_DEALT = 10000,
    /* Of the slowest model's trial: at most so many times what the pilot's model was to take, unless that would be too
     * short to be measured; and at most this part of --limit. */
    SLOWEST = 20,
    LEAST_CUT_NS = PILOT_LEAST_NS,
    LIMIT_SHARE = 6,
    ODD_TIMES = 2
};
#define ODD_NS (0.2 * (double)NS_PER_S)

/* Tasks that the workload needs in flight at least. */
static unsigned group_of(const struct cell *c)
{
    return workload_group(workload_find(c->workload), c->p);
}

bool settle_alike(const struct plan *p, const struct request *r, unsigned i, unsigned j)
{
    const struct cell *a = &p->cells[i], *b = &p->cells[j];
    return a->workload == b->workload && a->mode == b->mode && a->duration_ns == b->duration_ns &&
           memcmp(a->p, b->p, sizeof a->p) == 0 &&
           sweep_same_amount(&r->sweeps[p->sweep_of[i]], &r->sweeps[p->sweep_of[j]]);
}

/* What so many units take on so many processing units: waiting overlaps up to the concurrency, computing up to those.
 */
static double units_ns(const struct cell *c, const struct cost *cost, double units, double parallel)
{
    double all = units * cost->unit_ns;
    double busy = all * cost->busy / (parallel > 1 ? parallel : 1);
    double waits = all * (1 - cost->busy) * group_of(c) / c->concurrency; /* a group's tasks wait for the same */
    return busy + waits;
}

static double units_offered(const struct cell *c)
{
    return c->n_pus ? c->n_pus : c->offered;
}

/* A rough guess of a run for the clock on the wall, not for a result. */
static double guess_ns(const struct cell *c, const struct cost *cost)
{
    double runs = c->pool > c->workers ? c->pool : c->workers, offered = units_offered(c);
    double parallel = runs < offered ? runs : offered;
    if (c->mode == MODE_BATCH)
        return units_ns(c, cost, (double)c->units, parallel);
    return (double)c->duration_ns + units_ns(c, cost, c->concurrency, parallel); /* those begun before the end */
}

/* In closed mode each task's is asked for by itself in each trial. The units of a run and their golden values wait
 * alike for others on the machine. */
static struct golden_cost golden_of(const struct cell *c, const struct cost *cost)
{
    if (c->mode == MODE_BATCH)
        return (struct golden_cost){.once_ns = cost->golden_once_ns + (double)c->units * cost->golden_ns};
    double units = (double)c->duration_ns / (units_ns(c, cost, 1, units_offered(c)) * cost->waits);
    return (struct golden_cost){.each_ns = c->tasks * cost->golden_once_ns, .anew_ns = units * cost->golden_ns};
}

/* The golden values: where they are kept each is found once, in closed mode piece by piece. */
static void expect_golden(const struct plan *p, const struct request *r, unsigned first, const struct cost *cost,
                          const struct pilot *pilot)
{
    for (unsigned i = first; i < p->n_cells; i++) {
        const struct cell *c = &p->cells[i];
        if (!settle_alike(p, r, first, i) || plan_skipped(p, i, NULL))
            continue;
        const struct golden_cost golden = golden_of(c, cost);
        if (!pilot->golden)
            pilot->expected_ns[i] += golden_cost_ns(&golden, 1);
        else
            pilot->golden[i] = golden;
    }
}

struct amount {
    uint64_t units, tasks;
};

/* What the pilot's model does in `length` ns, for every task the same share. */
static struct amount amount_of(const struct plan *p, const struct request *r, unsigned first, const struct cost *cost,
                               double length)
{
    const struct sweep *asked = &r->sweeps[p->sweep_of[first]];
    const struct workload *w = workload_find(p->cells[first].workload);
    unsigned group = group_of(&p->cells[first]), most = group;
    for (unsigned i = first; i < p->n_cells; i++)
        if (settle_alike(p, r, first, i) && p->cells[i].concurrency > most)
            most = p->cells[i].concurrency;
    uint64_t units = asked->units ? asked->units : (uint64_t)(length / cost->unit_ns) + 1;
    uint64_t tasks = asked->tasks ? asked->tasks : pilot_tasks(cost->each, units);
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
        if (!settle_alike(p, r, first, i))
            continue;
        c->latency_stride = pilot_stride(cost->unit_ns);
        c->units = c->mode == MODE_BATCH ? a.units : 0;
        c->tasks = c->mode == MODE_BATCH ? (unsigned)a.tasks : c->concurrency / group * group;
        expected_ns[i] = plan_skipped(p, i, NULL) ? 0 : guess_ns(c, cost) + cost->process_ns;
    }
}

static double run_of(const struct pace *pace, uint64_t units)
{
    return pace->fixed_ns + pace->unit_ns * (double)units;
}

/* In closed mode parameters change little of what a model's processes cost beyond the pilot's: one pilot for all. What
 * the pilot's cost, setting up included, is known of each. */
static int pace_alike(const struct plan *p, unsigned i, unsigned before, const struct cost *cost,
                      const struct pilot *pilot, struct pace *pace, struct err *e)
{
    const struct cell *c = &p->cells[i];
    for (unsigned j = 0; j < before && c->mode == MODE_CLOSED; j++) {
        const struct cell *k = &p->cells[j];
        if (pilot->more_process_ns[j] >= 0 && k->workload == c->workload && k->model == c->model &&
            k->workers == c->workers && k->concurrency == c->concurrency) {
            *pace = (struct pace){.how = PACED,
                                  .fixed_ns = guess_ns(c, cost),
                                  .process_ns = cost->process_ns + pilot->more_process_ns[j]};
            return 0;
        }
    }
    int rc = pilot_pace(c, cost, guess_ns(c, cost), pilot, pace, e);
    if (!rc && pace->how == PACED && c->mode == MODE_CLOSED) {
        double more = pace->process_ns - cost->process_ns;
        pilot->more_process_ns[i] = more > 0 ? more : 0;
    }
    return rc;
}

/* The pace of each model at these cells; the slowest of them, or -1. */
static int pace_all(const struct plan *p, const struct request *r, unsigned first, const struct cost *cost,
                    const struct pilot *pilot, struct pace *pace, int *slowest, struct err *e)
{
    *slowest = -1;
    for (unsigned i = first; i < p->n_cells; i++) {
        const struct cell *c = &p->cells[i];
        pace[i].how = PACED_NOT;
        if (!settle_alike(p, r, first, i) || plan_skipped(p, i, NULL))
            continue;
        int rc = pace_alike(p, i, first, cost, pilot, &pace[i], e);
        if (rc)
            return rc;
        if (pace[i].how == PACED && c->mode == MODE_BATCH &&
            (*slowest < 0 || run_of(&pace[i], c->units) > run_of(&pace[*slowest], c->units)))
            *slowest = (int)i;
    }
    return 0;
}

void settle_name(const struct plan *p, unsigned cell, char *buf, size_t n)
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

/* What a trial of the pilot's model is to last for the slowest model to keep within what is sensible. */
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
    char line[1024], name[512], took[32];
    settle_name(p, cell, name, sizeof name);
    text_span(took, sizeof took, run_of(pace, was));
    bool alone = plan_is_alone(p, cell);
    if (c->units < was)
        snprintf(line, sizeof line,
                 "%s: %s would take %s for what takes %s %.0f ms on one unit, so %s have %llu units, not %llu%s", name,
                 c->model, took, pilot_model(c), (double)was * cost->unit_ns / NS_PER_MS,
                 alone ? "its trials" : "trials of all models", (unsigned long long)c->units, (unsigned long long)was,
                 alone ? "" : "; without it (--models) those of the others can be longer");
    else
        snprintf(line, sizeof line, "%s: a trial of %s would take about %s, and is killed at the limit of %.3g s", name,
                 c->model, took, (double)c->limit_ns / NS_PER_S);
    if (pilot->say)
        pilot->say(line);
}

/* Less work for all, where the slowest model would take too long for it. 0 or -ENOMEM. */
static int cut(struct plan *p, const struct request *r, unsigned first, const struct cost *cost, uint64_t length,
               const struct pilot *pilot, const struct pace *pace, unsigned slowest, uint64_t was)
{
    double ns = run_of(pace, was), shorter = bearable((double)length, ns, r->limit_ns);
    bool given = r->sweeps[p->sweep_of[first]].units;
    if (!given && shorter < (double)length)
        set_amount(p, r, first, cost, amount_of(p, r, first, cost, shorter), pilot->expected_ns);
    const struct cell *c = &p->cells[slowest];
    if (c->units < was || run_of(pace, c->units) > (double)r->limit_ns)
        say_slow(pilot, p, slowest, pace, cost, was);
    if (c->units >= was)
        return 0;
    return plan_note_cut(p, (struct plan_cut){.cell = slowest,
                                              .units_before = was,
                                              .slowest_ns = (uint64_t)ns,
                                              .pilot_model = pilot_model(c),
                                              .pilot_ns = (uint64_t)((double)was * cost->unit_ns)});
}

/* What a process of any of these cells costs at least, setting up included: the pilot's may have had fewer tasks to set
 * up for. 0: nothing is known. */
static double least_process_ns(const struct plan *p, const struct pace *pace, unsigned first)
{
    double least = 0;
    for (unsigned i = first; i < p->n_cells; i++)
        if (pace[i].how == PACED && (least <= 0 || pace[i].process_ns < least))
            least = pace[i].process_ns;
    return least;
}

/* One pilot tells what a process costs, and where that is much a machine that was busy just then would count for much:
 * it is tried again where it is far more than another model's. */
static int pace_odd_again(const struct plan *p, unsigned first, const struct cost *cost, const struct pilot *pilot,
                          struct pace *pace, struct err *e)
{
    const double least = least_process_ns(p, pace, first);
    for (unsigned i = first; i < p->n_cells; i++) {
        struct pace again;
        if (pace[i].how != PACED || pace[i].process_ns < ODD_NS || pace[i].process_ns < ODD_TIMES * least)
            continue;
        int rc = pilot_pace(&p->cells[i], cost, guess_ns(&p->cells[i], cost), pilot, &again, e);
        if (rc)
            return rc;
        if (again.how != PACED || again.process_ns >= pace[i].process_ns)
            continue;
        pace[i] = again;
        if (p->cells[i].mode == MODE_CLOSED) /* which cells after it take from it */
            pilot->more_process_ns[i] = again.process_ns > cost->process_ns ? again.process_ns - cost->process_ns : 0;
    }
    return 0;
}

/* How long a trial takes of those that were tried, and of those that were not. In batch mode that is known without what
 * stood before the workers in the queue, of which short pilots see too little, or by chance far too much: serial's,
 * which is long enough, tells how much there is of it. */
static void expect_trials(const struct plan *p, const struct request *r, unsigned first, const struct cost *cost,
                          const struct pace *pace, const struct pilot *pilot)
{
    const double least = least_process_ns(p, pace, first);
    for (unsigned i = first; i < p->n_cells; i++) {
        if (!settle_alike(p, r, first, i) || plan_skipped(p, i, NULL))
            continue;
        const struct cell *c = &p->cells[i];
        const double waits = c->mode == MODE_BATCH ? cost->waits : 1;
        if (pace[i].how == PACED)
            pilot->expected_ns[i] = run_of(&pace[i], c->units) * waits + pace[i].process_ns;
        else
            pilot->expected_ns[i] += guess_ns(c, cost) * (waits - 1);
        if (pace[i].how != PACED && least > cost->process_ns && c->mode == MODE_BATCH)
            pilot->expected_ns[i] += least - cost->process_ns;
    }
}

int pilot_settle_work(struct plan *p, const struct request *r, unsigned first, const struct cost *cost, uint64_t length,
                      const struct pilot *pilot, struct err *e)
{
    struct amount a = amount_of(p, r, first, cost, (double)length);
    int slowest = -1;
    set_amount(p, r, first, cost, a, pilot->expected_ns);
    if (!pilot->try_models) {
        expect_golden(p, r, first, cost, pilot);
        return 0;
    }
    CLEANUP_FREE struct pace *pace = calloc(p->n_cells, sizeof *pace);
    if (!pace)
        return err_set(e, ENOMEM, "out of memory");
    int rc = pace_all(p, r, first, cost, pilot, pace, &slowest, e);
    if (!rc)
        rc = pace_odd_again(p, first, cost, pilot, pace, e);
    if (rc)
        return rc;
    if (slowest >= 0 && cut(p, r, first, cost, length, pilot, &pace[slowest], (unsigned)slowest, a.units))
        return err_set(e, ENOMEM, "out of memory");
    expect_trials(p, r, first, cost, pace, pilot);
    expect_golden(p, r, first, cost, pilot);
    return 0;
}
