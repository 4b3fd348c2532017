/* SPDX-License-Identifier: MIT */
/* Two runs that were never measured, and floors of which the truth is known: what a comparison reads of them, alone. */
#ifndef CONTEND_TESTS_MADE_TWO_H
#define CONTEND_TESTS_MADE_TWO_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/insight/summary.h"
#include "harness/record/kept_floor.h"
#include "harness/stats/distribution.h"
#include "harness/stats/rng.h"

enum { MADE_BLOCKS = 60, MADE_CELLS = 10 };

/* A run of up to MADE_CELLS cells, which differ in their workers. */
struct made {
    struct plan plan;
    struct cell cells[MADE_CELLS];
    struct cell_summary sums[MADE_CELLS];
    double throughput[MADE_CELLS * MADE_BLOCKS], canaries[CANARIES][MADE_BLOCKS];
    double spent_ns[MADE_BLOCKS], at_s[MADE_BLOCKS], foreign_ns[MADE_BLOCKS], watched_ns[MADE_BLOCKS];
    struct summary s;
};

static inline double made_normal(struct stats_rng *r)
{
    return stats_normal_quantile(stats_rng_uniform(r));
}

/* One block a second, 10 s between visits, the first at start_s; all throughputs 100, canaries 1000 ns, nothing else on
 * the machine of 4 CPUs. */
static inline void made_init(struct made *m, unsigned cells, unsigned blocks, unsigned visits, double start_s)
{
    assert_true(cells <= MADE_CELLS && blocks <= MADE_BLOCKS);
    memset(m, 0, sizeof *m);
    m->plan = (struct plan){.name = "made", .blocks = blocks, .visits = visits, .equiv = 0.02, .cells = m->cells};
    m->plan.n_cells = m->plan.n_runnable = cells;
    for (unsigned c = 0; c < cells; c++) {
        m->cells[c] = (struct cell){.workload = "null",
                                    .model = "threads",
                                    .order = "compact",
                                    .workers = c + 1,
                                    .offered = 1,
                                    .concurrency = 1,
                                    .units = 8};
        m->sums[c] = (struct cell_summary){.status = TRIAL_OK, .trials = blocks, .units = 8};
        for (unsigned b = 0; b < blocks; b++)
            m->throughput[c * blocks + b] = 100;
    }
    for (unsigned b = 0; b < blocks; b++) {
        m->at_s[b] = start_s + b + 10. * plan_visit_of(&m->plan, b);
        m->spent_ns[b] = 1000;
        m->watched_ns[b] = 1e9;
        for (unsigned k = 0; k < CANARIES; k++)
            m->canaries[k][b] = 1000;
    }
    m->s = (struct summary){.plan = &m->plan,
                            .cells = m->sums,
                            .throughput = m->throughput,
                            .spent_ns = m->spent_ns,
                            .at_s = m->at_s,
                            .foreign_ns = m->foreign_ns,
                            .watched_ns = m->watched_ns,
                            .cpus = 4};
    for (unsigned k = 0; k < CANARIES; k++)
        m->s.canaries[k] = m->canaries[k];
    m->s.canary_ns = m->canaries[CANARY_CHAIN];
    m->s.look.blocks = blocks;
}

/* Noise of one cell: each visit its own, and each block. */
static inline void made_noise(struct made *m, unsigned cell, double between, double within, struct stats_rng *r)
{
    double visit = between * made_normal(r);
    for (unsigned b = 0; b < m->plan.blocks; b++) {
        if (b && plan_visit_of(&m->plan, b) != plan_visit_of(&m->plan, b - 1))
            visit = between * made_normal(r);
        m->throughput[cell * m->plan.blocks + b] *= exp(visit + within * made_normal(r));
    }
}

static inline void made_faster(struct made *m, unsigned cell, double by)
{
    for (unsigned b = 0; b < m->plan.blocks; b++)
        m->throughput[cell * m->plan.blocks + b] *= by;
}

/* A floor of one cell of "null", a block each step_s, all values 0. */
static inline struct kept_floor made_floor(unsigned n, double step_s)
{
    struct kept_floor f;
    assert_int_equal(kept_floor_init(&f, n, 1, 0), 0);
    f.cells[0] =
        (struct floor_series){"null threads", "null", "cpu", "threads", f.cells[0].log, f.cells[0].waited, NAN};
    for (unsigned i = 0; i < n; i++) {
        f.at_s[i] = i * step_s;
        f.foreign[i] = f.cells[0].log[i] = 0;
    }
    return f;
}

static inline void made_white(struct kept_floor *f, double spread, struct stats_rng *r)
{
    for (unsigned i = 0; i < f->n; i++)
        f->cells[0].log[i] += spread * made_normal(r);
}

/* A random telegraph signal: one of two levels, `step` apart, each for mean_s on average. */
static inline void made_regimes(struct kept_floor *f, double step, double mean_s, struct stats_rng *r)
{
    double level = stats_rng_uniform(r) < 0.5 ? 0 : step, until_s = -mean_s * log(stats_rng_uniform(r));
    for (unsigned i = 0; i < f->n; i++) {
        for (; f->at_s[i] >= until_s; level = step - level)
            until_s -= mean_s * log(stats_rng_uniform(r));
        f->cells[0].log[i] += level;
    }
}

#endif
