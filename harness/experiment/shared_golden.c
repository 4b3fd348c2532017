/* SPDX-License-Identifier: MIT */
/* Which cells share a golden value, and what is kept of it; see shared_golden.h. */
#include "harness/experiment/shared_golden.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

bool shared_golden_alike(const struct cell *a, const struct cell *b)
{
    return cell_same_work(a, b) && a->tasks == b->tasks && a->concurrency == b->concurrency;
}

unsigned shared_golden_first(const struct plan *p, unsigned cell)
{
    unsigned i = 0;
    while (i < cell && !(shared_golden_alike(&p->cells[i], &p->cells[cell]) && !plan_skipped(p, i, NULL)))
        i++;
    return i;
}

int shared_golden_init(struct shared_golden *g, unsigned n_cells)
{
    g->of = calloc((size_t)n_cells + 1, sizeof *g->of);
    g->file = golden_file();
    return g->of ? 0 : -ENOMEM;
}

void shared_golden_release(struct shared_golden *g, unsigned n_cells)
{
    for (unsigned i = 0; g->of && i < n_cells; i++)
        golden_release(&g->of[i]);
    if (g->file)
        close(g->file);
    free(g->of);
    *g = (struct shared_golden){0};
}
