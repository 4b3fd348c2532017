/* SPDX-License-Identifier: MIT */
/* The plan's life, a cell's short name, and what counts as the same work. */
#include "harness/record/plan.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/record/param_value.h"

int plan_check_size(const struct plan *p, struct err *e)
{
    uint64_t trials = (uint64_t)p->n_cells * p->blocks;
    return trials <= PLAN_MAX_TRIALS
               ? 0
               : err_set(e, E2BIG, "%u cells in %u blocks are %" PRIu64 " trials, more than %d; use fewer of either",
                         p->n_cells, p->blocks, trials, PLAN_MAX_TRIALS);
}

unsigned plan_visit_first(const struct plan *p, unsigned visit)
{
    return p->visits > 1 ? (unsigned)((uint64_t)visit * p->blocks / p->visits) : visit * p->blocks;
}

unsigned plan_visit_of(const struct plan *p, unsigned block)
{
    /* The last visit whose first block is not behind this one: visit × blocks / visits < block + 1. */
    return p->visits > 1 ? (unsigned)((((uint64_t)block + 1) * p->visits - 1) / p->blocks) : 0;
}

unsigned plan_visits_in(const struct plan *p, unsigned blocks)
{
    return blocks ? plan_visit_of(p, blocks - 1) + 1 : 0;
}

void plan_release(struct plan *p)
{
    for (unsigned i = 0; i < p->n_points; i++)
        free(p->points[i].cells);
    free(p->cells);
    free(p->sweep_of);
    free(p->points);
    free(p->skips);
    free(p->cuts);
    free(p->doubts);
    free(p->brought);
    free(p->order);
    *p = (struct plan){0};
}

bool plan_skipped(const struct plan *p, unsigned cell, const char **reason)
{
    for (unsigned i = 0; i < p->n_skips; i++)
        if (p->skips[i].cell == cell) {
            if (reason)
                *reason = p->skips[i].reason;
            return true;
        }
    return false;
}

/* `given_up`: it could run. */
static int leave_out(struct plan *p, unsigned cell, const char *reason, bool given_up)
{
    struct plan_skip *skips = realloc(p->skips, (p->n_skips + 1) * sizeof *skips);
    if (!skips)
        return -ENOMEM;
    p->skips = skips;
    skips[p->n_skips++] = (struct plan_skip){cell, intern(reason)};
    for (unsigned t = 0; t < p->n_points; t++) {
        struct plan_point *point = &p->points[t];
        unsigned kept = 0;
        for (unsigned c = 0; c < point->n_cells; c++)
            if (point->cells[c] != cell)
                point->cells[kept++] = point->cells[c];
        point->n_left_out += given_up ? point->n_cells - kept : 0;
        point->n_cells = kept;
        point->serial = point->serial == (int)cell ? -1 : point->serial;
    }
    return 0;
}

int plan_leave_out(struct plan *p, unsigned cell, const char *reason)
{
    return leave_out(p, cell, reason, false);
}

int plan_give_up(struct plan *p, unsigned cell, const char *reason)
{
    return leave_out(p, cell, reason, true);
}

int plan_note_cut(struct plan *p, struct plan_cut cut)
{
    struct plan_cut *cuts = realloc(p->cuts, (p->n_cuts + 1) * sizeof *cuts);
    if (!cuts)
        return -ENOMEM;
    p->cuts = cuts;
    cuts[p->n_cuts++] = cut;
    return 0;
}

int plan_note_doubt(struct plan *p, unsigned cell, const char *reason)
{
    struct plan_doubt *doubts = realloc(p->doubts, (p->n_doubts + 1) * sizeof *doubts);
    if (!doubts)
        return -ENOMEM;
    p->doubts = doubts;
    doubts[p->n_doubts++] = (struct plan_doubt){cell, intern(reason)};
    return 0;
}

bool plan_is_alone(const struct plan *p, unsigned cell)
{
    const struct cell *c = &p->cells[cell];
    for (unsigned i = 0; i < p->n_cells; i++)
        if (p->cells[i].model != c->model && cell_same_work(&p->cells[i], c) && !plan_skipped(p, i, NULL))
            return false;
    return true;
}

