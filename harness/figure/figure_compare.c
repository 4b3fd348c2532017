/* SPDX-License-Identifier: MIT */
/* Two runs compared: each cell's ratio with its interval, one below the other, against 1 and what counts as equivalent.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "harness/base/base.h"
#include "harness/figure/cells_text.h"
#include "harness/figure/figure.h"
#include "harness/figure/quantity.h"
#include "harness/figure/rows_text.h"
#include "harness/insight/runs.h"

/* Filled where the verdict is clear, and pointing to its side, so that they differ without colour. */
static struct model_look look_of_verdict(enum verdict v)
{
    static const struct model_look looks[] = {
        [VERDICT_FASTER] = {.rgb = 0x0072B2, .marker = 9},
        [VERDICT_SLOWER] = {.rgb = 0xD55E00, .marker = 11},
        [VERDICT_EQUIVALENT] = {.rgb = 0x009E73, .marker = 5},
        [VERDICT_INCONCLUSIVE] = {.rgb = 0x777777, .marker = 6},
    };
    return looks[v];
}

static bool has_ratio(const struct comparison *m)
{
    return m->ratio.n && !isnan(m->ratio.median);
}

/* The clear verdict that is farthest from 1. */
static const struct comparison *farthest(const struct runs *r)
{
    const struct comparison *most = NULL;
    for (unsigned i = 0; i < r->n_matched; i++) {
        const struct comparison *m = &r->matched[i];
        if (has_ratio(m) && (m->verdict == VERDICT_FASTER || m->verdict == VERDICT_SLOWER) &&
            (!most || fabs(log(m->ratio.median)) > fabs(log(most->ratio.median))))
            most = m;
    }
    return most;
}

/* Those verdicts that some cells have: "slower in 3, equivalent in 4". */
static void put_counts(char *buf, size_t n, const struct runs *r)
{
    static const enum verdict order[] = {VERDICT_SLOWER, VERDICT_FASTER, VERDICT_EQUIVALENT, VERDICT_INCONCLUSIVE};
    const char *comma = "";
    for (unsigned i = 0; i < ARRAY_LEN(order); i++)
        if (r->counts[order[i]]) {
            text_append(buf, n, "%s%s in %u", comma, verdict_names[order[i]], r->counts[order[i]]);
            comma = ", ";
        }
}

static void title(const struct runs *r, struct chart *c, const struct cells_set *set, unsigned n)
{
    const struct comparison *most = farthest(r);
    char name[CHART_NAME];
    snprintf(c->title, sizeof c->title, most ? "Of %u cell%s B is " : "B was shown to differ in none of %u cell%s: ", n,
             n == 1 ? "" : "s");
    put_counts(c->title, sizeof c->title, r);
    if (!most)
        return;
    cells_name(name, sizeof name, set, most->b);
    text_append(c->title, sizeof c->title, "; most %s: ", name);
    quantity_ratio(c->title, sizeof c->title, &most->ratio);
}

/* The rows in the order of A's plan; of more than a page shows those that are farthest from 1. false: no memory. */
static bool choose(const struct runs *r, unsigned *shown, unsigned *n, unsigned *left_out)
{
    CLEANUP_FREE unsigned *order = runs_by_change(r);
    CLEANUP_FREE bool *taken = calloc(r->n_matched + 1u, sizeof *taken);
    unsigned with = 0;
    *n = 0;
    if (!order || !taken)
        return false;
    for (unsigned i = 0; i < r->n_matched; i++)
        if (has_ratio(&r->matched[order[i]])) {
            with++;
            taken[order[i]] = with <= ROWS_MOST;
        }
    for (unsigned i = 0; i < r->n_matched; i++)
        if (taken[i])
            shown[(*n)++] = i;
    *left_out = with - *n;
    return true;
}

static void fill(const struct runs *r, struct chart *c, const struct cells_set *set, const unsigned *shown, unsigned n)
{
    const struct plan *p = r->run[RUN_A]->plan;
    const char *before = NULL;
    chart_series(c, "B over A", (struct model_look){0}); /* each row has the look of its verdict */
    for (unsigned i = 0; i < n; i++) {
        const struct comparison *m = &r->matched[shown[i]];
        char name[CHART_NAME];
        cells_name(name, sizeof name, set, m->b);
        struct chart_row *row = chart_row(c, name);
        if (!row)
            return;
        row->cell = m->b;
        row->begins_group = before && before != p->cells[m->b].workload;
        before = p->cells[m->b].workload;
        row->look = look_of_verdict(m->verdict);
        row->at[0] = chart_value(&m->ratio);
        snprintf(row->note, sizeof row->note, "%s%s", verdict_names[m->verdict],
                 isnan(m->ratio.lower) ? ", no interval" : "");
    }
}

static void subtitle(const struct figure_source *of, struct chart *c, const struct cells_set *set, unsigned left_out)
{
    cells_common(c->subtitle, sizeof c->subtitle, set);
    text_append(c->subtitle, sizeof c->subtitle, "%sA: %.120s, B: %.120s; %s; grey: equivalent",
                c->subtitle[0] ? "; " : "", of->name[RUN_A], of->name[RUN_B],
                of->runs->paired ? "measured side by side" : "measured at two times");
    rows_left_out(c, left_out);
}

void figure_compare(const struct figure_source *of, struct charts *out)
{
    const struct runs *r = of->runs;
    unsigned n, left_out;
    if (!r || !r->n_matched)
        return;
    CLEANUP_FREE unsigned *shown = malloc(r->n_matched * sizeof *shown), *cells = malloc(r->n_matched * sizeof *cells);
    if (!shown || !cells || !choose(r, shown, &n, &left_out)) {
        out->no_memory = true;
        return;
    }
    struct chart *c = n ? chart_add(out, CHART_OF_DOTS) : NULL;
    if (!c)
        return;
    for (unsigned i = 0; i < r->n_matched; i++)
        cells[i] = r->matched[i].b;
    const struct cells_set set = {r->run[RUN_A]->plan, cells, r->n_matched, -1, true};
    title(r, c, &set, n + left_out);
    subtitle(of, c, &set, left_out);
    fill(r, c, &set, shown, n);
    snprintf(c->caption, sizeof c->caption,
             "Left of 1 B is slower than A. Where an interval reaches 1, neither was shown to be; where it lies within "
             "the grey band, the two are equivalent.");
    snprintf(c->x_label, sizeof c->x_label, "rate of B over that of A");
    c->x.logarithmic = true;
    c->band_least = 1 / (1 + r->equiv);
    c->band_most = 1 + r->equiv;
    chart_rule(c, 1, "as fast");
    if (!chart_fit(c))
        chart_drop(out);
}
