/* SPDX-License-Identifier: MIT */
/* The loop over blocks, cells and sides; see live.h. */
#include "harness/experiment/live.h"

#include <errno.h>

#include "harness/experiment/pairs.h"
#include "harness/insight/compare.h"
#include "harness/trial/spawn.h"

static int measure_side(const struct live *l, unsigned which, unsigned block, unsigned position, struct err *e)
{
    const struct live_side *s = &l->side[which];
    const struct plan *p = s->plan;
    unsigned cell = p->order[block * p->n_runnable + position];
    struct trial_record r;
    int rc = *l->stop ? -EINTR : 0;
    if (rc)
        return rc;
    rc = trial_spawn_with(s->program, p->plugins, &p->cells[cell], l->scratch, l->stop, &r, e);
    r.cell = cell;
    r.block = block;
    r.position = position;
    if (!rc)
        rc = summarizer_add(s->summarizer, &r, e);
    if (!rc)
        rc = journal_append(s->journal, p, &r, e);
    trial_record_release(&r);
    return rc;
}

/* What stood in the way of the first cell that has no pair. */
static int nothing_to_compare(const struct summary *a, const struct summary *b, struct err *e)
{
    for (unsigned i = 0; i < a->plan->n_cells; i++) {
        bool failed = b->cells[i].failed;
        if (failed || a->cells[i].failed)
            return err_set(e, ENODATA, "no cell could be measured by both: %s fails in %c: %s",
                           a->plan->cells[i].workload, failed ? 'B' : 'A', (failed ? b : a)->cells[i].reason);
    }
    return err_set(e, ENODATA, "no cell could be measured by both");
}

static int look_at(const struct live *l, unsigned blocks, struct stats_looks *looks, struct look *look, struct err *e)
{
    const struct summary *a = summarizer_so_far(l->side[0].summarizer), *b = summarizer_so_far(l->side[1].summarizer);
    int rc = runs_look(a, b, blocks, looks, look, e);
    return rc || look->comparisons || a->work_differs || b->work_differs ? rc : nothing_to_compare(a, b, e);
}

static int measure(const struct live *l, struct stats_looks *looks, struct err *e)
{
    const struct plan *p = l->side[0].plan;
    struct look look = {0};
    for (unsigned block = 0; block < p->blocks && !look.stop; block++) {
        for (unsigned i = 0; i < p->n_runnable; i++) {
            unsigned first = pairs_first(p->seed, block * p->n_runnable + i);
            int rc = measure_side(l, first, block, i, e);
            if (!rc)
                rc = measure_side(l, !first, block, i, e);
            if (rc)
                return rc;
            if (l->tell)
                l->tell(l->arg, block, i, &look);
        }
        int rc = look_at(l, block + 1, looks, &look, e);
        if (rc)
            return rc;
    }
    return 0;
}

int live_measure(const struct live *l, struct err *e)
{
    struct stats_looks *looks = stats_looks_new(INTERVAL_LEVEL);
    int rc = looks ? measure(l, looks, e) : err_set(e, ENOMEM, "out of memory");
    stats_looks_free(looks);
    return rc;
}
