/* SPDX-License-Identifier: MIT */
/* What disturbed a trial; see disturbance.h. */
#include "harness/insight/disturbance.h"

#include <math.h>

#include "harness/base/base.h"
#include "harness/insight/resemblance.h"
#include "harness/model/model.h"

const char *const disturbance_names[DISTURBANCES] = {
#define DISTURBANCE(NAME, name, function, text) [DISTURBED_##NAME] = name,
#include "harness/insight/disturbance.def"
#undef DISTURBANCE
};
const char *const disturbance_texts[DISTURBANCES] = {
#define DISTURBANCE(NAME, name, function, text) [DISTURBED_##NAME] = text,
#include "harness/insight/disturbance.def"
#undef DISTURBANCE
};

#define TICK_NS 1e7
/* From being woken to running on an idle CPU: 0.3 to 2.1 us measured, by kind of wait. */
#define WAKE_NS 5e3
#define MOVE_NS 2e5
static const double company_least = 0.05, interrupts_most = 0.05;

/* true if nothing of the trial itself makes its workers wait for a CPU: each has one of its own, and there is no pool,
 * no service and no dispatcher that has work in the run. */
static bool trial_has_own_cpus(const struct cell *c, const struct trial_record *r)
{
    return c->n_pus >= c->workers && !c->n_service_pus && !c->pool && !r->queue_wait_ns.why &&
           !(model_traits(c->model) & MODEL_DISPATCHES);
}

double trial_capacity_ns(const struct cell *c, const struct trial_record *r)
{
    return (double)r->run_ns * cell_used_cpus(c);
}

static double value(const struct metric *m)
{
    return m->why ? (double)NAN : (double)m->value;
}

/* ns beyond the counter's grain. */
static double beyond(double ns, double grain)
{
    return ns > grain || isnan(ns) ? ns : 0;
}

/* The CPU time of the trial and its service. */
static double own_ns(const struct trial_record *r)
{
    double own = (double)(r->cpu_user_ns + r->cpu_system_ns);
    if (!r->service_user_ns.why && !r->service_system_ns.why)
        own += (double)(r->service_user_ns.value + r->service_system_ns.value);
    return own;
}

/* What others' CPU time may seem to be where there is none, with three standard deviations: at each tick the kernel
 * counts a whole one for who is running, and so misses the trial's own share p of n ticks by sqrt(n p (1 - p)); two
 * more are lost in rounding. Interrupts that the trial's own work makes are in nobody's CPU time: a twentieth of it. */
static double foreign_grain(const struct cell *c, const struct trial_record *r)
{
    double own = own_ns(r), whole = trial_capacity_ns(c, r);
    if (!r->service_user_ns.why && !r->service_system_ns.why)
        whole += (double)r->run_ns * c->n_service_pus;
    double p = fmin(own / whole, 1);
    return TICK_NS * (2 + 3 * sqrt(whole / TICK_NS * p * (1 - p))) + interrupts_most * own;
}

/* What workers waited for a CPU without what a wake-up takes anyway and without the quota's: as a kernel may count a
 * throttled task as one that waits. */
static double waited_ns(const struct trial_record *r)
{
    double quota = r->throttled_ns.why ? 0 : (double)r->throttled_ns.value;
    return fmax(value(&r->queue_wait_ns) - WAKE_NS * (double)r->voluntary - quota, 0);
}

static double foreign_ns(const struct cell *c, const struct trial_record *r)
{
    const struct metric *m = r->foreign_used_ns.why ? &r->foreign_cpu_ns : &r->foreign_used_ns;
    return beyond(value(m), foreign_grain(c, r));
}

static double lost_to_load(const struct cell *c, const struct trial_record *r)
{
    double taken = foreign_ns(c, r);
    if (isnan(taken))
        return taken;
    if (c->n_service_pus) /* what the service waited is not known */
        return taken;
    if (!r->queue_wait_ns.why)
        return fmin(taken, trial_has_own_cpus(c, r) ? waited_ns(r) : (double)r->queue_wait_ns.value);
    return r->pressure_ns.why ? taken : fmin(taken, (double)r->pressure_ns.value * cell_used_cpus(c));
}

