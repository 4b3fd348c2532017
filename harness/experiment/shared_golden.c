/* SPDX-License-Identifier: MIT */
/* Which cells share a golden value, and what is kept of it; see shared_golden.h. */
#include "harness/experiment/shared_golden.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "harness/base/base.h"

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

double golden_cost_ns(const struct golden_cost *c, double trials)
{
    /* In closed mode a task seldom does as many units as one before did. What is computed on the way from there was, on
     * a loaded machine, twice to thrice what the first trial had to, however many trials follow: one is just itself,
     * two are taken to be twice, and more come near to three times. */
    const double most = 3;
    return c->once_ns + c->each_ns * trials + c->anew_ns * (most - (most - 1) / trials);
}

double golden_cost_all_ns(const struct plan *p, const struct golden_cost *cost)
{
    CLEANUP_FREE unsigned *sharing = calloc((size_t)p->n_cells + 1, sizeof *sharing); /* cells, with their first */
    double sum = 0;
    for (unsigned i = 0; sharing && i < p->n_cells; i++)
        if (!plan_skipped(p, i, NULL))
            sharing[shared_golden_first(p, i)]++;
    for (unsigned i = 0; sharing && i < p->n_cells; i++)
        if (sharing[i])
            sum += golden_cost_ns(&cost[i], (double)sharing[i] * p->blocks);
    return sum;
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
