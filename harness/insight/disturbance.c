/* SPDX-License-Identifier: MIT */
/* What disturbed a trial; see disturbance.h. */
#include "harness/insight/disturbance.h"

#include "harness/base/base.h"

const char *const disturbance_names[DISTURBANCES] = {"load", "steal", "quota", "speed", "migration"};

enum { TICK_NS = 10000000 };

/* More than `share` of `whole`, and more than the counter's own grain. */
static bool beyond(const struct metric *m, double share, double whole, double grain)
{
    return !m->why && (double)m->value > grain && (double)m->value > share * whole;
}

unsigned trial_disturbances(const struct cell *c, const struct trial_record *r)
{
    unsigned set = 0, used = c->n_pus && c->n_pus < c->workers ? c->n_pus : c->workers;
    double run = (double)r->run_ns, capacity = run * (used ? used : 1);
    set |= (unsigned)beyond(&r->foreign_cpu_ns, 0.05, capacity, 2 * TICK_NS) << DISTURBED_LOAD;
    set |= (unsigned)beyond(&r->steal_ns, 0.01, run, TICK_NS) << DISTURBED_STEAL;
    set |= (unsigned)beyond(&r->throttled_ns, 0, run, 0) << DISTURBED_QUOTA;
    set |= (unsigned)(c->n_pus && beyond(&r->migrations, 0, run, 0)) << DISTURBED_MIGRATION;
    if (!r->canary_before_ns.why && !r->canary_after_ns.why) {
        double a = (double)r->canary_before_ns.value, b = (double)r->canary_after_ns.value;
        set |= (unsigned)(a > 1.1 * b || b > 1.1 * a) << DISTURBED_SPEED;
    }
    return set;
}