/* What a cell is called; two of the same name differ in their amount of work. */
static void cell_id(const struct cell *c, char *buf, size_t n)
{
    const struct workload *w = workload_find(c->workload);
    size_t at = (size_t)snprintf(buf, n, "%s", c->workload);
    for (unsigned i = 0; w && w->params && w->params[i].name && at < n; i++) {
        char text[VALUE_TEXT_MAX];
        value_text(&w->params[i], c->p[i], text, sizeof text);
        at += (size_t)snprintf(buf + at, n - at, " %s=%s", w->params[i].name, text);
    }
    if (at < n)
        snprintf(buf + at, n - at, " %s o%u w%u c%u %s %s%s%s", c->model, c->offered, c->workers, c->concurrency,
                 mode_names[c->mode], c->order, c->libc_threads ? " libc-" : "",
                 c->libc_threads ? libc_threads_names[c->libc_threads] : "");
}

static int by_number(int64_t a, int64_t b)
{
    return a < b ? -1 : a > b;
}

int cell_compare(const struct cell *a, const struct cell *b)
{
    const char *const names[][2] = {{a->workload, b->workload}, {a->model, b->model}, {a->order, b->order}};
    const int64_t numbers[][2] = {{a->mode, b->mode},
                                  {a->libc_threads, b->libc_threads},
                                  {a->offered, b->offered},
                                  {a->workers, b->workers},
                                  {a->concurrency, b->concurrency}};
    int order = 0;
    for (unsigned i = 0; !order && i < ARRAY_LEN(names); i++)
        order = strcmp(names[i][0], names[i][1]);
    for (unsigned i = 0; !order && i < ARRAY_LEN(numbers); i++)
        order = by_number(numbers[i][0], numbers[i][1]);
    for (unsigned i = 0; !order && i < WORKLOAD_MAX_PARAMS; i++)
        order = by_number(a->p[i], b->p[i]);
    if (order || strcmp(a->order, "list") != 0)
        return order;
    order = by_number(a->n_pus, b->n_pus);
    for (unsigned i = 0; !order && i < a->n_pus; i++)
        order = by_number(a->pus[i], b->pus[i]);
    return order;
}

/* `twins`: cells of its name before it. */
static void name_cell(const struct plan *p, unsigned cell, unsigned twins, char *buf, size_t n)
{
    cell_id(&p->cells[cell], buf, n);
    size_t at = strlen(buf);
    if (twins)
        snprintf(buf + at, n - at, " #%u", twins + 1);
}

void plan_cell_id(const struct plan *p, unsigned cell, char *buf, size_t n)
{
    unsigned twins = 0;
    for (unsigned i = 0; i < cell; i++)
        twins += cell_compare(&p->cells[i], &p->cells[cell]) == 0;
    name_cell(p, cell, twins, buf, n);
}

/* By name, those of one name in the order of the plan. */
static int by_name(const void *a, const void *b, void *plan)
{
    const struct plan *p = plan;
    const unsigned *x = a, *y = b;
    int order = cell_compare(&p->cells[*x], &p->cells[*y]);
    return order ? order : by_number(*x, *y);
}

char **plan_cell_ids(const struct plan *p)
{
    char **ids = calloc((size_t)p->n_cells + 1, sizeof *ids);
    CLEANUP_FREE unsigned *sorted = malloc(((size_t)p->n_cells + 1) * sizeof *sorted);
    bool whole = ids && sorted;
    for (unsigned i = 0; whole && i < p->n_cells; i++)
        sorted[i] = i;
    if (whole)
        qsort_r(sorted, p->n_cells, sizeof *sorted, by_name, (void *)p);
    for (unsigned i = 0, twins = 0; whole && i < p->n_cells; i++) {
        char id[CELL_ID_MAX];
        twins = i && cell_compare(&p->cells[sorted[i - 1]], &p->cells[sorted[i]]) == 0 ? twins + 1 : 0;
        name_cell(p, sorted[i], twins, id, sizeof id);
        ids[sorted[i]] = strdup(id);
        whole = ids[sorted[i]] != NULL;
    }
    if (whole)
        return ids;
    plan_cell_ids_free(p, ids);
    return NULL;
}

void plan_cell_ids_free(const struct plan *p, char **ids)
{
    for (unsigned i = 0; ids && i < p->n_cells; i++)
        free(ids[i]);
    free(ids);
}

bool cell_same_work(const struct cell *a, const struct cell *b)
{
    return a->workload == b->workload && a->mode == b->mode && memcmp(a->p, b->p, sizeof a->p) == 0 &&
           a->units == b->units && a->seed == b->seed && a->duration_ns == b->duration_ns;
}
