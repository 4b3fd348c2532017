/* SPDX-License-Identifier: MIT */
/* How late beats come next to heavy work, under each model: of work that is judged by that (workload.late_after). */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "harness/base/base.h"
#include "harness/figure/cells_text.h"
#include "harness/figure/figure.h"
#include "harness/figure/filename.h"
#include "harness/figure/quantity.h"
#include "harness/figure/rows_text.h"
#include "harness/insight/cell_pairs.h"
#include "harness/insight/findings.h"

static bool beats(const struct summary *s, unsigned cell)
{
    return cell_late_after(&s->plan->cells[cell]) && s->cells[cell].status == TRIAL_OK && s->cells[cell].latest_ns.n;
}

/* The least late and the most late by the latest beat of a trial. */
static void title(const struct summary *s, struct chart *c, const struct cells_set *set)
{
    unsigned low = set->cells[0], high = low;
    for (unsigned i = 1; i < set->n; i++) {
        double ns = s->cells[set->cells[i]].latest_ns.median;
        low = ns < s->cells[low].latest_ns.median ? set->cells[i] : low;
        high = ns > s->cells[high].latest_ns.median ? set->cells[i] : high;
    }
    char name[2][CHART_NAME], ns[2][QUANTITY];
    const double period = (double)cell_late_after(&s->plan->cells[high]);
    cells_name(name[0], CHART_NAME, set, high);
    cells_name(name[1], CHART_NAME, set, low);
    quantity_text(ns[0], QUANTITY, AXIS_NS, s->cells[high].latest_ns.median);
    quantity_text(ns[1], QUANTITY, AXIS_NS, s->cells[low].latest_ns.median);
    snprintf(c->title, sizeof c->title, "Under %s a trial's latest beat is %s late (%.2g periods)", name[0], ns[0],
             s->cells[high].latest_ns.median / period);
    if (low == high)
        return;
    struct estimate later = cells_ratio(s, s->latest, high, low);
    text_append(c->title, sizeof c->title, ", under %s %s: ", name[1], ns[1]);
    quantity_ratio(c->title, sizeof c->title, &later);
    text_append(c->title, sizeof c->title, " as late");
}

/* A series of those cells that have such a number; none where no cell has. */
static void add_series(const struct summary *s, struct chart *c, const struct cells_set *set, const char *name,
                       struct model_look look, const struct estimate *(*of)(const struct cell_summary *k))
{
    unsigned series = CHART_LINES;
    for (unsigned i = 0; i < c->n_rows; i++) {
        const struct estimate *e = of(&s->cells[set->cells[i]]);
        if (isnan(e->median))
            continue;
        if (series == CHART_LINES)
            series = chart_series(c, name, look);
        c->row[i].at[series] = chart_value(e);
    }
}

static const struct estimate *half(const struct cell_summary *k)
{
    return &k->p50_ns;
}

static const struct estimate *late(const struct cell_summary *k)
{
    return &k->p99_ns;
}

static const struct estimate *latest(const struct cell_summary *k)
{
    return &k->latest_ns;
}

static void fill(const struct summary *s, struct chart *c, const struct cells_set *set)
{
    for (unsigned i = 0; i < set->n && i < ROWS_MOST; i++) {
        char name[CHART_NAME];
        cells_name(name, sizeof name, set, set->cells[i]);
        struct chart_row *r = chart_row(c, name);
        if (!r)
            return;
        r->cell = set->cells[i];
    }
    add_series(s, c, set, "half of a trial's beats are no later", (struct model_look){0x009E73, 8, 'H'}, half);
    add_series(s, c, set, "99 % are no later", (struct model_look){0xE69F00, 5, 'N'}, late);
    add_series(s, c, set, "its latest beat", (struct model_look){0x000000, 7, 'L'}, latest);
}

static void draw(const struct summary *s, struct charts *out, const struct cells_set *set)
{
    struct chart *c = chart_add(out, CHART_OF_DOTS);
    if (!c)
        return;
    const double period = (double)cell_late_after(&s->plan->cells[set->cells[0]]);
    char text[QUANTITY];
    filename_of_work(c->file, sizeof c->file, s->plan, cells_first_like(s->plan, set->cells[0]));
    title(s, c, set);
    cells_common(c->subtitle, sizeof c->subtitle, set);
    fill(s, c, set);
    rows_medians(c, s->look.blocks, set->n > ROWS_MOST ? set->n - ROWS_MOST : 0);
    snprintf(c->caption, sizeof c->caption,
             "A beat that comes later than a period is missed. What computes on the thread that beats holds the beats "
             "up for as long as it computes.");
    snprintf(c->x_label, sizeof c->x_label, "how late a beat is");
    c->x = (struct axis){.unit = AXIS_NS, .logarithmic = true};
    quantity_text(text, sizeof text, AXIS_NS, period);
    chart_rule(c, period, "a period, %s", text);
    if (!chart_fit(c))
        chart_drop(out);
}

void figure_heartbeat(const struct figure_source *of, struct charts *out)
{
    const struct summary *s = of->summary;
    const struct plan *p = s->plan;
    CLEANUP_FREE unsigned *cells = calloc(p->n_cells + 1u, sizeof *cells);
    if (!cells) {
        out->no_memory = true;
        return;
    }
    for (unsigned i = 0; i < p->n_cells; i++) {
        unsigned n = 0;
        bool later = !beats(s, i);
        for (unsigned k = 0; k < i && !later; k++)
            later = beats(s, k) && cell_same_work(&p->cells[k], &p->cells[i]);
        for (unsigned k = i; k < p->n_cells && !later; k++)
            if (beats(s, k) && cell_same_work(&p->cells[i], &p->cells[k]))
                cells[n++] = k;
        if (n)
            draw(s, out, &(struct cells_set){p, cells, n, -1, false});
    }
}
