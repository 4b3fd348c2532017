/* SPDX-License-Identifier: MIT */
/* The looks of a run and of a live comparison; see rule.h. */
#include "harness/experiment/rule.h"

#include <errno.h>

#include "harness/insight/runs.h"

int rule_of_run(void *arg, unsigned blocks, struct look *out, struct err *e)
{
    const struct rule *r = arg;
    (void)blocks;
    return summarizer_look(r->side[0].summarizer, out) ? err_set(e, ENOMEM, "out of memory") : 0;
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

int rule_of_live(void *arg, unsigned blocks, struct look *out, struct err *e)
{
    const struct rule *r = arg;
    const struct summary *a = summarizer_so_far(r->side[0].summarizer), *b = summarizer_so_far(r->side[1].summarizer);
    int rc = runs_look(a, b, blocks, r->looks, out, e);
    return rc || out->comparisons || a->work_differs || b->work_differs ? rc : nothing_to_compare(a, b, e);
}
