/* SPDX-License-Identifier: MIT */
/* All models next to the best of each point: a row a point, a column a model, in each field its throughput over that of
 * the best, block by block. */
#include <math.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/insight/choice.h"
#include "harness/insight/findings.h"
#include "harness/page/parts.h"

enum { MODELS = 16 };

/* NULL: it has no cells. */
static const struct choice_at *choice_of_point(const struct page *p, unsigned point)
{
    for (unsigned i = 0; i < p->n_choices; i++)
        for (unsigned k = 0; k < p->choices[i].n_at; k++)
            if (p->choices[i].at[k].point == point)
                return &p->choices[i].at[k];
    return NULL;
}

static bool is_by_rate(const struct choice_at *x)
{
    return x && (x->is == CHOICE_WON || x->is == CHOICE_EQUIVALENT || x->is == CHOICE_UNSURE);
}

/* The models of all points, in the plan's order. */
static unsigned find_models(const struct page *p, const char *models[MODELS])
{
    unsigned n = 0;
    for (unsigned i = 0; i < p->s->plan->n_points; i++) {
        const struct plan_point *t = &p->s->plan->points[i];
        for (unsigned k = 0; is_by_rate(choice_of_point(p, i)) && k < t->n_cells; k++) {
            const char *model = p->s->plan->cells[t->cells[k]].model; /* interned */
            unsigned at = 0;
            while (at < n && models[at] != model)
                at++;
            if (at == n && n < MODELS)
                models[n++] = model;
        }
    }
    return n;
}

static int cell_of(const struct page *p, const struct choice_at *x, const char *model)
{
    const struct plan_point *t = &p->s->plan->points[x->point];
    for (unsigned k = 0; k < t->n_cells; k++)
        if (p->s->plan->cells[t->cells[k]].model == model)
            return (int)t->cells[k];
    return -1;
}

static void put_field(struct page *p, const struct choice_at *x, unsigned cell)
{
    static const char *const classes[] = {[VERDICT_FASTER] = "number",
                                          [VERDICT_SLOWER] = "number",
                                          [VERDICT_EQUIVALENT] = "number alike",
                                          [VERDICT_INCONCLUSIVE] = "number open"};
    static const char *const marks[] = {[VERDICT_FASTER] = "",
                                        [VERDICT_SLOWER] = "",
                                        [VERDICT_EQUIVALENT] = "=\u00a0",
                                        [VERDICT_INCONCLUSIVE] = "?\u00a0"};
    struct estimate r = {.median = 1};
    enum verdict v = VERDICT_SLOWER;
    char text[64], to[24], digits[40], times[32];
    const bool best = cell == x->best[0];
    if (!best && (!comparison_find(p->s, cell, x->best[0], &r, &v) || isnan(r.median))) {
        html_element(&p->h, "td", "none whole", "class", "number", NULL);
        return;
    }
    say_times(times, sizeof times, r.median);
    snprintf(text, sizeof text, "%s%s", best ? x->is == CHOICE_WON ? "best\u00a0" : "" : marks[v], times);
    snprintf(digits, sizeof digits, "%.17g", r.median);
    snprintf(to, sizeof to, "#cell-%u", cell);
    html_open(&p->h, "td", "class", best ? "number best" : classes[v], "data-v", digits, NULL);
    html_element(&p->h, "a", text, "href", to, NULL);
    html_close(&p->h, "td");
}

static void put_row(struct page *p, const struct choice_at *x, const char *const *models, unsigned n)
{
    char work[NAMES], to[24], where[WORDS];
    say_work(work, sizeof work, p->s->plan, p->s->plan->points[x->point].cells[0]);
    say_where(where, sizeof where, &p->s->plan->points[x->point]);
    snprintf(to, sizeof to, "#point-%u", x->point);
    row_open(p, NULL);
    html_open(&p->h, "th", "scope", "row", "class", "wide", NULL);
    html_element(&p->h, "a", work, "href", to, NULL);
    html_element(&p->h, "small", where, NULL);
    html_close(&p->h, "th");
    for (unsigned k = 0; k < n; k++) {
        int cell = cell_of(p, x, models[k]);
        if (cell < 0)
            html_element(&p->h, "td", "–", "class", "number", NULL);
        else
            put_field(p, x, (unsigned)cell);
    }
    row_close(p);
}

void part_standings(struct page *p)
{
    const char *models[MODELS];
    struct column columns[MODELS + 1] = {{"Work", false}};
    const unsigned n = find_models(p, models);
    if (n < 2)
        return;
    for (unsigned k = 0; k < n; k++)
        columns[k + 1] = (struct column){models[k], true};
    html_element(&p->h, "h3", "All models next to the best", NULL);
    table_open(
        p,
        "Throughput over that of the best model of each point: 0.50× is half as fast. =: equivalent to it; ?: not "
        "told apart from it; –: not measured. Each number leads to its cell.",
        columns, n + 1);
    for (unsigned i = 0; i < p->s->plan->n_points; i++)
        if (is_by_rate(choice_of_point(p, i)))
            put_row(p, choice_of_point(p, i), models, n);
    table_close(p);
}
