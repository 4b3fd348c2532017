/* SPDX-License-Identifier: MIT */
/* The trials of a run once more; see trials.h. */
#include "harness/insight/trials.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>

#include "harness/record/journal.h"

struct pass {
    const char *dir;
    const struct summary *summary;
    const volatile int *stop;
    struct plan again; /* as it was read this time */
    unsigned left;     /* trials that the summary has and that were not read yet */
    int (*each)(void *arg, const struct trial_record *r);
    void *arg;
    struct err *e;
};

enum { ENOUGH = 1 };

/* The summary knows of trials whose work turned out to differ only after they were written. */
static void void_as_summed_up(const struct summary *s, struct trial_record *r)
{
    const struct cell_summary *c = &s->cells[r->cell];
    if (r->status != TRIAL_OK || !isnan(s->throughput[(size_t)r->cell * s->plan->blocks + r->block]) || !c->voided)
        return;
    r->status = TRIAL_VOID;
    snprintf(r->reason, sizeof r->reason, "%s", c->failed ? "its work differs from that of other trials" : c->reason);
}

static int one_trial(void *arg, struct trial_record *r)
{
    struct pass *p = arg;
    const struct plan *plan = p->summary->plan;
    if (p->again.n_cells != plan->n_cells || p->again.blocks != plan->blocks)
        return err_set(p->e, EBUSY, "%s/trials.jsonl was replaced while it was being read; try again", p->dir);
    if (p->stop && *p->stop)
        return err_set(p->e, EINTR, "interrupted");
    if (!p->left--)
        return ENOUGH;
    void_as_summed_up(p->summary, r);
    return p->each(p->arg, r);
}

int trials_read(const char *dir, const struct summary *s, const volatile int *stop,
                int (*each)(void *arg, const struct trial_record *r), void *arg, struct err *e)
{
    struct pass p = {
        .dir = dir,
        .summary = s,
        .stop = stop,
        .left = s->ok + s->failed + s->voided,
        .each = each,
        .arg = arg,
        .e = e,
    };
    bool torn; /* told when the summary was read */
    int rc = journal_read(dir, &p.again, one_trial, &p, &torn, e);
    if (!rc)
        plan_release(&p.again);
    return rc < 0 ? rc : 0;
}
