/* SPDX-License-Identifier: MIT */
/* Where the time of each worker went, under each model: what computes, what stands in the run queue, what waits, and
 * what has no more to do before the last is done. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/figure/cells_text.h"
#include "harness/figure/figure.h"
#include "harness/figure/filename.h"
#include "harness/figure/quantity.h"
#include "harness/figure/rows_text.h"
#include "harness/model/model.h"

static const double other_least = 0.05; /* of a CPU, for it to be told */

static bool is_told(const struct summary *s, unsigned cell)
{
    return s->cells[cell].status == TRIAL_OK && s->cells[cell].time.trials && s->cells[cell].time.wall_ns > 0;
}

/* Adds the point's cells of which something is known; how many. */
static unsigned told_at(const struct summary *s, const struct plan_point *t, unsigned *cells)
{
    unsigned n = 0;
    for (unsigned i = 0; i < t->n_cells; i++)
        if (is_told(s, t->cells[i]))
            cells[n++] = t->cells[i];
    return n;
}

/* A model's workers have a row each where all of them fit a page so; the most that one may have is `each`. */
static unsigned rows_with(const struct summary *s, const unsigned *cells, unsigned n, unsigned each)
{
    unsigned rows = 0;
    for (unsigned i = 0; i < n; i++) {
        const struct worker_time *t = &s->cells[cells[i]].time;
        rows += t->worker_count <= each ? t->workers : 1;
    }
    return rows;
}

static unsigned most_each(const struct summary *s, const unsigned *cells, unsigned n)
{
    unsigned each = 8;
    while (each > 1 && rows_with(s, cells, n, each) > ROWS_MOST)
        each /= 2;
    return each;
}

static void put_other(char *buf, size_t n, const struct cell *c, const struct worker_time *t)
{
    double cpus = t->other_ns / t->wall_ns;
    const char *who = c->pool ? "pool" : model_traits(c->model) & MODEL_EACH ? "starting workers" : "dispatcher";
    if (cpus >= other_least) /* not where it is NaN */
        text_append(buf, n, "%s%s: %.2f CPUs", buf[0] ? "; " : "", who, cpus);
}

static void add_row(struct chart *c, const struct worker_time *t, unsigned worker, const char *name, const char *note,
                    bool begins_group)
{
    struct chart_row *r = chart_row(c, name);
    double share[WORKER_PARTS];
    if (!r)
        return;
    worker_time_shares(t, worker, share);
    for (unsigned i = 0; i < c->n_series; i++)
        r->at[i] = chart_exact(share[i]);
    r->begins_group = begins_group && c->n_rows > 1;
    snprintf(r->note, sizeof r->note, "%s", note);
}

/* A gap stands before and behind several rows of one cell, and between two pieces of work. */
static bool begins_group(const struct summary *s, const struct cells_set *set, unsigned i, unsigned each)
{
    unsigned cell = set->cells[i], before = set->cells[i ? i - 1 : 0];
    return rows_with(s, &cell, 1, each) > 1 || rows_with(s, &before, 1, each) > 1 ||
           !cell_same_work(&s->plan->cells[cell], &s->plan->cells[before]);
}

static void add_cell(const struct summary *s, struct chart *c, const struct cells_set *set, unsigned i, unsigned each)
{
    const struct worker_time *t = &s->cells[set->cells[i]].time;
    const bool gap = begins_group(s, set, i, each);
    char name[CHART_NAME], row[CHART_NAME + 16], note[CHART_NAME] = "";
    cells_name(name, sizeof name, set, set->cells[i]);
    if (t->worker_count > each)
        snprintf(note, sizeof note, "mean of %u%s", t->workers, t->workers < t->worker_count ? " (the first)" : "");
    put_other(note, sizeof note, &s->plan->cells[set->cells[i]], t);
    if (t->worker_count > each || t->workers == 1) {
        add_row(c, t, t->workers, name, note, gap);
        return;
    }
    for (unsigned k = 0; k < t->workers; k++) {
        snprintf(row, sizeof row, "%s %u", name, k + 1);
        add_row(c, t, k, row, k ? "" : note, gap && !k);
    }
}

