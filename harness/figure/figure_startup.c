/* SPDX-License-Identifier: MIT */
/* What it takes to begin and to end: how long a model's workers take to start, and to go away. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/figure/extremes.h"
#include "harness/figure/figure.h"
#include "harness/figure/filename.h"
#include "harness/figure/look.h"
#include "harness/figure/rows_text.h"
#include "harness/figure/sweep.h"

enum { START, END };

static bool is_shown(const struct summary *s, unsigned cell)
{
    return !isnan(s->cells[cell].startup_ns.median) && s->cells[cell].startup_ns.n;
}

/* The cell of that work and model with the most workers; -1: there is none. */
static int most_workers(const struct summary *s, unsigned work, const char *model)
{
    const struct plan *p = s->plan;
    int best = -1;
    for (unsigned i = 0; i < p->n_cells; i++)
        if (cell_same_work(&p->cells[i], &p->cells[work]) && strcmp(p->cells[i].model, model) == 0 && is_shown(s, i) &&
            (best < 0 || p->cells[i].workers > p->cells[best].workers))
            best = (int)i;
    return best;
}

static unsigned models_of(const struct summary *s, unsigned work)
{
    unsigned n = 0;
    for (unsigned i = 0; models[i]; i++)
        n += most_workers(s, work, models[i]->name) >= 0;
    return n;
}

/* What the workers do later changes little of how they start: the work that most models were measured with stands for
 * all.
 */
static unsigned work_with_most_models(const struct summary *s)
{
    unsigned best = 0, most = 0;
    for (unsigned i = 0; i < s->plan->n_cells; i++) {
        unsigned n = sweep_first_cell(s->plan, &s->plan->cells[i]) == i ? models_of(s, i) : 0;
        if (n > most) {
            most = n;
            best = i;
        }
    }
    return best;
}

static unsigned fill(struct chart *c, const struct summary *s, unsigned work, struct extreme of[CHART_LINES])
{
    unsigned n = 0;
    chart_series(c, "from the first worker's creation until all are ready", (struct model_look){0x0072B2, 7, 'S'});
    chart_series(c, "from the last worker's end until all are gone", (struct model_look){0xD55E00, 4, 'E'});
    for (unsigned i = 0; models[i] && n < CHART_LINES; i++) {
        int cell = most_workers(s, work, models[i]->name);
        if (cell < 0)
            continue;
        const struct cell_summary *x = &s->cells[cell];
        char name[CHART_NAME];
        unsigned workers = s->plan->cells[cell].workers;
        snprintf(name, sizeof name, "%s ×%u", models[i]->name, workers);
        struct chart_row *r = chart_row(c, name);
        if (!r)
            break;
        r->cell = (unsigned)cell;
        r->at[START] = chart_value(&x->startup_ns);
        if (x->teardown_ns.n)
            r->at[END] = chart_value(&x->teardown_ns);
        of[n].name = models[i]->name; /* serial is no choice, and told in the chart alone */
        of[n++].v = model_is_serial(models[i]->name) ? chart_exact(NAN) : r->at[START];
    }
    return n;
}

void figure_startup(const struct figure_source *of, struct charts *out)
{
    const struct summary *s = of->summary;
    struct extreme starts[CHART_LINES];
    if (!s->plan->n_cells)
        return;
    struct chart *c = chart_add(out, CHART_OF_DOTS);
    if (!c)
        return;
    const unsigned work = work_with_most_models(s);
    c->x = (struct axis){.unit = AXIS_NS, .logarithmic = true};
    const unsigned n = fill(c, s, work, starts);
    filename_of_work(c->file, sizeof c->file, s->plan, work);
    snprintf(c->title, sizeof c->title, "Until all workers are ready it takes ");
    extremes_text(c->title, sizeof c->title, &c->x, starts, n);
    sweep_work_text(c->subtitle, sizeof c->subtitle, &s->plan->cells[work], NULL);
    text_append(c->subtitle, sizeof c->subtitle, "; ×: workers");
    rows_medians(c, s->look.blocks, 0);
    snprintf(c->x_label, sizeof c->x_label, "time");
    snprintf(c->caption, sizeof c->caption,
             "Short work does not pay for what takes long to start. Models that make a worker for each task do so "
             "while they "
             "run, so that little of it is seen here.");
    if (n < 2 || !chart_fit(c))
        chart_drop(out);
}
