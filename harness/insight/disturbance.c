/* SPDX-License-Identifier: MIT */
/* What disturbed a trial; see disturbance.h. */
#include "harness/insight/disturbance.h"

#include <math.h>

#include "harness/base/base.h"
#include "harness/insight/resemblance.h"

const char *const disturbance_names[DISTURBANCES] = {"load",      "steal",      "quota",   "speed",
                                                     "migration", "preemption", "pressure"};

enum { TICK_NS = 10000000 };

/* More than `share` of `whole`, and more than the counter's own grain. */
static bool beyond(const struct metric *m, double share, double whole, double grain)
{
    return !m->why && (double)m->value > grain && (double)m->value > share * whole;
}

/* true if nothing of the trial itself makes its workers wait for a CPU: each has one of its own, and there is no pool
 * and no service. */
static bool trial_has_own_cpus(const struct cell *c, const struct trial_record *r)
{
    return c->n_pus >= c->workers && !c->n_service_pus && !c->pool && !r->queue_wait_ns.why;
}

/* On how many units its workers and its pool's threads run: a plan places a pool on no more than it has threads. */
static unsigned used_units(const struct cell *c)
{
    unsigned most = c->pool ? c->offered : c->workers;
    unsigned used = c->n_pus && c->n_pus < most ? c->n_pus : most;
    return used ? used : 1;
}

static bool preempted(const struct trial_record *r)
{
    int64_t n = 0;
    for (unsigned i = 0; i < r->n_workers; i++)
        n += r->workers[i].involuntary;
    return n > 5 && (double)n > 25 * (double)r->run_ns / 1e9 * r->n_workers;
}

static bool pressed(const struct cell *c, const struct trial_record *r)
{
    double all = (double)(r->startup_ns + r->run_ns + r->teardown_ns);
    return beyond(&r->pressure_ns, 0.1, all, 0) && beyond(&r->queue_wait_ns, 0.01, (double)r->run_ns * c->workers, 0);
}

/* By those canaries that resemble the work, each against the limit of its kind. */
static bool changed_speed(const struct cell *c, const struct trial_record *r)
{
    unsigned kinds = canary_kinds_of_cell(c);
    for (unsigned i = 0; i < CANARIES; i++) {
        const struct canary_record *k = &r->canaries[i];
        double before = (double)k->before_ns.value, after = (double)k->after_ns.value;
        double most = 1 + canary_kinds[i].limit;
        if (kinds >> i & 1 && !k->before_ns.why && !k->after_ns.why && (before > most * after || after > most * before))
            return true;
    }
    return false;
}

unsigned trial_disturbances(const struct cell *c, const struct trial_record *r)
{
    unsigned set = 0;
    double run = (double)r->run_ns, capacity = run * used_units(c);
    set |= (unsigned)beyond(&r->foreign_cpu_ns, 0.05, capacity, 2 * TICK_NS) << DISTURBED_LOAD;
    set |= (unsigned)beyond(&r->steal_ns, 0.01, run, TICK_NS) << DISTURBED_STEAL;
    set |= (unsigned)beyond(&r->throttled_ns, 0, run, 0) << DISTURBED_QUOTA;
    set |= (unsigned)(c->n_pus && beyond(&r->migrations, 0, run, 0)) << DISTURBED_MIGRATION;
    set |= (unsigned)changed_speed(c, r) << DISTURBED_SPEED;
    if (trial_has_own_cpus(c, r)) {
        set |= (unsigned)preempted(r) << DISTURBED_PREEMPTION;
        set |= (unsigned)pressed(c, r) << DISTURBED_PRESSURE;
    }
    return set;
}

double trial_waited(const struct cell *c, const struct trial_record *r)
{
    double share = trial_has_own_cpus(c, r) ? (double)r->queue_wait_ns.value / ((double)r->run_ns * c->workers) : NAN;
    return share > 1 ? 1 : share;
}
