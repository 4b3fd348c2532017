/* SPDX-License-Identifier: MIT */
/* From sweeps to cells, points and skips. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/machine/listen_queue.h"
#include "harness/machine/machine.h"
#include "harness/plan/sweep.h"
#include "harness/plan/williams.h"

/* Two a visit: one alone would not tell what a visit is from what a block is. */
enum { DEFAULT_BLOCKS = 10, DEFAULT_BLOCKS_A_VISIT = 2 };

struct builder {
    unsigned sweep;
    struct plan *plan;
    const struct request *request;
    struct topology *topology;
    struct err *e;
};

/* Cells of two sweeps are one only when they are to do the same amount of work: what is not yet known is the same when
 * it will be calibrated alike. */
static bool same_cell(const struct builder *s, unsigned index, const struct cell *b)
{
    const struct cell *a = &s->plan->cells[index];
    return sweep_same_amount(&s->request->sweeps[s->plan->sweep_of[index]], &s->request->sweeps[s->sweep]) &&
           cell_same_work(a, b) && a->model == b->model && a->libc_threads == b->libc_threads &&
           a->workers == b->workers && a->concurrency == b->concurrency && a->tasks == b->tasks && a->pool == b->pool &&
           a->n_pus == b->n_pus && memcmp(a->pus, b->pus, a->n_pus * sizeof a->pus[0]) == 0 &&
           a->n_service_pus == b->n_service_pus &&
           memcmp(a->service_pus, b->service_pus, a->n_service_pus * sizeof a->service_pus[0]) == 0;
}

/* Its index, whether new or known; -errno. */
static int add_cell(struct builder *b, const struct cell *c, const char *skip)
{
    struct plan *p = b->plan;
    for (unsigned i = 0; i < p->n_cells; i++)
        if (same_cell(b, i, c))
            return (int)i;
    if (p->n_cells == PLAN_MAX_CELLS)
        return err_set(b->e, E2BIG, "the plan has more than %d cells; use fewer values", PLAN_MAX_CELLS);
    struct cell *cells = realloc(p->cells, (p->n_cells + 1) * sizeof *cells);
    if (!cells)
        return err_set(b->e, ENOMEM, "out of memory");
    p->cells = cells;
    unsigned *sweep_of = realloc(p->sweep_of, (p->n_cells + 1) * sizeof *sweep_of);
    if (!sweep_of)
        return err_set(b->e, ENOMEM, "out of memory");
    p->sweep_of = sweep_of;
    sweep_of[p->n_cells] = b->sweep;
    if (skip) {
        struct plan_skip *skips = realloc(p->skips, (p->n_skips + 1) * sizeof *skips);
        if (!skips)
            return err_set(b->e, ENOMEM, "out of memory");
        p->skips = skips;
        skips[p->n_skips++] = (struct plan_skip){p->n_cells, intern(skip)};
    }
    p->cells[p->n_cells] = *c;
    return (int)p->n_cells++;
}

static int place(struct builder *b, struct cell *c)
{
    CLEANUP_FREE struct place_unit *units = malloc(CELL_MAX_PUS * sizeof *units);
    c->order = intern(b->request->order);
    if (!units)
        return err_set(b->e, ENOMEM, "out of memory");
    int rc = place_units(b->topology, b->request->order, b->request->list, model_units(c), units, &c->n_pus, b->e);
    for (unsigned i = 0; !rc && i < c->n_pus; i++)
        c->pus[i] = units[i].os_index;
    return rc;
}

/* The units that no model of the cell's point is offered, best those first that don't even share a core with one, from
 * the far end: away from the workers. All models of a point find them in the same place. */
static int units_beside(struct builder *b, const struct cell *c, int *out, unsigned *n)
{
    CLEANUP_FREE struct place_unit *offered = malloc(CELL_MAX_PUS * sizeof *offered);
    CLEANUP_FREE struct place_unit *all = malloc(CELL_MAX_PUS * sizeof *all);
    unsigned n_offered, n_all;
    *n = 0;
    if (!offered || !all)
        return err_set(b->e, ENOMEM, "out of memory");
    int rc = place_units(b->topology, b->request->order, b->request->list, c->offered, offered, &n_offered, b->e);
    if (!rc)
        rc = place_units(b->topology, "smt-last", NULL, CELL_MAX_PUS, all, &n_all, b->e);
    for (int siblings = 0; !rc && siblings < 2; siblings++)
        for (unsigned i = n_all; i-- > 0;) {
            bool same = false, smt = false;
            for (unsigned k = 0; k < n_offered; k++) {
                const char *class = place_pair_class(b->topology, all[i].os_index, offered[k].os_index);
                same |= strcmp(class, "same") == 0;
                smt |= strcmp(class, "smt") == 0;
            }
            if (!same && smt == siblings)
                out[(*n)++] = all[i].os_index;
        }
    return rc;
}

