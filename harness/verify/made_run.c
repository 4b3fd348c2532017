/* SPDX-License-Identifier: MIT */
/* Runs laid on a recorded floor; see made_run.h. */
#include "harness/verify/made_run.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/base.h"
#include "harness/verify/sample.h"

void made_release(struct made *m)
{
    free(m->plan.cells);
    free(m->cells);
    free(m->memory);
}

int made_init(struct made *m, const struct kept_floor *f, unsigned first, unsigned n, unsigned visits)
{
    *m = (struct made){.plan = {.name = "replay", .blocks = MADE_BLOCKS, .visits = visits, .equiv = sample_equiv()}};
    m->plan.pause_ns = visits > 1 ? PLAN_PAUSE_S * NS_PER_S : 0;
    m->plan.n_cells = m->plan.n_runnable = n;
    m->plan.cells = calloc(n, sizeof *m->plan.cells);
    m->cells = calloc(n, sizeof *m->cells);
    m->memory = malloc((size_t)MADE_BLOCKS * (2 * n + 4 + CANARIES) * sizeof *m->memory);
    if (!m->plan.cells || !m->cells || !m->memory)
        return -ENOMEM;
    for (unsigned i = 0; i < n; i++) {
        const struct floor_series *x = &f->cells[first + i];
        m->plan.cells[i] = (struct cell){.workload = x->workload,
                                         .model = x->model,
                                         .workers = 1,
                                         .concurrency = 1,
                                         .offered = 1,
                                         .order = "compact"};
        m->cells[i].status = TRIAL_OK;
        m->cells[i].trials = MADE_BLOCKS;
        m->cells[i].run_ns.median = 1;
        m->cells[i].cpu_user_ns.median = isnan(x->busy) ? 1 : x->busy;
    }
    double *at = m->memory;
    m->s = (struct summary){.plan = &m->plan, .cells = m->cells, .complete = true, .look = {.blocks = MADE_BLOCKS}};
    m->s.cpus = (double)sysconf(_SC_NPROCESSORS_ONLN);
    double **const parts[] = {&m->s.spent_ns, &m->s.at_s, &m->s.foreign_ns, &m->s.watched_ns};
    for (unsigned i = 0; i < ARRAY_LEN(parts); i++, at += MADE_BLOCKS)
        *parts[i] = at;
    for (unsigned k = 0; k < CANARIES; k++, at += MADE_BLOCKS)
        m->s.canaries[k] = at;
    m->s.canary_ns = m->s.canaries[CANARY_CHAIN];
    m->s.throughput = at;
    m->s.waited = at + (size_t)n * MADE_BLOCKS;
    return 0;
}

static void copy_series(const struct floor_series *from, struct floor_series *to, unsigned many, unsigned first,
                        unsigned n)
{
    for (unsigned i = 0; i < many; i++) {
        double *log = to[i].log, *waited = to[i].waited;
        to[i] = from[i];
        to[i].log = log;
        to[i].waited = waited;
        memcpy(log, from[i].log + first, n * sizeof *log);
        if (waited)
            memcpy(waited, from[i].waited + first, n * sizeof *waited);
    }
}

int made_part(const struct kept_floor *f, unsigned first, unsigned n, struct kept_floor *out)
{
    if (kept_floor_init(out, n, f->n_cells, f->n_canaries))
        return -ENOMEM;
    for (unsigned i = 0; i < n; i++)
        out->at_s[i] = f->at_s[first + i] - f->at_s[first];
    memcpy(out->foreign, f->foreign + first, n * sizeof *out->foreign);
    copy_series(f->cells, out->cells, f->n_cells, first, n);
    copy_series(f->canaries, out->canaries, f->n_canaries, first, n);
    memcpy(out->started, f->started, sizeof out->started);
    return 0;
}

static void copy_block(struct made *m, unsigned b, const struct kept_floor *f, unsigned first, unsigned k)
{
    m->s.spent_ns[b] = m->s.watched_ns[b] = 1e9;
    m->s.at_s[b] = f->at_s[k];
    m->s.foreign_ns[b] = isnan(f->foreign[k]) ? 0 : 1e9 * f->foreign[k];
    for (unsigned i = 0; i < m->plan.n_cells; i++) {
        m->s.throughput[(size_t)i * MADE_BLOCKS + b] = exp(f->cells[first + i].log[k]);
        m->s.waited[(size_t)i * MADE_BLOCKS + b] = f->cells[first + i].waited[k];
    }
    for (unsigned i = 0; i < CANARIES; i++)
        m->s.canaries[i][b] = NAN;
    for (unsigned i = 0; i < f->n_canaries; i++)
        for (unsigned kind = 0; kind < CANARIES; kind++)
            if (strcmp(f->canaries[i].id, canary_kinds[kind].name) == 0)
                m->s.canaries[kind][b] = exp(f->canaries[i].log[k]);
}

bool made_lay(struct made *m, const struct kept_floor *f, unsigned first, double start_s, double *end_s)
{
    double pause_s = (double)m->plan.pause_ns / 1e9;
    unsigned k = 0;
    while (k < f->n && f->at_s[k] < start_s)
        k++;
    for (unsigned b = 0; b < MADE_BLOCKS; b++, k++) {
        if (b && plan_visit_of(&m->plan, b) != plan_visit_of(&m->plan, b - 1)) {
            double from_s = k < f->n ? f->at_s[k] + pause_s : INFINITY; /* the block before has ended there */
            while (k < f->n && f->at_s[k] < from_s)
                k++;
        }
        if (k + 1 >= f->n)
            return false;
        copy_block(m, b, f, first, k);
        *end_s = f->at_s[k + 1];
    }
    return true;
}