/* "waiting" for 49 %: the largest part of the mean worker's time that is not computing. */
static void put_idle(char *buf, size_t n, const double share[WORKER_PARTS])
{
    unsigned most = PART_RUN_QUEUE;
    for (unsigned i = PART_RUN_QUEUE; i < WORKER_PARTS; i++)
        most = share[i] > share[most] ? i : most;
    text_append(buf, n, " (%s: %.0f %%)", worker_part_names[most], 100 * share[most]);
}

static double computing(const struct summary *s, unsigned cell, double share[WORKER_PARTS])
{
    worker_time_shares(&s->cells[cell].time, s->cells[cell].time.workers, share);
    return share[PART_USER] + share[PART_SYSTEM];
}

/* What title states: which cells compute for the largest and the smallest share, and stand most in the run queue. */
struct edges {
    unsigned high, low, queue;
    double most, least, longest;
};

static struct edges edges_of(const struct summary *s, const struct cells_set *set)
{
    struct edges e = {.most = -1, .least = 2, .longest = -1};
    for (unsigned i = 0; i < set->n; i++) {
        double share[WORKER_PARTS], own = computing(s, set->cells[i], share);
        if (own > e.most) {
            e.most = own;
            e.high = set->cells[i];
        }
        if (own < e.least) {
            e.least = own;
            e.low = set->cells[i];
        }
        if (share[PART_RUN_QUEUE] > e.longest) {
            e.longest = share[PART_RUN_QUEUE];
            e.queue = set->cells[i];
        }
    }
    return e;
}

/* Work that waits computes little under any model: then the run queue says more. */
static void title(const struct summary *s, struct chart *c, const struct cells_set *set)
{
    const double little = 0.1, alike = 0.05;
    const struct edges e = edges_of(s, set);
    char high[CHART_NAME], low[CHART_NAME], queue[CHART_NAME];
    double share[WORKER_PARTS];
    cells_name(high, sizeof high, set, e.high);
    cells_name(low, sizeof low, set, e.low);
    cells_name(queue, sizeof queue, set, e.queue);
    if (e.most < little && e.longest > e.most) {
        snprintf(c->title, sizeof c->title,
                 "Workers are on a CPU for at most %.0f %% of the run; those of %s stand in the run queue for %.0f %%",
                 100 * e.most, queue, 100 * e.longest);
    } else if (set->n > 1 && e.most - e.least < alike) {
        snprintf(c->title, sizeof c->title, "Workers are on a CPU for %.0f to %.0f %% of the run, under each model",
                 100 * e.least, 100 * e.most);
    } else {
        snprintf(c->title, sizeof c->title, "Workers of %s are on a CPU for %.0f %% of the run", high, 100 * e.most);
        if (e.low != e.high)
            text_append(c->title, sizeof c->title, ", those of %s for %.0f %%", low, 100 * e.least);
        computing(s, e.low, share);
        put_idle(c->title, sizeof c->title, share);
    }
}

static void texts(const struct summary *s, struct chart *c, const struct cells_set *set, unsigned left_out)
{
    unsigned trials = s->cells[set->cells[0]].time.trials;
    title(s, c, set);
    cells_common(c->subtitle, sizeof c->subtitle, set);
    text_append(c->subtitle, sizeof c->subtitle, "; mean of %u trial%s", trials, trials == 1 ? "" : "s");
    if (left_out)
        text_append(c->subtitle, sizeof c->subtitle, "; not the run's %u other piece%s of such work", left_out,
                    left_out == 1 ? "" : "s");
    for (unsigned i = 0; i < set->n; i++) {
        const struct worker_time *t = &s->cells[set->cells[i]].time;
        if (t->why) {
            text_append(c->subtitle, sizeof c->subtitle, "; not told: %s", t->why);
            break;
        }
    }
    snprintf(
        c->caption, sizeof c->caption,
        "Run queue: ready, while something else had the CPU. Waiting: for its ops, for other workers, for a lock or "
        "a pool. Idle tail: done, while others were not.");
    snprintf(c->x_label, sizeof c->x_label, "share of the run");
    c->x.unit = AXIS_PERCENT;
}

