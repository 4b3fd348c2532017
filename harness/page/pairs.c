/* SPDX-License-Identifier: MIT */
/* All comparisons of a run, and all its cells with the name by which their trials are found. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/base/words.h"
#include "harness/insight/choice.h"
#include "harness/insight/compare.h"
#include "harness/page/parts.h"
#include "harness/report/text.h"

/* A page of more rows than this is no page: then those with the best model of each point, and all in summary.json. */
enum { PAIRS_MOST = 2000 };

static void pair(struct page *p, const struct comparison *c)
{
    static const char *const classes[] = {[VERDICT_FASTER] = "plain",
                                          [VERDICT_SLOWER] = "plain",
                                          [VERDICT_EQUIVALENT] = "plain",
                                          [VERDICT_INCONCLUSIVE] = "warn"};
    const struct plan_point *t = &p->s->plan->points[c->point];
    char work[NAMES], text[WORDS];
    say_work(work, sizeof work, p->s->plan, c->a);
    row_open(p, NULL);
    html_open(&p->h, "th", "scope", "row", NULL);
    html_text(&p->h, work);
    html_close(&p->h, "th");
    say_where(text, sizeof text, t);
    html_element(&p->h, "td", text, "class", "line", NULL);
    html_open(&p->h, "td", NULL);
    put_cell_link(p, c->a);
    html_close(&p->h, "td");
    html_open(&p->h, "td", NULL);
    put_cell_link(p, c->b);
    html_close(&p->h, "td");
    snprintf(text, sizeof text, "%.3f", c->ratio.median);
    cell_number(p, c->ratio.median, text);
    if (isnan(c->ratio.lower))
        snprintf(text, sizeof text, "%s", c->ratio.why ? c->ratio.why : "n/a");
    else
        snprintf(text, sizeof text, "%.3f … %.3f", c->ratio.lower, c->ratio.upper);
    cell_number(p, isnan(c->ratio.lower) ? 0 : (c->ratio.upper - c->ratio.lower) / c->ratio.median, text);
    html_open(&p->h, "td", NULL);
    put_badge(p, classes[c->verdict], verdict_names[c->verdict]);
    comparison_holm(c, text, sizeof text);
    if (text[0])
        html_element(&p->h, "small", text, NULL);
    html_close(&p->h, "td");
    say_p(text, sizeof text, c->p_adjusted);
    cell_number(p, c->p_adjusted, text);
    row_close(p);
}

/* Is one of the two the best of its point? */
static bool has_best(const struct page *p, const struct comparison *c)
{
    for (unsigned i = 0; i < p->n_choices; i++)
        for (unsigned k = 0; k < p->choices[i].n_at; k++) {
            const struct choice_at *x = &p->choices[i].at[k];
            if (x->point == c->point)
                return x->n_best && (c->a == x->best[0] || c->b == x->best[0]);
        }
    return false;
}

void part_comparisons(struct page *p)
{
    static const struct column columns[] = {{"Work", false}, {"Where", false},      {"A", false},
                                            {"B", false},    {"A / B", true},       {"95 % interval", true},
                                            {"A is", false}, {"p, corrected", true}};
    const unsigned n = p->s->n_comparisons;
    char caption[500];
    if (!n)
        return;
    section_open(p, "comparisons", "Comparisons");
    snprintf(caption, sizeof caption,
             "%s%u comparison%s%s: throughput of A over that of B, of trials in the same block. faster and slower: the "
             "interval lies beyond 1, and the sign test holds after Holm's correction over the pairs of its point; "
             "equivalent: the whole interval lies within ±%.3g %%.",
             n > PAIRS_MOST ? "Of " : "", n, n == 1 ? "" : "s",
             n > PAIRS_MOST ? " those with the best model of each point (all are in summary.json)" : "",
             100 * p->s->plan->equiv);
    table_open(p, caption, columns, ARRAY_LEN(columns));
    for (unsigned i = 0; i < n; i++)
        if (n <= PAIRS_MOST || has_best(p, &p->s->comparisons[i]))
            pair(p, &p->s->comparisons[i]);
    table_close(p);
    section_close(p);
}

static void cell_row(struct page *p, unsigned i)
{
    const struct cell_summary *x = &p->s->cells[i];
    char id[CELL_ID_MAX], anchor[24], text[WORDS];
    plan_cell_id(p->s->plan, i, id, sizeof id);
    snprintf(anchor, sizeof anchor, "cell-%u", i);
    row_open(p, anchor);
    cell_count(p, i);
    html_open(&p->h, "th", "scope", "row", NULL);
    html_element(&p->h, "code", id, NULL);
    html_close(&p->h, "th");
    snprintf(text, sizeof text, "%u of %u", x->trials - x->failed - x->voided, x->trials);
    cell_number(p, x->trials, text);
    cell_count(p, x->disturbed);
    cell_number(p, (double)x->units, (snprintf(text, sizeof text, "%" PRIu64, x->units), text));
    cell_estimate(p, &x->run_ns, text_duration);
    cell_estimate(p, &x->startup_ns, text_duration);
    cell_estimate(p, &x->teardown_ns, text_duration);
    cell_estimate(p, &x->peak_rss_bytes, say_bytes);
    snprintf(text, sizeof text, "%016" PRIx64, x->checksum);
    html_open(&p->h, "td", NULL);
    html_element(&p->h, "code", x->trials ? text : "n/a", NULL);
    html_close(&p->h, "td");
    row_close(p);
}

void part_cells(struct page *p)
{
    static const struct column columns[] = {
        {"#", true},   {"Cell", false},    {"Whole trials", true}, {"Disturbed", true},   {"Units", true},
        {"Run", true}, {"Start-up", true}, {"Tear-down", true},    {"Peak memory", true}, {"Checksum", false}};
    CLEANUP_FREE char *quoted = words_join(&p->dir, 1);
    char caption[NAMES];
    section_open(p, "cells", "Cells and their trials");
    snprintf(
        caption, sizeof caption,
        "Every number of this page comes from the trials of a cell. Each trial, and what was counted meanwhile: "
        "contend show %.900s --cell N, with a number from the first column. Times are medians; units and checksum are "
        "of one trial, in a closed loop, where trials differ, of the last.",
        quoted ? quoted : p->dir);
    table_open(p, caption, columns, ARRAY_LEN(columns));
    for (unsigned i = 0; i < p->s->plan->n_cells; i++)
        if (!plan_skipped(p->s->plan, i, NULL))
            cell_row(p, i);
    table_close(p);
    section_close(p);
}
