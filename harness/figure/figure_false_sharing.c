/* SPDX-License-Identifier: MIT */
/* Counters that share a cache line next to counters with lines of their own: what it costs, under each model. */
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
#include "harness/insight/cell_pairs.h"
#include "harness/model/model.h"

enum { PACKED, PADDED }; /* values of the parameter `layout` */

struct twins {
    unsigned packed, padded;
    struct estimate gain; /* of the rates */
};

static int layout_of(const struct cell *c)
{
    return strcmp(c->workload, "falseshare") == 0 ? workload_param(workload_find(c->workload), "layout") : -1;
}

/* The same cell with the other layout, where both have a whole trial. */
static bool twins_of(const struct summary *s, unsigned packed, struct twins *out)
{
    const struct cell *a = &s->plan->cells[packed];
    int layout = layout_of(a);
    if (layout < 0 || a->p[layout] != PACKED || s->cells[packed].status != TRIAL_OK)
        return false;
    for (unsigned i = 0; i < s->plan->n_cells; i++) {
        const struct cell *b = &s->plan->cells[i];
        if (layout_of(b) < 0 || b->p[layout] != PADDED || s->cells[i].status != TRIAL_OK ||
            strcmp(a->model, b->model) != 0 || !cells_alike(a, b, layout))
            continue;
        *out = (struct twins){packed, i, cells_ratio(s, s->throughput, i, packed)};
        return out->gain.n > 0 && !isnan(out->gain.median);
    }
    return false;
}

static bool same_chart(const struct plan *p, const struct twins *a, const struct twins *b)
{
    const struct cell *x = &p->cells[a->packed], *y = &p->cells[b->packed];
    return memcmp(x->p, y->p, sizeof x->p) == 0 && x->mode == y->mode;
}

/* The greatest gain, of those whose interval says that there is one; where there is none, of all. */
static const struct twins *farthest(const struct plan *p, const struct twins *all, const unsigned *of, unsigned n)
{
    const struct twins *most = NULL;
    for (unsigned i = 0; i < n; i++) {
        const struct twins *t = &all[of[i]];
        if (model_is_serial(p->cells[t->packed].model) && n > 1)
            continue; /* one counter at a time: the check that nothing else differs */
        bool gains = ratio_differs(&t->gain), gained = most && ratio_differs(&most->gain);
        if (!most || (gains != gained ? gains : t->gain.median > most->gain.median))
            most = t;
    }
    return most ? most : &all[of[0]];
}

static void title(struct chart *c, const struct cells_set *set, const struct twins *most)
{
    char name[CHART_NAME];
    cells_name(name, sizeof name, set, most->packed);
    if (!ratio_differs(&most->gain)) {
        snprintf(c->title, sizeof c->title, "No model was shown to count faster on lines of its own; %s: ", name);
        quantity_ratio(c->title, sizeof c->title, &most->gain);
        return;
    }
    snprintf(c->title, sizeof c->title, "With a line for each counter %s is ", name);
    quantity_ratio(c->title, sizeof c->title, &most->gain);
    text_append(c->title, sizeof c->title, " as fast as with all on one");
}

static void fill(const struct summary *s, struct chart *c, const struct cells_set *set, const struct twins *all,
                 const unsigned *of)
{
    const struct plan *p = s->plan;
    int count = workload_param(workload_find("falseshare"), "count");
    chart_series(c, "packed: eight on a line", (struct model_look){.rgb = 0xD55E00, .marker = 7, .letter = 'P'});
    chart_series(c, "padded: a line each", (struct model_look){.rgb = 0x0072B2, .marker = 4, .letter = 'L'});
    for (unsigned i = 0; i < set->n && i < ROWS_MOST; i++) {
        const struct twins *t = &all[of[i]];
        const double adds = (double)p->cells[t->packed].p[count];
        char name[CHART_NAME];
        cells_name(name, sizeof name, set, t->packed);
        struct chart_row *r = chart_row(c, name);
        if (!r)
            return;
        r->cell = t->packed;
        r->at[PACKED] = chart_divided(chart_value(&s->cells[t->packed].throughput), 1 / adds);
        r->at[PADDED] = chart_divided(chart_value(&s->cells[t->padded].throughput), 1 / adds);
        quantity_ratio(r->note, sizeof r->note, &t->gain);
    }
}

/* of: the indexes of one chart's pairs; cells: their packed ones. */
static void draw(const struct summary *s, struct charts *out, const struct twins *all, const unsigned *of,
                 const unsigned *cells, unsigned n)
{
    struct chart *c = chart_add(out, CHART_OF_DOTS);
    if (!c)
        return;
    const struct cells_set set = {s->plan, cells, n, layout_of(&s->plan->cells[cells[0]]), false};
    filename_without(c->file, sizeof c->file, s->plan, cells[0], (unsigned)set.but);
    title(c, &set, farthest(s->plan, all, of, n));
    cells_common(c->subtitle, sizeof c->subtitle, &set);
    fill(s, c, &set, all, of);
    rows_medians(c, s->look.blocks, n > ROWS_MOST ? n - ROWS_MOST : 0);
    text_append(c->subtitle, sizeof c->subtitle, "; right: padded over packed");
    snprintf(c->caption, sizeof c->caption,
             "No counter is shared, only the cache line that it lies on: where tasks run at the same time, that line "
             "moves between their CPUs at each turn. Threads and processes pay alike, since the memory is the same.");
    snprintf(c->x_label, sizeof c->x_label, "additions per second");
    c->x.logarithmic = true;
    if (!chart_fit(c))
        chart_drop(out);
}

void figure_false_sharing(const struct figure_source *src, struct charts *out)
{
    const struct summary *s = src->summary;
    const unsigned most = s->plan->n_cells;
    CLEANUP_FREE struct twins *all = calloc(most + 1u, sizeof *all);
    CLEANUP_FREE unsigned *of = calloc(most + 1u, sizeof *of), *cells = calloc(most + 1u, sizeof *cells);
    unsigned n = 0;
    if (!all || !of || !cells) {
        out->no_memory = true;
        return;
    }
    for (unsigned i = 0; i < most; i++)
        n += twins_of(s, i, &all[n]);
    for (unsigned i = 0; i < n; i++) {
        unsigned k = 0, first = 0;
        while (!same_chart(s->plan, &all[first], &all[i]))
            first++;
        for (unsigned j = i; j < n && first == i; j++)
            if (same_chart(s->plan, &all[i], &all[j])) {
                of[k] = j;
                cells[k++] = all[j].packed;
            }
        if (k)
            draw(s, out, all, of, cells, k);
    }
}
