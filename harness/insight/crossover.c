/* SPDX-License-Identifier: MIT */
/* Finds the maps in a plan's points and fills their fields from comparisons; see crossover.h. */
#include "harness/insight/crossover.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/insight/findings.h"

/* A point's work; NULL when all its cells are skips. */
static const struct cell *work_of(const struct summary *s, unsigned point)
{
    const struct plan_point *t = &s->plan->points[point];
    return t->n_cells ? &s->plan->cells[t->cells[0]] : NULL;
}

/* Do two points differ in nothing but the parameter (and the concurrency)? Texts are interned. Where throughput tells
 * nothing there is no map. */
static bool same_map(const struct summary *s, unsigned i, unsigned j, unsigned param)
{
    const struct cell *a = work_of(s, i), *b = work_of(s, j);
    if (!a || !b || cell_late_after(a) || a->workload != b->workload || a->mode != b->mode ||
        a->libc_threads != b->libc_threads || a->order != b->order ||
        s->plan->points[i].offered != s->plan->points[j].offered)
        return false;
    for (unsigned k = 0; k < WORKLOAD_MAX_PARAMS; k++)
        if (k != param && a->p[k] != b->p[k])
            return false;
    return true;
}

static void insert_x(struct crossover *m, unsigned x)
{
    unsigned i = 0;
    while (i < m->n_x && m->x[i] < x)
        i++;
    if (i == CROSSOVER_MOST || (i < m->n_x && m->x[i] == x))
        return;
    m->n_x -= m->n_x == CROSSOVER_MOST;
    memmove(&m->x[i + 1], &m->x[i], (m->n_x++ - i) * sizeof m->x[0]);
    m->x[i] = x;
}

static void insert_y(struct crossover *m, int64_t y)
{
    unsigned i = 0;
    while (i < m->n_y && m->y[i] < y)
        i++;
    if (i == CROSSOVER_MOST || (i < m->n_y && m->y[i] == y))
        return;
    m->n_y -= m->n_y == CROSSOVER_MOST;
    memmove(&m->y[i + 1], &m->y[i], (m->n_y++ - i) * sizeof m->y[0]);
    m->y[i] = y;
}

static double waiting_of(const struct summary *s, const struct plan_point *t)
{
    const struct cell *c = &s->plan->cells[t->cells[0]];
    const struct workload *w = workload_find(c->workload);
    if (!w || !w->floor_ns || t->serial < 0)
        return NAN;
    return (double)w->floor_ns(c->p) / 1e9 * s->cells[t->serial].throughput.median;
}

/* The point's cells that were measured, fastest first; how many. */
static unsigned by_throughput(const struct summary *s, const struct plan_point *t, unsigned out[CROSSOVER_MODELS])
{
    unsigned n = 0;
    for (unsigned i = 0; i < t->n_cells && n < CROSSOVER_MODELS; i++) {
        const struct cell_summary *c = &s->cells[t->cells[i]];
        if (c->status != TRIAL_OK || isnan(c->throughput.median))
            continue;
        unsigned at = n++;
        for (; at && s->cells[out[at - 1]].throughput.median < c->throughput.median; at--)
            out[at] = out[at - 1];
        out[at] = t->cells[i];
    }
    return n;
}

/* The one that was shown to be faster than each other one, whatever the medians' order; -1: none was. */
static int faster_than_all(const struct summary *s, const unsigned *cells, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        unsigned beats = 0;
        for (unsigned j = 0; j < n; j++) {
            struct estimate ratio;
            enum verdict v;
            beats += j != i && comparison_find(s, cells[i], cells[j], &ratio, &v) && v == VERDICT_FASTER;
        }
        if (beats + 1 == n)
            return (int)cells[i];
    }
    return -1;
}

