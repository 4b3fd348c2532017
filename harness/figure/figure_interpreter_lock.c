/* SPDX-License-Identifier: MIT */
/* What one interpreter lock costs, for each kind of work that a run has: the rate under it over that of threads and of
 * processes without. Work that waits drops the lock, and loses nothing; work that computes has one CPU. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "harness/base/base.h"
#include "harness/figure/cells_text.h"
#include "harness/figure/figure.h"
#include "harness/figure/look.h"
#include "harness/figure/quantity.h"
#include "harness/figure/rows_text.h"
#include "harness/insight/cell_pairs.h"
#include "harness/insight/findings.h"
#include "harness/model/model.h"

enum { THREADS, PROCESSES, OTHERS };
static const unsigned kinds[OTHERS] = {KIND_THREADS, KIND_PROCESSES};

/* A point with a cell under the lock, and its like without. */
struct locked {
    unsigned cell;
    struct estimate ratio[OTHERS]; /* n 0: there is none */
    enum verdict verdict[OTHERS];
};

/* The cell of that kind at the point; -1: none has a whole trial. */
static int cell_of_kind(const struct summary *s, const struct plan_point *t, unsigned kind)
{
    for (unsigned i = 0; i < t->n_cells; i++)
        if (model_kind(s->plan->cells[t->cells[i]].model) == kind && s->cells[t->cells[i]].status == TRIAL_OK)
            return (int)t->cells[i];
    return -1;
}

/* false: the point has nothing to show. */
static bool look_at(const struct summary *s, const struct plan_point *t, struct locked *out)
{
    int lock = cell_of_kind(s, t, KIND_INTERPRETER_LOCK);
    bool any = false;
    if (lock < 0 || cell_late_after(&s->plan->cells[lock]))
        return false; /* work that is judged by how late it is has a figure of its own */
    *out = (struct locked){.cell = (unsigned)lock};
    for (unsigned k = 0; k < OTHERS; k++) {
        int other = cell_of_kind(s, t, kinds[k]);
        if (other >= 0 && comparison_find(s, (unsigned)lock, (unsigned)other, &out->ratio[k], &out->verdict[k]))
            any |= out->ratio[k].n > 0 && !isnan(out->ratio[k].median);
        else
            out->ratio[k] = (struct estimate){.median = NAN, .lower = NAN, .upper = NAN};
    }
    return any;
}

/* The lowest ratio; *slower: how many the lock was shown to slow. */
static const struct locked *lowest_of(const struct locked *all, unsigned n, unsigned against, unsigned *slower)
{
    const struct locked *lowest = NULL;
    *slower = 0;
    for (unsigned i = 0; i < n; i++) {
        if (isnan(all[i].ratio[against].median))
            continue;
        *slower += all[i].verdict[against] == VERDICT_SLOWER;
        if (!lowest || all[i].ratio[against].median < lowest->ratio[against].median)
            lowest = &all[i];
    }
    return lowest;
}

static void title(struct chart *c, const struct cells_set *set, const struct locked *all, unsigned n)
{
    unsigned against = THREADS, judged = 0, slower;
    for (unsigned i = 0; i < n; i++)
        judged += isnan(all[i].ratio[THREADS].median) ? 0 : 1;
    if (!judged) {
        against = PROCESSES;
        judged = n;
    }
    const char *than = against == THREADS ? "threads" : "processes";
    const struct locked *lowest = lowest_of(all, n, against, &slower);
    const enum verdict v = lowest->verdict[against];
    char name[CHART_NAME];
    cells_name(name, sizeof name, set, lowest->cell);
    if (n == 1)
        snprintf(c->title, sizeof c->title, "Under one interpreter lock %s runs at ",
                 set->plan->cells[lowest->cell].workload);
    else if (slower)
        snprintf(c->title, sizeof c->title, "One interpreter lock slows %u of %u below %s; lowest %s: ", slower, judged,
                 than, name);
    else
        snprintf(c->title, sizeof c->title, "One interpreter lock was shown to slow none of %u; lowest %s: ", judged,
                 name);
    quantity_ratio(c->title, sizeof c->title, &lowest->ratio[against]);
    text_append(c->title, sizeof c->title, " the rate of %s", than);
    if (v != VERDICT_SLOWER)
        text_append(c->title, sizeof c->title, ", %s%s", verdict_names[v],
                    v == VERDICT_INCONCLUSIVE && ratio_differs(&lowest->ratio[against]) ? " by Holm's correction" : "");
}

static void fill(const struct summary *s, struct chart *c, const struct cells_set *set, const struct locked *all)
{
    for (unsigned k = 0; k < OTHERS; k++)
        for (unsigned i = 0; models[i]; i++)
            if (models[i]->kind == kinds[k]) {
                char name[CHART_NAME];
                snprintf(name, sizeof name, "over %s", models[i]->name);
                chart_series(c, name, models[i]->look);
            }
    for (unsigned i = 0; i < set->n && i < ROWS_MOST; i++) {
        char name[CHART_NAME];
        cells_name(name, sizeof name, set, all[i].cell);
        struct chart_row *r = chart_row(c, name);
        if (!r)
            return;
        r->cell = all[i].cell;
        r->begins_group = i && s->plan->cells[all[i].cell].workload != s->plan->cells[all[i - 1].cell].workload;
        for (unsigned k = 0; k < OTHERS; k++)
            r->at[k] = chart_value(&all[i].ratio[k]);
    }
}

void figure_interpreter_lock(const struct figure_source *of, struct charts *out)
{
    const struct summary *s = of->summary;
    CLEANUP_FREE struct locked *all = calloc(s->plan->n_points + 1, sizeof *all);
    CLEANUP_FREE unsigned *cells = calloc(s->plan->n_points + 1, sizeof *cells);
    unsigned n = 0;
    if (!all || !cells) {
        out->no_memory = true;
        return;
    }
    for (unsigned i = 0; i < s->plan->n_points; i++)
        if (look_at(s, &s->plan->points[i], &all[n])) {
            cells[n] = all[n].cell;
            n++;
        }
    struct chart *c = n ? chart_add(out, CHART_OF_DOTS) : NULL;
    if (!c)
        return;
    const struct cells_set set = {s->plan, cells, n, -1, false};
    title(c, &set, all, n);
    cells_common(c->subtitle, sizeof c->subtitle, &set);
    fill(s, c, &set, all);
    rows_medians(c, s->look.blocks, n > ROWS_MOST ? n - ROWS_MOST : 0);
    text_append(c->subtitle, sizeof c->subtitle, "; grey: equivalent");
    snprintf(c->caption, sizeof c->caption,
             "Left of 1 the lock costs throughput. What computes has one CPU under it, however many are offered; what "
             "waits gives it back meanwhile.");
    snprintf(c->x_label, sizeof c->x_label, "rate under the lock over the rate without");
    c->x.logarithmic = true;
    c->band_least = 1 / (1 + s->plan->equiv);
    c->band_most = 1 + s->plan->equiv;
    chart_rule(c, 1, "as fast");
    if (!chart_fit(c))
        chart_drop(out);
}
