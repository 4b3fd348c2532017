/* SPDX-License-Identifier: MIT */
/* The end of a summary; the summarizer makes it. */
#include "harness/insight/summary.h"

#include <stdlib.h>

void summary_release(struct summary *s)
{
    for (unsigned i = 0; s->cells && i < s->plan->n_cells; i++)
        free(s->cells[i].latency);
    free(s->cells);
    free(s->throughput);
    free(s->canary_ns);
    free(s->spent_ns);
    stats_looks_free(s->looks);
    free(s->comparisons);
    free(s->floors);
    free(s->findings);
    free(s->environment);
    *s = (struct summary){0};
}