void field_of_cells(struct crossover_field *f, const struct summary *s, const unsigned *cells, unsigned n,
                    unsigned missing)
{
    const int best = faster_than_all(s, cells, n);
    *f = (struct crossover_field){.winner = best >= 0 ? best
                                            : n       ? (int)cells[0]
                                                      : -1,
                                  .n_missing = missing,
                                  .beaten = -1,
                                  .equivalent = true};
    for (unsigned i = 0; i < n; i++) {
        struct estimate ratio;
        enum verdict v;
        if (cells[i] == (unsigned)f->winner)
            continue;
        bool known = comparison_find(s, (unsigned)f->winner, cells[i], &ratio, &v);
        if (!known || v != VERDICT_FASTER) {
            f->equivalent &= known && v == VERDICT_EQUIVALENT;
            f->tied[f->n_tied++] = cells[i];
        } else if (f->beaten < 0 || ratio.median < f->ratio.median) {
            f->beaten = (int)cells[i];
            f->ratio = ratio;
        }
    }
    f->is = !n                  ? FIELD_EMPTY
            : missing || n == 1 ? FIELD_UNMATCHED
            : !f->n_tied        ? FIELD_WON
            : f->equivalent     ? FIELD_TIED
                                : FIELD_UNSURE;
}

/* Is the first cell behind another one by their paired ratio's median, or (`shown`) shown to be? */
static bool is_behind(const struct summary *s, const unsigned *cells, unsigned n, unsigned one, bool shown)
{
    for (unsigned i = 0; i < n; i++) {
        struct estimate ratio;
        enum verdict v;
        if (cells[i] != one && comparison_find(s, one, cells[i], &ratio, &v) &&
            (shown ? v == VERDICT_SLOWER : ratio.median < 1))
            return true;
    }
    return false;
}

/* A median is over all blocks of a cell, whatever the machine did in them; a ratio is of trials side by side. So where
 * the two name different cells it is the ratio that decides. Ratios need not be transitive: there may be nobody who is
 * behind none, and then whoever was shown to be behind none stands first, as one of several. */
void field_of_point(struct crossover_field *f, const struct summary *s, const struct plan_point *t)
{
    unsigned cells[CROSSOVER_MODELS] = {0}, n = by_throughput(s, t, cells), first = 0;
    while (first < n && is_behind(s, cells, n, cells[first], false))
        first++;
    bool disputed = first == n;
    for (first = disputed ? 0 : first; disputed && first < n && is_behind(s, cells, n, cells[first], true);)
        first++;
    first = first < n ? first : 0;
    unsigned winner = cells[first];
    memmove(cells + 1, cells, first * sizeof cells[0]);
    cells[0] = winner;
    field_of_cells(f, s, cells, n, t->n_cells - n + t->n_left_out);
    f->disputed = n && disputed && f->n_tied;
}

bool cells_are_equivalent(const struct summary *s, const unsigned *cells, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        for (unsigned j = i + 1; j < n; j++) {
            struct estimate ratio;
            enum verdict v;
            if (!comparison_find(s, cells[i], cells[j], &ratio, &v) || v != VERDICT_EQUIVALENT)
                return false;
        }
    return n > 1;
}

void field_tied_names(char *buf, size_t n, const struct summary *s, const struct crossover_field *f)
{
    enum { NAMED = 4 };
    unsigned shown = f->n_tied > NAMED ? NAMED - 1 : f->n_tied;
    buf[0] = 0;
    for (unsigned i = 0; i < shown; i++)
        text_append(buf, n, "%s%s", !i ? "" : i + 1 == f->n_tied ? " and " : ", ", s->plan->cells[f->tied[i]].model);
    if (shown < f->n_tied)
        text_append(buf, n, " and %u others", f->n_tied - shown);
}

static void drop_row(struct crossover *m, bool measured[CROSSOVER_MOST][CROSSOVER_MOST], unsigned y)
{
    m->n_y--;
    memmove(&m->y[y], &m->y[y + 1], (m->n_y - y) * sizeof m->y[0]);
    memmove(&measured[y], &measured[y + 1], (m->n_y - y) * sizeof measured[0]);
}

static void drop_column(struct crossover *m, bool measured[CROSSOVER_MOST][CROSSOVER_MOST], unsigned x)
{
    m->n_x--;
    memmove(&m->x[x], &m->x[x + 1], (m->n_x - x) * sizeof m->x[0]);
    for (unsigned y = 0; y < m->n_y; y++)
        memmove(&measured[y][x], &measured[y][x + 1], (m->n_x - x) * sizeof measured[0][0]);
}

