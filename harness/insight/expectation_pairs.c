/* SPDX-License-Identifier: MIT */
/* Which cells of a plan an expectation is about; see expectations.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "harness/insight/expectations.h"
#include "harness/model/model.h"

/* A cell as it stands at a point: one that does not change with the CPUs offered stands at several, as one cell. */
struct stand {
    unsigned cell, offered, concurrency;
};

static bool value_fits(const struct workload *w, const struct cell *c, const struct expectation_value *v)
{
    int i = v->param ? workload_param(w, v->param) : -1;
    return !v->param || (i >= 0 && c->p[i] >= v->least && c->p[i] <= v->most);
}

static bool within(unsigned v, unsigned least, unsigned most)
{
    return v >= least && (!most || v <= most);
}

/* CPUs that workers are not pinned to are not theirs, and more of them may serve one; where fewer are allowed than the
 * model asks for, workers share them. */
static bool has_its_cpus(const struct cell *c)
{
    return strcmp(c->order, "none") != 0 && (!c->n_pus || c->n_pus >= model_units(c));
}

/* Side b without kinds of its own has those of a. A side that names a number of CPUs is about those that have it. */
static bool side_fits(const struct plan *p, const struct stand *t, const struct workload *w,
                      const struct expectation *x, const struct expectation_side *side)
{
    const struct cell *c = &p->cells[t->cell];
    unsigned kind = model_kind(c->model), kinds = side->kinds ? side->kinds : x->a.kinds;
    if (!(kind & kinds) || !value_fits(w, c, &side->with) || (x->closed_only && c->mode != MODE_CLOSED) ||
        (x->batch_only && c->mode != MODE_BATCH))
        return false;
    for (unsigned i = 0; i < sizeof x->where / sizeof x->where[0]; i++)
        if (!value_fits(w, c, &x->where[i]))
            return false;
    if (kind == KIND_SERIAL)
        return true;
    return within(t->offered, side->cpus_least, side->cpus_most) &&
           within(t->concurrency, side->flight_least, side->flight_most) &&
           t->concurrency >= (uint64_t)side->flight_each * t->offered &&
           ((!side->cpus_least && !side->cpus_most) || has_its_cpus(c));
}

static bool is_named(const struct workload *w, const struct expectation *x, unsigned param)
{
    return (x->a.with.param && workload_param(w, x->a.with.param) == (int)param) ||
           (x->b.with.param && workload_param(w, x->b.with.param) == (int)param);
}

static bool pair_fits(const struct plan *p, const struct stand *s, const struct stand *t, const struct workload *w,
                      const struct expectation *x)
{
    const struct cell *a = &p->cells[s->cell], *b = &p->cells[t->cell];
    /* The greatest latency grows with a trial's length, so trials of one pair last, or do, as much. */
    if (s->cell == t->cell || a->mode != b->mode || a->duration_ns != b->duration_ns ||
        a->libc_threads != b->libc_threads || strcmp(a->order, b->order) != 0 ||
        (!x->b.kinds && strcmp(a->model, b->model) != 0))
        return false;
    for (unsigned i = 0; i < WORKLOAD_MAX_PARAMS; i++)
        if (a->p[i] != b->p[i] && !is_named(w, x, i))
            return false;
    if (model_is_serial(a->model) || model_is_serial(b->model))
        return true;
    bool cpus_differ = x->a.cpus_least != x->b.cpus_least || x->a.cpus_most != x->b.cpus_most;
    bool flight_differs = x->a.flight_least != x->b.flight_least || x->a.flight_most != x->b.flight_most;
    if (!cpus_differ && s->offered != t->offered)
        return false;
    return flight_differs || s->concurrency == t->concurrency ||
           (cpus_differ && (uint64_t)s->concurrency * t->offered == (uint64_t)t->concurrency * s->offered);
}

/* Those of the workload's cells, wherever they stand, that fit a side. NULL: no memory. */
static struct stand *stands_of(const struct plan *p, const struct workload *w, const struct expectation *x,
                               const struct expectation_side *side, unsigned *n)
{
    unsigned most = 0;
    for (unsigned i = 0; i < p->n_points; i++)
        most += p->points[i].n_cells;
    struct stand *all = malloc((most + 1) * sizeof *all);
    *n = 0;
    for (unsigned i = 0; all && i < p->n_points; i++)
        for (unsigned k = 0; k < p->points[i].n_cells; k++) {
            const struct plan_point *t = &p->points[i];
            all[*n] = (struct stand){t->cells[k], t->offered, t->concurrency};
            *n += strcmp(p->cells[t->cells[k]].workload, w->name) == 0 && side_fits(p, &all[*n], w, x, side);
        }
    return all;
}

static int by_cells(const void *x, const void *y)
{
    const struct expectation_pair *p = x, *q = y;
    return p->a != q->a ? (p->a < q->a ? -1 : 1) : p->b != q->b ? (p->b < q->b ? -1 : 1) : 0;
}

/* Sorts them, and leaves one of each. */
static int each_once(struct expectation_pair *all, int n)
{
    int kept = 0;
    if (n)
        qsort(all, (size_t)n, sizeof *all, by_cells);
    for (int i = 0; i < n; i++)
        if (!kept || by_cells(&all[kept - 1], &all[i]) != 0)
            all[kept++] = all[i];
    return kept;
}

static double cpus_of(const struct plan *p, const struct stand *s)
{
    return model_is_serial(p->cells[s->cell].model) ? 1 : s->offered;
}

static int add(struct expectation_pair **all, int n, struct expectation_pair pair)
{
    if (!(n & (n - 1))) { /* full: 1, 2, 4, … have room */
        struct expectation_pair *more = realloc(*all, (n ? 2 * (size_t)n : 1) * sizeof *more);
        if (!more)
            return -ENOMEM;
        *all = more;
    }
    (*all)[n] = pair;
    return 0;
}

int expectation_pairs(const struct plan *p, const struct workload *w, const struct expectation *x,
                      struct expectation_pair **out)
{
    unsigned n_a, n_b;
    struct stand *a = stands_of(p, w, x, &x->a, &n_a), *b = stands_of(p, w, x, &x->b, &n_b);
    int n = 0, rc = a && b ? 0 : -ENOMEM;
    *out = NULL;
    for (unsigned i = 0; !rc && i < n_a; i++)
        for (unsigned k = 0; !rc && k < n_b; k++)
            if (pair_fits(p, &a[i], &b[k], w, x)) {
                rc =
                    add(out, n, (struct expectation_pair){a[i].cell, b[k].cell, cpus_of(p, &a[i]) / cpus_of(p, &b[k])});
                n += !rc;
            }
    free(a);
    free(b);
    if (rc) {
        free(*out);
        *out = NULL;
        return rc;
    }
    return each_once(*out, n);
}
