/* SPDX-License-Identifier: MIT */
/* What is given up of a plan so that its run keeps a time; see keep_time.h. */
#include "harness/experiment/keep_time.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/insight/findings.h"
#include "harness/model/model.h"

enum {
    FEWEST_BLOCKS = 6,   /* for an interval */
    FEWEST_COMPARED = 2, /* models of a point */
    MORE_WITH_LOOKS = 3, /* blocks: what a rule that looks at each block costs (9 for an interval, not 6) */
    FEWEST_BLOCKS_A_VISIT = 2
};

#define AGAIN_SHARE 0.05 /* of the time, for trials that confirm what is to be left out */

/* The plan with what its cells cost. A group is the cells that share a golden value, named by its first one. */
struct accounts {
    struct plan *plan;
    const struct price *price;
    unsigned *group, *in_group; /* [cell]; how many of a group are still in the plan, with its name */
    unsigned *points;           /* [cell]: how many have it */
    bool *out, *sure;           /* [cell]: not in the plan; was tried again */
    double *trial_ns;           /* [cell]: by the pilots, or where that was less by a further trial */
    double again_ns;            /* what those took */
};

static void accounts_release(struct accounts *a)
{
    free(a->group);
    free(a->in_group);
    free(a->points);
    free(a->out);
    free(a->sure);
    free(a->trial_ns);
}

static int accounts_init(struct accounts *a, struct plan *p, const struct price *x)
{
    const size_t n = (size_t)p->n_cells + 1;
    *a = (struct accounts){.plan = p,
                           .price = x,
                           .group = calloc(n, sizeof *a->group),
                           .in_group = calloc(n, sizeof *a->in_group),
                           .points = calloc(n, sizeof *a->points),
                           .out = calloc(n, sizeof *a->out),
                           .sure = calloc(n, sizeof *a->sure),
                           .trial_ns = calloc(n, sizeof *a->trial_ns)};
    if (!a->group || !a->in_group || !a->points || !a->out || !a->sure || !a->trial_ns)
        return -ENOMEM;
    memcpy(a->trial_ns, x->trial_ns, p->n_cells * sizeof *a->trial_ns);
    for (unsigned i = 0; i < p->n_points; i++)
        for (unsigned k = 0; k < p->points[i].n_cells; k++)
            a->points[p->points[i].cells[k]]++;
    for (unsigned i = 0; i < p->n_skips; i++)
        a->out[p->skips[i].cell] = true;
    for (unsigned i = 0; i < p->n_cells; i++)
        if (!a->out[i])
            a->in_group[a->group[i] = shared_golden_first(p, i)]++;
    return 0;
}

static double golden_of(const struct accounts *a, unsigned group, unsigned members, double blocks)
{
    return members ? golden_cost_ns(&a->price->golden[group], members * blocks) : 0;
}

/* What so many blocks take, with all that is not a block. A budget ends them once it is spent: a block later at most.
 */
static double whole_ns(const struct accounts *a, unsigned blocks)
{
    const struct plan *p = a->plan;
    const double budget = (double)p->stop.budget_ns;
    double block = 0, golden = 0;
    for (unsigned i = 0; i < p->n_cells; i++) {
        block += a->out[i] ? 0 : a->trial_ns[i];
        golden += golden_of(a, i, a->in_group[i], blocks);
    }
    double all = block * blocks + golden;
    if (budget > 0 && all > budget + block)
        all = budget + block;
    const double pauses = p->visits > 1 ? (double)p->pause_ns * (p->visits - 1) : 0;
    return a->price->before_ns + a->again_ns + all + pauses + a->price->after_ns;
}

double price_ns(const struct plan *p, const struct price *x)
{
    struct accounts a;
    struct plan same = *p; /* it stays as it is */
    double ns = accounts_init(&a, &same, x) ? 0 : whole_ns(&a, p->blocks);
    accounts_release(&a);
    return ns;
}

/* Of the blocks that were asked for, the fewest that carry verdicts at all points that there are. */
static unsigned fewest_blocks(const struct plan *p)
{
    const unsigned more = plan_is_sequential(p) ? MORE_WITH_LOOKS : 0;
    struct plan plain = *p;
    unsigned need = FEWEST_BLOCKS;
    plain.stop = (struct plan_stop){0}; /* its looks are allowed for by `more` */
    for (unsigned i = 0; i < p->n_points; i++) {
        unsigned of_point = point_blocks_needed(&plain, &p->points[i]);
        need = of_point > need ? of_point : need;
    }
    need += more;
    if (p->visits > 1 && need < FEWEST_BLOCKS_A_VISIT * p->visits)
        need = FEWEST_BLOCKS_A_VISIT * p->visits;
    return need < p->time.blocks_asked ? need : p->time.blocks_asked;
}

static double freed_ns(const struct accounts *a, unsigned cell, unsigned blocks)
{
    const unsigned g = a->group[cell], n = a->in_group[g];
    return a->trial_ns[cell] * blocks + golden_of(a, g, n, blocks) - golden_of(a, g, n - 1, blocks);
}

static bool point_has(const struct plan_point *t, unsigned cell)
{
    unsigned k = 0;
    while (k < t->n_cells && t->cells[k] != cell)
        k++;
    return k < t->n_cells;
}

/* true if all points of the cell can be compared without it. */
static bool may_go(const struct plan *p, unsigned cell)
{
    if (model_is_serial(p->cells[cell].model))
        return false;
    for (unsigned i = 0; i < p->n_points; i++)
        if (p->points[i].n_cells <= FEWEST_COMPARED && point_has(&p->points[i], cell))
            return false;
    return true;
}