/* Leaves rows and columns that all have a point where they meet: those with the most gaps go first. Where the parameter
 * and the concurrency go together (a ring of as many tasks), nothing is left, for it tells the two not apart. */
static void leave_whole(struct crossover *m, bool measured[CROSSOVER_MOST][CROSSOVER_MOST])
{
    for (;;) {
        double most = 0;
        bool is_row = false;
        unsigned which = 0;
        for (unsigned y = 0; y < m->n_y; y++) {
            unsigned gaps = 0;
            for (unsigned x = 0; x < m->n_x; x++)
                gaps += !measured[y][x];
            if (gaps > most * m->n_x) {
                most = (double)gaps / m->n_x;
                is_row = true;
                which = y;
            }
        }
        for (unsigned x = 0; x < m->n_x; x++) {
            unsigned gaps = 0;
            for (unsigned y = 0; y < m->n_y; y++)
                gaps += !measured[y][x];
            if (gaps > most * m->n_y) {
                most = (double)gaps / m->n_y;
                is_row = false;
                which = x;
            }
        }
        if (most <= 0)
            return;
        if (is_row)
            drop_row(m, measured, which);
        else
            drop_column(m, measured, which);
    }
}

/* Which fields of the map have a point of the plan. */
static void find_points(const struct summary *s, unsigned i, const struct crossover *m,
                        bool measured[CROSSOVER_MOST][CROSSOVER_MOST])
{
    for (unsigned j = i; j < s->plan->n_points; j++)
        for (unsigned y = 0; y < m->n_y && same_map(s, i, j, m->param); y++)
            for (unsigned x = 0; x < m->n_x; x++)
                measured[y][x] |= m->y[y] == work_of(s, j)->p[m->param] && m->x[x] == s->plan->points[j].concurrency;
}

/* The map of all points that differ from point i in the parameter and concurrency alone; false when it is not one, or
 * when an earlier point belongs to it. */
static bool map_of(const struct summary *s, unsigned i, unsigned param, struct crossover *m)
{
    const struct plan *p = s->plan;
    *m = (struct crossover){.like = p->points[i].cells[0], .param = param, .offered = p->points[i].offered};
    for (unsigned j = 0; j < p->n_points; j++) {
        if (!same_map(s, i, j, param))
            continue;
        if (j < i)
            return false;
        insert_x(m, p->points[j].concurrency);
        insert_y(m, work_of(s, j)->p[param]);
    }
    bool measured[CROSSOVER_MOST][CROSSOVER_MOST] = {{false}};
    find_points(s, i, m, measured);
    leave_whole(m, measured);
    if (m->n_x < 2 || m->n_y < 2)
        return false;
    for (unsigned y = 0; y < m->n_y; y++) {
        m->waiting[y] = NAN;
        for (unsigned x = 0; x < m->n_x; x++)
            m->at[y][x] = (struct crossover_field){.winner = -1, .beaten = -1};
    }
    for (unsigned j = i; j < p->n_points; j++)
        for (unsigned y = 0; y < m->n_y && same_map(s, i, j, param); y++)
            for (unsigned x = 0; x < m->n_x; x++)
                if (m->y[y] == work_of(s, j)->p[param] && m->x[x] == p->points[j].concurrency) {
                    field_of_point(&m->at[y][x], s, &p->points[j]);
                    m->waiting[y] = waiting_of(s, &p->points[j]);
                }
    return true;
}

int crossover_maps(const struct summary *s, struct crossover **out)
{
    int n = 0;
    *out = NULL;
    struct crossover *one = malloc(sizeof *one);
    if (!one)
        return -ENOMEM;
    for (unsigned i = 0; i < s->plan->n_points; i++)
        for (unsigned k = 0; work_of(s, i) && k < WORKLOAD_MAX_PARAMS; k++) {
            if (!map_of(s, i, k, one))
                continue;
            struct crossover *more = realloc(*out, ((size_t)n + 1) * sizeof *more);
            if (!more) {
                free(one);
                free(*out);
                *out = NULL;
                return -ENOMEM;
            }
            *out = more;
            more[n++] = *one;
        }
    free(one);
    return n;
}