static double lost_to_steal(const struct cell *c, const struct trial_record *r)
{
    (void)c;
    return beyond(value(&r->steal_ns), TICK_NS);
}

static double lost_to_quota(const struct cell *c, const struct trial_record *r)
{
    (void)c;
    return value(&r->throttled_ns);
}

/* By those canaries that resemble the work, each against the limit of its kind. A CPU that is slower takes nothing from
 * tasks that wait: sleepers were labelled by it, and were as fast as ever (measured). */
static double lost_to_speed(const struct cell *c, const struct trial_record *r)
{
    unsigned kinds = canary_kinds_of_cell(c);
    double most = NAN;
    for (unsigned i = 0; i < CANARIES; i++) {
        const struct canary_record *k = &r->canaries[i];
        if (!(kinds >> i & 1) || k->before_ns.why || k->after_ns.why)
            continue;
        double slow = fmax((double)k->before_ns.value, (double)k->after_ns.value);
        double fast = fmin((double)k->before_ns.value, (double)k->after_ns.value);
        most = fmax(most, slow > fast * (1 + canary_kinds[i].limit) ? 1 - fast / slow : 0); /* fmax leaves NaN out */
    }
    return most * fmin(own_ns(r), trial_capacity_ns(c, r));
}

static double lost_to_migration(const struct cell *c, const struct trial_record *r)
{
    return c->n_pus ? MOVE_NS * value(&r->migrations) : (double)NAN;
}

static double lost_to_preemption(const struct cell *c, const struct trial_record *r)
{
    return trial_has_own_cpus(c, r) ? waited_ns(r) : (double)NAN;
}

static double lost_to_pressure(const struct cell *c, const struct trial_record *r)
{
    bool only = r->queue_wait_ns.why && !c->n_service_pus;
    return only && !r->pressure_ns.why ? lost_to_load(c, r) : (double)NAN;
}

/* Of all its CPUs, though it may have been one worker's alone: the others' work is not over before that one's. */
static double lost_to_stop(const struct cell *c, const struct trial_record *r)
{
    return value(&r->stopped_ns) * cell_used_cpus(c);
}

static const struct {
    double (*lost_ns)(const struct cell *c, const struct trial_record *r);
} kinds[DISTURBANCES] = {
#define DISTURBANCE(NAME, name, function, text) [DISTURBED_##NAME] = {lost_to_##function},
#include "harness/insight/disturbance.def"
#undef DISTURBANCE
};

void trial_lost(const struct cell *c, const struct trial_record *r, double share[DISTURBANCES])
{
    double whole = trial_capacity_ns(c, r);
    for (unsigned i = 0; i < DISTURBANCES; i++) {
        double lost = kinds[i].lost_ns(c, r) / whole;
        share[i] = lost > 1 ? 1 : lost;
    }
}

unsigned trial_disturbances(const struct cell *c, const struct trial_record *r)
{
    double share[DISTURBANCES];
    unsigned set = 0;
    trial_lost(c, r, share);
    for (unsigned i = 0; i < DISTURBANCES; i++)
        set |= (unsigned)(share[i] > DISTURBED_LEAST) << i;
    return set;
}

bool trial_has_company(const struct cell *c, const struct trial_record *r)
{
    return beyond(value(&r->foreign_cpu_ns), 2 * TICK_NS) > company_least * trial_capacity_ns(c, r);
}

double trial_waited(const struct cell *c, const struct trial_record *r)
{
    double share = trial_has_own_cpus(c, r) ? (double)r->queue_wait_ns.value / ((double)r->run_ns * c->workers) : NAN;
    return share > 1 ? 1 : share;
}
