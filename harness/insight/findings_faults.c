/* SPDX-License-Identifier: MIT */
/*
 * The finding on page faults that models of one point do not share. All do the same work, so what that faults is the
 * same for all; more of them are first touches of memory, of start-up rather than of the work, which longer trials
 * would make weigh less. Workers' own accounts are looked at: those of models whose workers are made for one task hold
 * their creation, which is part of their run, and those of models that offload are not the ones that compute.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "harness/base/base.h"
#include "harness/insight/findings_internal.h"
#include "harness/model/model.h"
#include "harness/stats/order.h"

enum { OF_A_WORKER = 2 };                /* faults a worker that may differ: the kernel's, as memory happens to lie */
static const double LEAST_SHARE = 0.005; /* of the CPU time */

/* What one fault costs here, ns: the median over blocks of the canary that times some. NaN: not known. */
static double fault_ns(const struct summary *s)
{
    const double *of_block = s->canaries[CANARY_PAGE_FAULT];
    double *known = of_block ? malloc((s->plan->blocks + 1u) * sizeof *known) : NULL;
    unsigned n = 0;
    for (unsigned b = 0; known && b < s->plan->blocks; b++)
        if (!isnan(of_block[b]))
            known[n++] = of_block[b];
    if (known)
        stats_sort(known, n);
    double median = n ? stats_median(known, n) : NAN;
    free(known);
    return median;
}

struct side {
    unsigned cell;
    double faults, cpu_ns; /* of a unit; medians over the trials */
};

/* false: the cell's faults are not known, or are not those of its work. */
static bool side_of(const struct summary *s, unsigned cell, struct side *out)
{
    const struct cell_summary *c = &s->cells[cell];
    if (c->status != TRIAL_OK || !c->units || isnan(c->minor_faults.median) || isnan(c->cpu_user_ns.median) ||
        (model_traits(s->plan->cells[cell].model) & (MODEL_EACH | MODEL_OFFLOADS)))
        return false;
    double units = s->plan->cells[cell].mode == MODE_BATCH
                       ? (double)c->units
                       : c->throughput.median * c->run_ns.median / 1e9; /* they differ from trial to trial */
    *out = (struct side){.cell = cell,
                         .faults = c->minor_faults.median / units,
                         .cpu_ns = (c->cpu_user_ns.median + c->cpu_system_ns.median) / units};
    return units > 0;
}

/* What the faults more of `most` cost, as a share of the CPU time of whichever took less of it; 0: too few to tell. */
static double share_of(const struct summary *s, const struct side *least, const struct side *most, double ns)
{
    const struct cell_summary *c = &s->cells[most->cell];
    double more = most->faults - least->faults, a_trial = more / most->faults * c->minor_faults.median;
    if (!(a_trial - 0.5 > OF_A_WORKER * (double)s->plan->cells[most->cell].workers))
        return 0;
    /* Where a fault's cost is not known: no more than the system time of those there were. */
    double cost = isnan(ns) ? c->cpu_system_ns.median * more / c->minor_faults.median : more * ns;
    double share = cost / fmin(least->cpu_ns, most->cpu_ns);
    return share > LEAST_SHARE ? share : 0;
}

/* The cells with the fewest and the most faults; false: there are no two to compare. */
static bool ends_of(const struct summary *s, const struct plan_point *t, struct side *least, struct side *most)
{
    unsigned n = 0;
    for (unsigned i = 0; i < t->n_cells; i++) {
        struct side x;
        if (!side_of(s, t->cells[i], &x))
            continue;
        *least = !n || x.faults < least->faults ? x : *least;
        *most = !n || x.faults > most->faults ? x : *most;
        n++;
    }
    return n > 1;
}

void find_faults_differ(const struct finding_rule *self, struct summary *s)
{
    double ns = fault_ns(s), worst = 0;
    struct text_list each = {0};
    unsigned named[8], n = 0;
    for (unsigned i = 0; i < s->plan->n_points; i++) {
        struct side least = {0}, most = {0};
        double share = ends_of(s, &s->plan->points[i], &least, &most) ? share_of(s, &least, &most, ns) : 0;
        char work[WORK_NAME_MAX];
        if (!(share > 0))
            continue;
        worst = fmax(worst, share);
        work_name(work, sizeof work, s->plan, most.cell);
        list_add(&each, "%s with %u in flight: %.0f a trial under %s, %.0f under %s (%.2g %% of the CPU time)", work,
                 s->plan->points[i].concurrency, s->cells[most.cell].minor_faults.median,
                 s->plan->cells[most.cell].model, s->cells[least.cell].minor_faults.median,
                 s->plan->cells[least.cell].model, 100 * share);
        for (unsigned k = 0; k < 2 && n < ARRAY_LEN(named); k++)
            named[n++] = k ? least.cell : most.cell;
    }
    struct finding *f = n ? finding_add(self, s, "warn", "share_of_cpu", worst) : NULL;
    if (!f)
        return;
    for (unsigned i = 0; i < n; i++)
        finding_cell(f, named[i]);
    snprintf(f->text, sizeof f->text, "page faults differ between models that do the same work: %s", list_end(&each));
    snprintf(f->advice, sizeof f->advice,
             "such a difference is memory touched for the first time, and counts for the model with fewer: let the "
             "workload touch it before the run (setup, or warm in workload.h), or give trials more work (--trial)");
}