/* The cell that frees most of those that may go; of equal ones the last, which of a sweep has most in flight. -1: none
 * may. */
static int most_expensive_cell(const struct accounts *a, unsigned blocks)
{
    int most = -1;
    double frees = 0;
    for (unsigned i = 0; i < a->plan->n_cells; i++) {
        double ns = a->out[i] ? -1 : freed_ns(a, i, blocks);
        if (ns >= frees && may_go(a->plan, i)) {
            most = (int)i;
            frees = ns;
        }
    }
    return most;
}

/* Likewise of the points, as long as there is another. */
static int most_expensive_point(const struct accounts *a, unsigned blocks)
{
    const struct plan *p = a->plan;
    int most = -1;
    unsigned there = 0;
    double frees = 0;
    for (unsigned i = 0; i < p->n_points; i++) {
        const struct plan_point *t = &p->points[i];
        double ns = 0;
        there += t->n_cells > 0;
        for (unsigned k = 0; k < t->n_cells; k++)
            ns += a->points[t->cells[k]] == 1 ? freed_ns(a, t->cells[k], blocks) : 0;
        if (ns > 0 && ns >= frees) {
            most = (int)i;
            frees = ns;
        }
    }
    return there > 1 ? most : -1;
}

static int give_up_cell(struct accounts *a, unsigned cell, unsigned blocks)
{
    struct plan *p = a->plan;
    char reason[160], asked[32], takes[32];
    text_span(asked, sizeof asked, (double)p->time.asked_ns);
    text_span(takes, sizeof takes, freed_ns(a, cell, blocks));
    snprintf(reason, sizeof reason, "left out to keep the time of %s: it would take %s in %u blocks", asked, takes,
             blocks);
    a->out[cell] = true;
    a->in_group[a->group[cell]]--;
    p->time.cells_left_out++;
    return plan_give_up(p, cell, reason);
}

/* Cells that other points have stay for those. */
static int give_up_point(struct accounts *a, unsigned point, unsigned blocks)
{
    struct plan_point *t = &a->plan->points[point];
    int rc = 0;
    for (unsigned k = 0; k < t->n_cells && !rc;) {
        if (a->points[t->cells[k]]-- == 1)
            rc = give_up_cell(a, t->cells[k], blocks); /* the next one has its place */
        else
            k++;
    }
    t->n_left_out += t->n_cells;
    t->n_cells = 0;
    t->serial = -1;
    return rc;
}

/* true if the cell was found to be cheaper than its pilot said. */
static int try_again(struct accounts *a, unsigned cell, bool *cheaper, struct err *e)
{
    double ns = a->trial_ns[cell];
    *cheaper = false;
    if (!a->price->again || a->sure[cell] || a->again_ns + ns > AGAIN_SHARE * (double)a->plan->time.asked_ns)
        return 0;
    a->sure[cell] = true;
    int rc = a->price->again(a->price->arg, cell, &ns, e);
    a->again_ns += ns;
    *cheaper = ns < a->trial_ns[cell];
    a->trial_ns[cell] = *cheaper ? ns : a->trial_ns[cell];
    return rc;
}

/* The most blocks that fit, between those; `least` also where it does not. */
static unsigned most_blocks(const struct accounts *a, unsigned least, unsigned most)
{
    const double asked = (double)a->plan->time.asked_ns;
    while (least < most) {
        unsigned middle = least + (most - least + 1) / 2;
        if (whole_ns(a, middle) <= asked)
            least = middle;
        else
            most = middle - 1;
    }
    return least;
}

static int give_up(struct accounts *a, struct err *e)
{
    struct plan *p = a->plan;
    const double asked = (double)p->time.asked_ns;
    int rc = 0;
    p->time.blocks_least = fewest_blocks(p);
    while (!rc && whole_ns(a, p->time.blocks_least) > asked) {
        int cell = most_expensive_cell(a, p->time.blocks_least);
        int point = cell < 0 ? most_expensive_point(a, p->time.blocks_least) : -1;
        bool cheaper = false;
        if (cell < 0 && point < 0)
            break;
        if (cell >= 0 && ((rc = try_again(a, (unsigned)cell, &cheaper, e)) || cheaper))
            continue;
        rc = cell >= 0 ? give_up_cell(a, (unsigned)cell, p->time.blocks_least)
                       : give_up_point(a, (unsigned)point, p->time.blocks_least);
        rc = rc ? err_set(e, ENOMEM, "out of memory") : 0;
        p->time.blocks_least = fewest_blocks(p); /* fewer models need fewer */
    }
    p->time.blocks_planned = most_blocks(a, p->time.blocks_least, p->time.blocks_asked);
    p->time.planned_ns = (uint64_t)whole_ns(a, p->time.blocks_planned);
    /* Visits are spread over a number of blocks that is known, and looks spend their error by it. */
    if (p->visits > 1 || plan_is_sequential(p))
        p->blocks = p->time.blocks_planned;
    return rc;
}

int keep_time(struct plan *p, uint64_t asked_ns, const struct price *x, struct err *e)
{
    struct accounts a;
    int rc = accounts_init(&a, p, x);
    if (!rc) {
        p->time = (struct plan_time){
            .asked_ns = asked_ns, .whole_ns = (uint64_t)whole_ns(&a, p->blocks), .blocks_asked = p->blocks};
        rc = give_up(&a, e);
        double trials = (double)asked_ns - x->before_ns - a.again_ns - x->after_ns;
        p->time.trials_ns = p->visits > 1 ? 0 : (uint64_t)fmax(trials, 1);
    } else {
        rc = err_set(e, ENOMEM, "out of memory");
    }
    accounts_release(&a);
    return rc;
}