/* The cells of so many pieces of work; of more than a page shows, those of the last piece alone. */
static void draw(const struct summary *s, struct charts *out, const unsigned *cells, unsigned n, unsigned works)
{
    unsigned left_out = 0;
    while (rows_with(s, cells, n, 1) > ROWS_MOST && works - left_out > 1) {
        unsigned first = 0;
        while (cell_same_work(&s->plan->cells[cells[0]], &s->plan->cells[cells[first]]))
            first++;
        cells += first;
        n -= first;
        left_out++;
    }
    n = n < ROWS_MOST ? n : ROWS_MOST;
    struct chart *c = chart_add(out, CHART_OF_STACKS);
    if (!c)
        return;
    const struct cells_set set = {s->plan, cells, n, -1, false};
    bool untold = false;
    for (unsigned i = 0; i < n; i++)
        untold |= worker_time_knows(&s->cells[cells[i]].time, PART_UNTOLD);
    for (unsigned i = 0; i < (untold ? WORKER_PARTS : PART_UNTOLD); i++)
        chart_series(c, worker_part_names[i], chart_part_look(i));
    for (unsigned i = 0; i < n; i++)
        add_cell(s, c, &set, i, most_each(s, cells, n));
    filename_of_text(c->file, sizeof c->file, s->plan->cells[cells[0]].workload);
    texts(s, c, &set, left_out);
    if (!chart_fit(c))
        chart_drop(out);
}

static const struct cell *work_of(const struct plan *p, unsigned point)
{
    return p->points[point].n_cells ? &p->cells[p->points[point].cells[0]] : NULL;
}

/* Of a piece of work the point with the most CPUs, and of these with the most in flight: there is most to see. The work
 * is that of point `first`; NULL: that one is not the first of it, or nothing is told. */
static const struct plan_point *best_point(const struct summary *s, unsigned first, unsigned *scratch)
{
    const struct plan *p = s->plan;
    const struct cell *of = work_of(p, first);
    const struct plan_point *best = NULL;
    for (unsigned k = 0; k < first; k++)
        if (work_of(p, k) && cell_same_work(work_of(p, k), of))
            return NULL;
    for (unsigned k = first; k < p->n_points; k++) {
        const struct plan_point *t = &p->points[k];
        if (work_of(p, k) && cell_same_work(work_of(p, k), of) && told_at(s, t, scratch) &&
            (!best || t->offered > best->offered ||
             (t->offered == best->offered && t->concurrency > best->concurrency)))
            best = t;
    }
    return best;
}

static bool is_later(const struct plan *p, unsigned point)
{
    for (unsigned k = 0; k < point; k++)
        if (work_of(p, k) && strcmp(work_of(p, k)->workload, work_of(p, point)->workload) == 0)
            return true;
    return false;
}

/* A chart for each workload. */
void figure_worker_time(const struct figure_source *of, struct charts *out)
{
    const struct summary *s = of->summary;
    const struct plan *p = s->plan;
    unsigned most = 1;
    for (unsigned i = 0; i < p->n_points; i++)
        most += p->points[i].n_cells;
    CLEANUP_FREE unsigned *cells = calloc(2 * (size_t)most, sizeof *cells);
    if (!cells) {
        out->no_memory = true;
        return;
    }
    for (unsigned i = 0; i < p->n_points && !out->no_memory; i++) {
        unsigned n = 0, works = 0;
        if (!work_of(p, i) || is_later(p, i))
            continue;
        for (unsigned k = i; k < p->n_points; k++) {
            if (!work_of(p, k) || strcmp(work_of(p, k)->workload, work_of(p, i)->workload) != 0)
                continue;
            const struct plan_point *best = best_point(s, k, cells + most);
            n += best ? told_at(s, best, cells + n) : 0;
            works += best ? 1 : 0;
        }
        if (n)
            draw(s, out, cells, n, works);
    }
}
