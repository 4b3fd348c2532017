/* SPDX-License-Identifier: MIT */
/* The loop over blocks and trials; see blocks.h. */
#include "harness/experiment/blocks.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "harness/base/base.h"
#include "harness/measure/clock.h"
#include "harness/trial/spawn.h"

int blocks_init(struct blocks *b, struct err *e)
{
    b->measured = calloc((size_t)b->plan->blocks * b->plan->n_cells + 1, sizeof *b->measured);
    b->golden = calloc(b->plan->n_cells + 1, sizeof *b->golden);
    b->golden_file = golden_file();
    return b->measured && b->golden ? 0 : err_set(e, ENOMEM, "out of memory");
}

void blocks_release(struct blocks *b)
{
    for (unsigned i = 0; b->golden && i < b->plan->n_cells; i++)
        golden_release(&b->golden[i]);
    if (b->golden_file)
        close(b->golden_file);
    free(b->measured);
    free(b->golden);
    b->measured = NULL;
    b->golden = NULL;
    b->golden_file = 0;
}

bool blocks_mark(struct blocks *b, unsigned block, unsigned cell)
{
    bool *m = &b->measured[(size_t)block * b->plan->n_cells + cell];
    bool is_new = !*m;
    *m = true;
    return is_new;
}

bool golden_is_shared(const struct cell *a, const struct cell *b)
{
    return cell_same_work(a, b) && a->tasks == b->tasks && a->concurrency == b->concurrency;
}

unsigned golden_shared_with(const struct plan *p, unsigned cell)
{
    unsigned i = 0;
    while (i < cell && !(golden_is_shared(&p->cells[i], &p->cells[cell]) && !plan_skipped(p, i, NULL)))
        i++;
    return i;
}

static int measure_one(struct blocks *b, unsigned block, unsigned position, struct err *e)
{
    unsigned cell = b->plan->order[block * b->plan->n_runnable + position];
    struct trial_record r;
    struct cell c = b->plan->cells[cell];
    struct golden *golden = &b->golden[golden_shared_with(b->plan, cell)];
    golden_hand_over(golden, b->golden_file, &c);
    int rc = trial_spawn(&c, b->scratch, b->stop, &r, e);
    b->golden_ns += (double)r.golden_ns;
    r.cell = cell;
    r.block = block;
    r.position = position;
    if (!rc)
        rc = summarizer_add(b->summarizer, &r, e);
    if (!rc && r.status == TRIAL_OK)
        golden_take(golden, &c, &r);
    if (!rc)
        rc = journal_append(b->journal, b->plan, &r, e);
    trial_record_release(&r);
    if (!rc)
        blocks_mark(b, block, cell);
    return rc;
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
    size_t i = (size_t)block * p->n_cells;
    while (i < end && !b->measured[i])
        i++;
    return i == end;
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

int blocks_measure(struct blocks *b, struct err *e)
{
    const struct plan *p = b->plan;
    struct look look = {0};
    double looked_at = 0;
    for (unsigned block = 0, done = 0; block < p->blocks; block++) {
        int waited = pause_is_due(b, block) ? wait_pause(b, plan_visit_of(p, block)) : 0;
        if (waited)
            return waited;
        for (unsigned i = 0; i < p->n_runnable; i++) {
            done++;
            if (b->measured[(size_t)block * p->n_cells + p->order[block * p->n_runnable + i]])
                continue;
            int rc = *b->stop ? -EINTR : measure_one(b, block, i, e);
            if (rc)
                return rc;
            if (b->tell)
                b->tell(b->arg, done, block, i, &look);
        }
        if (block + 1 < summarizer_blocks(b->summarizer))
            continue; /* read back: the rule let the run go on from here */
        if (summarizer_look(b->summarizer, &look))
            return err_set(e, ENOMEM, "out of memory");
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
    return (left > 0 ? left : 0) + pauses_left_s(p, done);
}