/* The service's units: as many as the model is offered, of those beside it. When there are none it shares those
 * offered. The gap sampler's, when it is asked for: the first that is left. */
static int place_others(struct builder *b, struct cell *c)
{
    unsigned n_offered = 0, n = 0, want = c->offered < CELL_MAX_SERVICE_PUS ? c->offered : CELL_MAX_SERVICE_PUS;
    bool service = workload_find(c->workload)->service;
    c->gaps_why = !b->request->gaps ? NULL
                  : !c->n_pus       ? "workers are not pinned"
                                    : "no allowed processing unit is free";
    if (!c->n_pus || !(service || b->request->gaps))
        return 0;
    CLEANUP_FREE struct place_unit *offered = malloc(CELL_MAX_PUS * sizeof *offered);
    CLEANUP_FREE int *beside = malloc(CELL_MAX_PUS * sizeof *beside);
    if (!offered || !beside)
        return err_set(b->e, ENOMEM, "out of memory");
    int rc = units_beside(b, c, beside, &n);
    if (!rc && service) {
        for (unsigned i = 0; i < n && c->n_service_pus < want; i++)
            c->service_pus[c->n_service_pus++] = beside[i];
        c->service_shares = !c->n_service_pus;
        if (c->service_shares)
            rc = place_units(b->topology, b->request->order, b->request->list, want, offered, &n_offered, b->e);
        for (unsigned i = 0; !rc && i < n_offered; i++)
            c->service_pus[c->n_service_pus++] = offered[i].os_index;
    }
    unsigned taken = service && !c->service_shares ? c->n_service_pus : 0;
    if (!rc && b->request->gaps && n > taken) {
        c->gaps = true;
        c->gaps_pu = beside[taken];
        c->gaps_why = NULL;
    }
    return rc;
}

/* Each task in flight may have a connection that waits to be taken. */
static int listen_room(const struct cell *c, struct err *e)
{
    int64_t limit = workload_find(c->workload)->service ? listen_queue_limit() : -ENOENT;
    if (listeners_needed(c->concurrency, limit))
        return 0;
    return err_set(e, ENOTSUP,
                   "the service's listen queues have no room for %u connections at once: net.core.somaxconn is %lld in "
                   "this network namespace; sudo sysctl -w net.core.somaxconn=%u",
                   c->concurrency, (long long)limit, c->concurrency);
}

static int cell_for(struct builder *b, const struct cell *base, const struct model *m)
{
    struct cell c = *base;
    struct err why = {0};
    c.model = m->name;
    int rc = model_shape(m, workload_find(c.workload), &c, &why);
    if (rc)
        c.workers = 1;
    else
        rc = listen_room(&c, &why);
    if (place(b, &c) || place_others(b, &c))
        return -b->e->code;
    return add_cell(b, &c, rc ? why.text : NULL);
}

static int add_point(struct builder *b, const struct sweep *s, const struct cell *base)
{
    struct plan *p = b->plan;
    struct plan_point *points = realloc(p->points, (p->n_points + 1) * sizeof *points);
    if (!points)
        return err_set(b->e, ENOMEM, "out of memory");
    p->points = points;
    struct plan_point *t = &points[p->n_points];
    *t = (struct plan_point){.offered = base->offered, .concurrency = base->concurrency, .serial = -1};
    t->cells = calloc(SWEEP_MAX_MODELS, sizeof *t->cells);
    if (!t->cells)
        return err_set(b->e, ENOMEM, "out of memory");
    p->n_points++;
    for (unsigned i = 0; s->n_models ? i < s->n_models : models[i] != NULL; i++) {
        const struct model *m = s->n_models ? s->models[i] : models[i];
        int cell = cell_for(b, base, m);
        if (cell < 0)
            return cell;
        if (plan_skipped(p, (unsigned)cell, NULL))
            continue;
        t->cells[t->n_cells++] = (unsigned)cell;
        if (m->traits & MODEL_SERIAL)
            t->serial = cell;
    }
    return 0;
}

