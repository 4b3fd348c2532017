/* SPDX-License-Identifier: MIT */
/* One trial of one side; see side.h. */
#include "harness/experiment/side.h"

#include <errno.h>
#include <stdlib.h>

int side_init(struct side *s, struct err *e)
{
    s->measured = calloc((size_t)s->plan->blocks * s->plan->n_cells + 1, sizeof *s->measured);
    bool none = shared_golden_init(&s->golden, s->plan->n_cells) || !s->measured;
    return none ? err_set(e, ENOMEM, "out of memory") : 0;
}

void side_release(struct side *s)
{
    if (s->plan)
        shared_golden_release(&s->golden, s->plan->n_cells);
    free(s->measured);
    s->measured = NULL;
}

bool side_has(const struct side *s, unsigned block, unsigned cell)
{
    return s->measured[(size_t)block * s->plan->n_cells + cell];
}

bool side_mark(struct side *s, unsigned block, unsigned cell)
{
    bool is_new = !side_has(s, block, cell);
    s->measured[(size_t)block * s->plan->n_cells + cell] = true;
    return is_new;
}

int side_measure(struct side *s, struct place at, double *golden_ns, struct err *e)
{
    struct trial_record r;
    struct cell c = s->plan->cells[at.cell];
    struct golden *golden = &s->golden.of[shared_golden_first(s->plan, at.cell)];
    golden_hand_over(golden, s->golden.file, &c);
    int rc = trial_spawn(&s->how, &c, &r, e);
    *golden_ns += (double)r.golden_ns;
    r.cell = at.cell;
    r.block = at.block;
    r.position = at.position;
    if (!rc && s->summarizer)
        rc = summarizer_add(s->summarizer, &r, e);
    if (!rc && r.status == TRIAL_OK)
        golden_take(golden, &c, &r);
    if (!rc && s->journal)
        rc = journal_append(s->journal, s->plan, &r, e);
    if (!rc)
        side_mark(s, at.block, at.cell);
    if (!rc && s->tell)
        s->tell(s->arg, &r);
    trial_record_release(&r);
    return rc;
}
