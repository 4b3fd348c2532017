/* SPDX-License-Identifier: MIT */
/* The end of a summary; the summarizer makes it. */
#include "harness/insight/summary.h"

#include <math.h>
#include <stdlib.h>

void summary_release(struct summary *s)
{
    for (unsigned i = 0; s->cells && i < s->plan->n_cells; i++)
        free(s->cells[i].latency);
    free(s->cells);
    free(s->throughput);
    free(s->canary_ns);
    free(s->spent_ns);
    free(s->at_s);
    free(s->foreign_ns);
    free(s->watched_ns);
    stats_looks_free(s->looks);
    free(s->comparisons);
    free(s->floors);
    free(s->findings);
    free(s->environment);
    *s = (struct summary){0};
}

double summary_foreign(const struct summary *s, unsigned first, unsigned end)
{
    double used = 0, watched = 0;
    for (unsigned i = first; i < end; i++) {
        used += s->foreign_ns[i];
        watched += s->watched_ns[i];
    }
    return watched > 0 ? used / watched : (double)NAN;
}
