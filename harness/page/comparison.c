/* SPDX-License-Identifier: MIT */
/* Two runs, or two programs measured side by side: what became faster or slower, what else differs. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/base/words.h"
#include "harness/page/parts.h"
#include "harness/report/compare.h"
#include "harness/report/text.h"

static void sides(struct page *p)
{
    html_open(&p->h, "dl", "class", "facts", NULL);
    for (unsigned i = 0; i < 2; i++) {
        const struct summary *s = p->runs->run[i];
        char text[240];
        html_element(&p->h, "dt", i == RUN_A ? "A" : "B", NULL);
        compare_build(text, sizeof text, s);
        html_open(&p->h, "dd", NULL);
        html_element(&p->h, "code", p->names[i], NULL);
        html_printf(&p->h, ": %s, %u block%s%s, %.19sZ, %s, on ", s->plan->name, s->look.blocks,
                    s->look.blocks == 1 ? "" : "s", s->complete ? "" : " (incomplete)", s->started, text);
        put_machine(p, s);
        html_close(&p->h, "dd");
    }
    html_close(&p->h, "dl");
}

static void counts(struct page *p)
{
    static const char *const classes[] = {[VERDICT_FASTER] = "good",
                                          [VERDICT_SLOWER] = "bad",
                                          [VERDICT_EQUIVALENT] = "plain",
                                          [VERDICT_INCONCLUSIVE] = "warn"};
    const struct runs *r = p->runs;
    html_open(&p->h, "p", "class", "counts", NULL);
    html_printf(&p->h, "Of %u cell%s that both have, B is: ", r->n_matched, r->n_matched == 1 ? "" : "s");
    for (unsigned i = 0; i < ARRAY_LEN(r->counts); i++) {
        char text[48];
        snprintf(text, sizeof text, "%u %s", r->counts[i], verdict_names[i]);
        put_badge(p, r->counts[i] ? classes[i] : "plain", text);
        html_text(&p->h, " ");
    }
    if (r->broken) {
        char text[48];
        snprintf(text, sizeof text, "%u failed in B alone", r->broken);
        put_badge(p, "bad", text);
    }
    html_close(&p->h, "p");
}

static void verdict(struct page *p, const struct comparison *c)
{
    static const char *const classes[] = {[VERDICT_FASTER] = "good",
                                          [VERDICT_SLOWER] = "bad",
                                          [VERDICT_EQUIVALENT] = "plain",
                                          [VERDICT_INCONCLUSIVE] = "warn"};
    char note[NOTE_MOST];
    html_open(&p->h, "td", NULL);
    if (c->ratio.n)
        put_badge(p, classes[c->verdict], verdict_names[c->verdict]);
    else
        put_badge(p, runs_broken(p->runs, c) ? "bad" : "plain", "not compared");
    runs_note(p->runs, c, note, sizeof note);
    if (note[0])
        html_element(&p->h, "small", note, NULL);
    if (!c->ratio.n && c->ratio.why)
        html_element(&p->h, "small", c->ratio.why, NULL);
    html_close(&p->h, "td");
}

static void row(struct page *p, const struct comparison *c)
{
    const struct summary *a = p->runs->run[RUN_A], *b = p->runs->run[RUN_B];
    char id[CELL_ID_MAX], text[WORDS];
    plan_cell_id(a->plan, c->b, id, sizeof id);
    row_open(p, NULL);
    html_open(&p->h, "th", "scope", "row", "class", "wide", NULL);
    html_element(&p->h, "code", id, NULL);
    html_close(&p->h, "th");
    verdict(p, c);
    const double ratio = c->ratio.n ? c->ratio.median : (double)NAN;
    snprintf(text, sizeof text, "%.3f", ratio);
    cell_number(p, ratio, text);
    if (!c->ratio.n || isnan(c->ratio.lower)) {
        cell_number(p, (double)NAN, NULL);
    } else {
        snprintf(text, sizeof text, "%.3f … %.3f", c->ratio.lower, c->ratio.upper);
        cell_number(p, (c->ratio.upper - c->ratio.lower) / ratio, text);
    }
    compare_not_excluded(text, sizeof text, c);
    const double share = runs_not_excluded(c);
    html_open(&p->h, "td", "class", "number", NULL);
    html_text(&p->h, isnan(share) ? "any" : text);
    html_close(&p->h, "td");
    cell_text(p, c->estimate_from ? c->estimate_from : "n/a");
    cell_estimate(p, &a->cells[c->b].throughput, text_rate);
    cell_estimate(p, &b->cells[c->a].throughput, text_rate);
    row_close(p);
}

static void only(struct page *p)
{
    const struct runs *r = p->runs;
    static const struct column columns[] = {{"In", false}, {"Cell", false}};
    if (!r->n_only[RUN_A] && !r->n_only[RUN_B])
        return;
    html_element(&p->h, "h3", "Not compared", NULL);
    table_open(p, "Cells that only one of the two has.", columns, ARRAY_LEN(columns));
    for (unsigned side = 0; side < 2; side++)
        for (unsigned i = 0; i < r->n_only[side]; i++) {
            char id[CELL_ID_MAX];
            plan_cell_id(r->run[side]->plan, r->only[side][i], id, sizeof id);
            row_open(p, NULL);
            cell_text(p, side == RUN_A ? "A" : "B");
            html_open(&p->h, "td", NULL);
            html_element(&p->h, "code", id, NULL);
            html_close(&p->h, "td");
            row_close(p);
        }
    table_close(p);
}

static void conditions(struct page *p)
{
    char text[CAUTION_MOST];
    html_open(&p->h, "div", "class", "conditions", NULL);
    html_element(&p->h, "h3", "Conditions", NULL);
    compare_caution(text, sizeof text, p->runs);
    html_element(&p->h, "p", text, NULL);
    for (unsigned i = 0; i < 2; i++) {
        html_element(&p->h, "h4", i == RUN_A ? "A" : "B", NULL);
        html_open(&p->h, "ul", NULL);
        put_soundness(p, p->runs->run[i]);
        put_quiet(p, p->runs->run[i]);
        html_close(&p->h, "ul");
    }
    html_close(&p->h, "div");
}

void part_changes(struct page *p)
{
    static const struct column columns[] = {{"Cell", false},
                                            {"B is", false},
                                            {"B / A", true},
                                            {"95 % interval", true},
                                            {"Slow-down not excluded", true},
                                            {"It rests on", false},
                                            {"A, units/s", true},
                                            {"B, units/s", true}};
    const struct runs *r = p->runs;
    char text[CAUTION_MOST];
    CLEANUP_FREE unsigned *order = runs_by_change(r);
    p->h.fault |= !order;
    section_open(p, "verdicts", "Verdicts");
    html_open(&p->h, "div", "class", "first", NULL);
    html_open(&p->h, "div", NULL);
    counts(p);
    sides(p);
    if (compare_what_to_do(text, sizeof text, r))
        html_element(&p->h, "p", text, NULL);
    if (r->too_few)
        html_printf(&p->h,
                    "With so few trials no difference among %u cells can be told from chance: use more --blocks.",
                    r->n_matched);
    html_close(&p->h, "div");
    conditions(p);
    html_close(&p->h, "div");
    snprintf(text, sizeof text,
             "Throughput of B over that of A, the greatest change first. faster and slower: the interval lies beyond "
             "1 and a test holds after Holm's correction over all cells; equivalent: the whole interval lies within "
             "±%.3g %%. The trials of a cell, by its name: contend show RUN --cell 'CELL'.",
             100 * r->equiv);
    table_open(p, text, columns, ARRAY_LEN(columns));
    for (unsigned i = 0; order && i < r->n_matched; i++)
        row(p, &r->matched[order[i]]);
    table_close(p);
    only(p);
    section_close(p);
}

static void facts(struct page *p)
{
    const struct runs *r = p->runs;
    static const struct column columns[] = {{"Fact", false}, {"A", false}, {"B", false}};
    if (!r->n_facts) {
        html_element(&p->h, "p", "No fact of the two environments differs.", NULL);
        return;
    }
    table_open(p, "Facts of the two environments that differ; those of the build first.", columns, ARRAY_LEN(columns));
    for (unsigned i = 0; i < r->n_facts; i++) {
        row_open(p, NULL);
        html_element(&p->h, "th", r->facts[i].of[RUN_A]->name, "scope", "row", NULL);
        for (unsigned k = 0; k < 2; k++)
            html_element(&p->h, "td", compare_fact(r->facts[i].of[k]), "class", "wide", NULL);
        row_close(p);
    }
    table_close(p);
}

void part_differences(struct page *p)
{
    static const struct column columns[] = {
        {"Canary", false}, {"Speed of the machine", false}, {"What it does", false}};
    const struct runs *r = p->runs;
    section_open(p, "environment", "What differs besides");
    facts(p);
    table_open(p,
               "The machine itself, by fixed pieces of work that were timed next to the trials. They widen an interval "
               "where they moved, and never correct a ratio.",
               columns, ARRAY_LEN(columns));
    for (unsigned k = 0; k < CANARIES; k++) {
        char text[320];
        compare_canary(text, sizeof text, r, (enum canary)k);
        row_open(p, NULL);
        html_element(&p->h, "th", canary_kinds[k].name, "scope", "row", NULL);
        html_element(&p->h, "td", text, "class", "wide", NULL);
        html_element(&p->h, "td", canary_kinds[k].does, "class", "wide", NULL);
        row_close(p);
    }
    table_close(p);
    if (!isnan(r->foreign[RUN_A]) && !isnan(r->foreign[RUN_B])) {
        html_open(&p->h, "p", NULL);
        html_printf(&p->h, "Other processes used %.2f CPUs during A's trials and %.2f during B's.", r->foreign[RUN_A],
                    r->foreign[RUN_B]);
        html_close(&p->h, "p");
    }
    section_close(p);
}

void part_reproduce_both(struct page *p)
{
    CLEANUP_FREE char *both = words_join(p->names, 2);
    p->h.fault |= !both;
    section_open(p, "reproduce", "How to measure it again");
    html_element(&p->h, "p", "The same comparison again, without measuring:", NULL);
    html_open(&p->h, "pre", "tabindex", "0", NULL);
    html_open(&p->h, "code", NULL);
    html_printf(&p->h, "contend compare %s\ncontend report %s", both ? both : "", both ? both : "");
    html_close(&p->h, "code");
    html_close(&p->h, "pre");
    for (unsigned i = 0; i < 2; i++) {
        html_element(&p->h, "h3", i == RUN_A ? "A" : "B", NULL);
        put_reproduce(p, p->runs->run[i], p->names[i]);
    }
    section_close(p);
}
