/* SPDX-License-Identifier: MIT */
/* The loop over blocks and trials; see blocks.h. */
#include "harness/experiment/blocks.h"

#include <errno.h>
#include <math.h>
#include <time.h>

#include "bench/workload.h"
#include "harness/base/base.h"
#include "harness/measure/clock.h"

void blocks_release(struct blocks *b)
{
    for (unsigned k = 0; k < b->n_sides; k++)
        side_release(&b->side[k]);
}

unsigned blocks_first(uint64_t seed, unsigned pair)
{
    return (unsigned)(mix64(seed + pair) >> 63);
}

static unsigned cell_at(const struct plan *p, unsigned block, unsigned position)
{
    return p->order[block * p->n_runnable + position];
}

static bool is_whole(const struct blocks *b, unsigned block)
{
    const struct plan *p = b->plan;
    if (block >= p->blocks)
        return false;
    for (unsigned k = 0; k < b->n_sides; k++)
        for (unsigned i = 0; i < p->n_runnable; i++)
            if (!side_has(&b->side[k], block, cell_at(p, block, i)))
                return false;
    return true;
}

unsigned blocks_whole(const struct blocks *b)
{
    unsigned n = 0;
    while (is_whole(b, n))
        n++;
    return n;
}

/* The pause before this block, if it is the first of a visit that begins now. A visit with a trial that was read back
 * began in an earlier session, and goes on at once. */
static bool pause_is_due(const struct blocks *b, unsigned block)
{
    const struct plan *p = b->plan;
    unsigned visit = plan_visit_of(p, block);
    if (!visit || !p->n_runnable || block != plan_visit_first(p, visit))
        return false;
    const size_t end = (size_t)plan_visit_first(p, visit + 1) * p->n_cells;
    for (unsigned k = 0; k < b->n_sides; k++)
        for (size_t i = (size_t)block * p->n_cells; i < end; i++)
            if (b->side[k].measured[i])
                return false;
    return true;
}

/* A signal ends a step of the wait; one that comes before the step is seen behind it. */
static int wait_pause(const struct blocks *b, unsigned visit)
{
    const uint64_t step_ns = 100 * NS_PER_MS, end = now_ns() + b->plan->pause_ns;
    uint64_t told_s = UINT64_MAX;
    for (uint64_t now; !*b->stop && (now = now_ns()) < end;) {
        uint64_t left = end - now, left_s = (left + NS_PER_S - 1) / NS_PER_S;
        bool begins = told_s == UINT64_MAX;
        if (b->tell_pause && left_s != told_s)
            b->tell_pause(b->arg, visit, begins ? (double)b->plan->pause_ns / NS_PER_S : (double)left_s, begins);
        told_s = left_s;
        nanosleep(&(struct timespec){.tv_nsec = (long)(left < step_ns ? left : step_ns)}, NULL);
    }
    return *b->stop ? -EINTR : 0;
}

/* By each side that has not measured it yet; *any: there was one. */
static int measure_cell(struct blocks *b, unsigned block, unsigned position, bool *any, struct err *e)
{
    const struct plan *p = b->plan;
    const struct place at = {cell_at(p, block, position), block, position};
    unsigned first = b->n_sides == 2 ? blocks_first(p->seed, block * p->n_runnable + position) : 0;
    *any = false;
    for (unsigned k = 0; k < b->n_sides; k++) {
        struct side *s = &b->side[k ? !first : first];
        if (side_has(s, block, at.cell))
            continue;
        *any = true;
        int rc = *b->stop ? -EINTR : side_measure(s, at, &b->golden_ns, e);
        if (rc)
            return rc;
    }
    return 0;
}

int blocks_measure(struct blocks *b, struct err *e)
{
    const struct plan *p = b->plan;
    struct look look = {0};
    double looked_at = 0;
    bool any;
    for (unsigned block = 0; block < p->blocks; block++) {
        int rc = pause_is_due(b, block) ? wait_pause(b, plan_visit_of(p, block)) : 0;
        for (unsigned i = 0; i < p->n_runnable && !rc; i++) {
            rc = measure_cell(b, block, i, &any, e);
            if (!rc && any && b->tell)
                b->tell(b->arg, block * p->n_runnable + i + 1, block, i, &look);
        }
        if (rc)
            return rc;
        if (is_whole(b, block + 1))
            continue; /* read back: the rule let the run go on from here */
        rc = b->look(b->look_arg, block + 1, &look, e);
        if (rc)
            return rc;
        b->golden_last_ns = b->golden_ns - looked_at;
        b->golden_looked_ns = b->golden_before_ns + b->golden_ns;
        looked_at = b->golden_ns;
        if (look.stop)
            return 0;
    }
    return 0;
}

/* Those before visits of which no block has begun. */
static double pauses_left_s(const struct plan *p, double done)
{
    unsigned left = 0;
    for (unsigned v = 1; v < p->visits; v++)
        left += plan_visit_first(p, v) >= done;
    return left * ((double)p->pause_ns / NS_PER_S);
}

/* Until a run that keeps a time ends for it, its fewest blocks being there; INFINITY: it does not. */
static double time_left_s(const struct plan *p, double done, double block_s, double spent_ns)
{
    double time = (double)p->time.trials_ns / 1e9 - spent_ns / 1e9, least = (p->time.blocks_least - done) * block_s;
    return !p->time.trials_ns ? INFINITY : time > least ? time : least;
}

double blocks_left_s(const struct plan *p, double done, const struct expected *x, const struct look *look)
{
    double all = p->blocks, each = 0, goal = p->stop.precision;
    double once = (x->golden_ns - x->golden_spent_ns) / 1e9;
    for (unsigned i = 0; !look->blocks && i < p->n_cells && x->trial_ns; i++)
        each += x->trial_ns[i] / 1e9;
    if (look->blocks)
        each = (look->spent_ns - x->golden_looked_ns) / 1e9 / look->blocks;
    if (goal > 0 && look->widest > goal) {
        double need = look->blocks * (look->widest / goal) * (look->widest / goal);
        all = need < all ? need : all;
    }
    /* A block never finds out more than the one before: in batch mode nothing from the second on, in closed mode ever
     * less. A resumed run begins anew with its first block. */
    if (look->blocks && once > x->golden_last_ns / 1e9 * (all - done))
        once = x->golden_last_ns / 1e9 * (all - done);
    double left = (once > 0 ? once : 0) + each * (all - done), budget = (double)p->stop.budget_ns / 1e9;
    if (budget > 0 && budget - look->spent_ns / 1e9 < left)
        left = budget - look->spent_ns / 1e9;
    double time = time_left_s(p, done, each, look->spent_ns);
    left = time < left ? time : left;
    return (left > 0 ? left : 0) + pauses_left_s(p, done);
}