static int points_of(struct builder *b, const struct sweep *s, struct cell *base)
{
    static const unsigned one[] = {1};
    unsigned nw = s->n_workers ? s->n_workers : 1, nc = s->n_concurrency ? s->n_concurrency : 1;
    const unsigned *w = s->n_workers ? s->workers : one, group = workload_group(s->workload, base->p);
    for (unsigned i = 0; i < nw; i++)
        for (unsigned j = 0; j < nc; j++) {
            base->offered = w[i];
            base->concurrency = s->n_concurrency ? s->concurrency[j] : w[i] > group ? w[i] : group;
            if (base->offered > CELL_MAX_PUS)
                return err_set(b->e, EINVAL, "--workers: at most %d", CELL_MAX_PUS);
            int rc = add_point(b, s, base);
            if (rc)
                return rc;
        }
    return 0;
}

/* All combinations of the parameters' values, one index a parameter. */
static int combinations(struct builder *b, const struct sweep *s, struct cell *base, unsigned param)
{
    const struct param *p = s->workload->params ? &s->workload->params[param] : NULL;
    if (!p || !p->name)
        return points_of(b, s, base);
    unsigned n = s->set[param].n;
    int rc = 0;
    for (unsigned i = 0; !rc && i < (n ? n : 1); i++) {
        base->p[param] = n ? s->set[param].v[i] : p->fallback;
        rc = combinations(b, s, base, param + 1);
    }
    return rc;
}

int plan_build(struct plan *p, const struct request *r, struct err *e)
{
    *p = (struct plan){.name = r->name, .seed = r->seed, .blocks = r->blocks, .stop = r->stop, .equiv = r->equiv};
    p->visits = r->visits ? r->visits : 1;
    p->pause_ns = p->visits > 1 ? r->pause_ns : 0;
    if (!p->blocks)
        p->blocks = r->stop.precision > 0 || r->stop.clear                ? PLAN_SEQUENTIAL_BLOCKS
                    : p->visits * DEFAULT_BLOCKS_A_VISIT > DEFAULT_BLOCKS ? p->visits * DEFAULT_BLOCKS_A_VISIT
                                                                          : DEFAULT_BLOCKS;
    struct builder b = {.plan = p, .request = r, .e = e};
    int rc = topology_load(&b.topology, NULL, e);
    if (rc)
        return rc;
    for (unsigned i = 0; !rc && i < r->n_sweeps; i++) {
        const struct sweep *s = &r->sweeps[i];
        b.sweep = i;
        struct cell base = {.workload = s->workload->name,
                            .mode = s->mode,
                            .libc_threads = s->libc_threads,
                            .seed = r->seed,
                            .limit_ns = r->limit_ns};
        base.units = s->mode == MODE_BATCH ? s->units : 0;
        base.tasks = s->tasks;
        base.duration_ns = s->mode == MODE_CLOSED ? s->duration_ns : 0;
        rc = combinations(&b, s, &base, 0);
    }
    topology_free(b.topology);
    if (!rc && !p->n_cells)
        rc = err_set(e, EINVAL, "the plan is empty; name a suite or a --workload");
    else if (!rc && p->n_cells == p->n_skips) /* the last: for serial, the first, nothing may be of help */
        rc = err_set(e, EINVAL, "the plan is empty, every cell is skipped: %s", p->skips[p->n_skips - 1].reason);
    return rc ? rc : plan_check_size(p, e);
}

int plan_order(struct plan *p, struct err *e)
{
    unsigned *cells = malloc((p->n_cells + 1) * sizeof *cells);
    p->n_runnable = 0;
    for (unsigned i = 0; cells && i < p->n_cells; i++)
        if (!plan_skipped(p, i, NULL))
            cells[p->n_runnable++] = i;
    free(p->order);
    p->order = calloc((size_t)p->blocks * p->n_runnable + 1, sizeof *p->order);
    int rc = cells && p->order ? williams_order(p->n_runnable, p->blocks, p->seed, p->order) : -ENOMEM;
    for (size_t i = 0; !rc && i < (size_t)p->blocks * p->n_runnable; i++)
        p->order[i] = cells[p->order[i]];
    free(cells);
    return rc ? err_set(e, -rc, "out of memory for the order of trials") : 0;
}
