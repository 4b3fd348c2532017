/* SPDX-License-Identifier: MIT */
/*
 * What a page begins with: which model for which work, by how much, how sure. First the kinds of model with the works
 * that they are best at; then a row for each work; then all models next to the best of each.
 */
#include <math.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/insight/choice.h"
#include "harness/insight/findings.h"
#include "harness/model/model.h"
#include "harness/page/parts.h"
#include "harness/page/sure.h"
#include "harness/report/text.h"

static unsigned first_cell(const struct page *p, const struct choice_at *x)
{
    return p->s->plan->points[x->point].cells[0];
}

/* The kinds of model that are told apart in the overview: by the family of models, and of loops by how many there are.
 * All the best are of one kind if they are of the same line; the last line of loops has those of both. */
static const struct {
    const char *family, *words;
    unsigned kinds; /* enum model_kind; 0: any of the family */
} kinds[] = {{"threads", "Take threads for", 0},
             {"processes", "Take processes for", 0},
             {"async", "Take one event loop (async) for", KIND_LOOP | KIND_LOOP_POOL | KIND_FIBERS},
             {"async", "Take an event loop for each CPU for", KIND_LOOPS_THREADS | KIND_LOOPS_PROCESSES},
             {"async", "Take event loops, one or one for each CPU, for", 0},
             {"baseline", "Take one task at a time (serial) for", 0}};

static bool is_of_kind(const char *model, size_t k)
{
    return strcmp(family_of(model), kinds[k].family) == 0 && (!kinds[k].kinds || model_kind(model) & kinds[k].kinds);
}

/* The one kind that all the best are of, or -1. */
static int one_kind(const struct page *p, const struct choice_at *x)
{
    for (size_t k = 0; k < ARRAY_LEN(kinds); k++) {
        unsigned n = 0;
        for (unsigned i = 0; i < x->n_best; i++)
            n += is_of_kind(p->s->plan->cells[x->best[i]].model, k);
        if (n && n == x->n_best)
            return (int)k;
    }
    return -1;
}

static bool is_decided(const struct choice_at *x)
{
    return x->is == CHOICE_WON || x->is == CHOICE_EQUIVALENT || x->is == CHOICE_UNSURE;
}

/* Which line of the overview a work stands in: 0 … for the kinds, then these. */
enum { LINE_ALIKE = ARRAY_LEN(kinds), LINE_OPEN, LINE_LATENESS, LINE_ALONE, LINE_NONE, LINES };

static unsigned line_of(const struct page *p, const struct choice_at *x)
{
    int kind = is_decided(x) ? one_kind(p, x) : -1;
    return kind >= 0                                         ? (unsigned)kind
           : x->is == CHOICE_EQUIVALENT                      ? LINE_ALIKE
           : x->is == CHOICE_UNSURE                          ? LINE_OPEN
           : x->is == CHOICE_IN_TIME || x->is == CHOICE_LATE ? LINE_LATENESS
           : x->is == CHOICE_ALONE                           ? LINE_ALONE
                                                             : LINE_NONE;
}

static void line_head(struct page *p, unsigned line)
{
    static const char *const words[] = {[LINE_OPEN] = "No one kind was shown to be best for",
                                        [LINE_LATENESS] = "Judged by the latest unit",
                                        [LINE_ALONE] = "Measured under one model only",
                                        [LINE_NONE] = "No whole trial"};
    char text[WORDS];
    if (line < ARRAY_LEN(kinds))
        snprintf(text, sizeof text, "%s", kinds[line].words);
    else if (line == LINE_ALIKE)
        snprintf(text, sizeof text, "Take any of these: no difference (within %.3g %%)", 100 * p->s->plan->equiv);
    else
        snprintf(text, sizeof text, "%s", words[line]);
    html_element(&p->h, "dt", text, NULL);
}

/* A warning that stands elsewhere on the page, on the best of these or on what it was shown to beat: a finding, or what
 * the trials of the cell themselves say, below its table. */
static void put_doubt(struct page *p, const struct choice_at *x)
{
    char to[24] = "";
    for (unsigned i = 0; i <= x->n_best && !to[0]; i++) {
        const int cell = i < x->n_best ? (int)x->best[i] : x->field.beaten;
        const int finding = cell >= 0 ? doubt_of(p->s, (unsigned)cell) : -1;
        if (finding >= 0)
            snprintf(to, sizeof to, "#finding-%d", finding);
        else if (cell >= 0 && p->s->cells[cell].n_warnings)
            snprintf(to, sizeof to, "#point-%u", x->point);
    }
    if (!to[0])
        return;
    html_text(&p->h, " ");
    html_element(&p->h, "a", "but: a warning", "class", "badge warn", "href", to, NULL);
}

enum { NAMED = 4 };

/* ", threads or processes", or how many: those beside the first of the best. */
static void put_others(struct page *p, const struct choice_at *x)
{
    if (x->n_best > NAMED) {
        html_printf(&p->h, " or %u others", x->n_best - 1);
        return;
    }
    for (unsigned i = 1; i < x->n_best; i++) {
        html_text(&p->h, i + 1 == x->n_best ? " or " : ", ");
        put_cell_link(p, x->best[i]);
    }
}

/* By the parameters that vary in the run; all of them are in its row, to which it leads, and pop up. */
static void put_choice_link(struct page *p, unsigned i)
{
    char to[24], work[WORK_NAME_MAX], whole[NAMES];
    const struct choice_at *x = &p->choices[i].at[0];
    snprintf(to, sizeof to, "#choice-%u", i);
    work_name(work, sizeof work, p->s->plan, first_cell(p, x));
    say_work(whole, sizeof whole, p->s->plan, first_cell(p, x));
    html_element(&p->h, "a", work, "href", to, "title", whole, NULL);
}

/* ", 16 in flight on 2 CPUs: async (1.05× threads, 1.03 … 1.06) or processes": the ratio is of the first, over the
 * nearest that it was shown to beat. */
static void put_in_short(struct page *p, const struct choice_at *x)
{
    char times[32], interval[WORDS], where[WORDS];
    say_where(where, sizeof where, &p->s->plan->points[x->point]);
    html_printf(&p->h, ", %s: ", where);
    put_cell_link(p, x->best[0]);
    if (x->field.beaten >= 0 && is_decided(x)) {
        say_times(times, sizeof times, x->field.ratio.median);
        say_interval(interval, sizeof interval, &x->field.ratio);
        html_printf(&p->h, " (%s %s, %s)", times, p->s->plan->cells[x->field.beaten].model, interval);
    }
    put_others(p, x);
    html_text(&p->h, " ");
    put_badge(p, sure_of(p->s, x).class, sure_of(p->s, x).word);
    put_doubt(p, x);
}

static void overview(struct page *p)
{
    html_open(&p->h, "dl", "class", "overview", NULL);
    for (unsigned line = 0; line < LINES; line++) {
        unsigned n = 0;
        for (unsigned i = 0; i < p->n_choices; i++) {
            if (line_of(p, &p->choices[i].at[0]) != line)
                continue;
            if (!n++) {
                html_open(&p->h, "div", NULL);
                line_head(p, line);
            }
            html_open(&p->h, "dd", NULL);
            put_choice_link(p, i);
            if (line != LINE_NONE)
                put_in_short(p, &p->choices[i].at[0]);
            html_close(&p->h, "dd");
        }
        if (n)
            html_close(&p->h, "div");
    }
    html_close(&p->h, "dl");
    html_newline(&p->h);
}

static void work_cell(struct page *p, const struct choice_at *x)
{
    const struct plan_point *t = &p->s->plan->points[x->point];
    const struct cell *c = &p->s->plan->cells[t->cells[0]];
    const struct workload *w = workload_find(c->workload);
    char params[NAMES], where[WORDS], how[WORDS], to[24];
    say_params(params, sizeof params, p->s->plan, t->cells[0]);
    say_where(where, sizeof where, t);
    say_how(how, sizeof how, c);
    snprintf(to, sizeof to, "#point-%u", x->point);
    html_open(&p->h, "th", "scope", "row", "role", "rowheader", NULL);
    html_element(&p->h, "a", c->workload, "href", to, NULL);
    html_printf(&p->h, " %s", params);
    html_open(&p->h, "small", NULL);
    html_printf(&p->h, "%s; %s%s", w ? w->summary : "a workload that this program does not know", where, how);
    html_close(&p->h, "small");
    html_close(&p->h, "th");
}

/* At how many of the work's other points the same models are best. */
static bool same_best(const struct page *p, const struct choice_at *a, const struct choice_at *b)
{
    bool same = a->is == b->is && a->n_best == b->n_best;
    for (unsigned i = 0; same && i < a->n_best; i++) {
        bool there = false;
        for (unsigned k = 0; k < b->n_best; k++)
            there |= p->s->plan->cells[a->best[i]].model == p->s->plan->cells[b->best[k]].model; /* interned */
        same = there;
    }
    return same;
}

static void put_models(struct page *p, const struct choice_at *x)
{
    if (!x->n_best) {
        html_text(&p->h, "nothing is known");
        return;
    }
    put_cell_link(p, x->best[0]);
    put_others(p, x);
}

enum { ELSEWHERE = 6 };

static void elsewhere(struct page *p, const struct choice *a)
{
    unsigned same = 0, told = 0;
    for (unsigned i = 1; i < a->n_at; i++)
        same += same_best(p, &a->at[0], &a->at[i]);
    if (a->n_at < 2)
        return;
    html_open(&p->h, "small", NULL);
    if (same == a->n_at - 1)
        html_printf(&p->h, "the same at %s", same > 1 ? "all its other points" : "its other point");
    else if (same)
        html_printf(&p->h, "the same at %u of its %u other points", same, a->n_at - 1);
    for (unsigned i = 1; i < a->n_at; i++) {
        char where[WORDS], to[24];
        if (same_best(p, &a->at[0], &a->at[i]) || told++ >= ELSEWHERE)
            continue;
        say_where(where, sizeof where, &p->s->plan->points[a->at[i].point]);
        snprintf(to, sizeof to, "#point-%u", a->at[i].point);
        html_text(&p->h, told > 1 || same ? "; " : "");
        html_element(&p->h, "a", where, "href", to, NULL);
        html_text(&p->h, ": ");
        put_models(p, &a->at[i]);
    }
    if (told > ELSEWHERE)
        html_printf(&p->h, "; otherwise at %u more", told - ELSEWHERE);
    html_close(&p->h, "small");
}

static void take_cell(struct page *p, const struct choice *a)
{
    html_open(&p->h, "td", "data-label", "Take", "role", "cell", NULL);
    html_open(&p->h, "strong", NULL);
    put_models(p, &a->at[0]);
    html_close(&p->h, "strong");
    elsewhere(p, a);
    html_close(&p->h, "td");
}

/* Next to one task at a time, where the ratio above is not that already. */
static void put_speedup(struct page *p, const struct choice_at *x)
{
    const struct estimate *e = &p->s->cells[x->best[0]].speedup;
    char times[32];
    bool told = isnan(e->median) || !e->n;
    for (unsigned i = 0; i < x->n_best; i++)
        told |= model_is_serial(p->s->plan->cells[x->best[i]].model);
    if (told || (x->field.beaten >= 0 && model_is_serial(p->s->plan->cells[x->field.beaten].model)))
        return;
    say_times(times, sizeof times, e->median);
    html_open(&p->h, "small", NULL);
    html_printf(&p->h, "%s one task at a time (serial)", times);
    html_close(&p->h, "small");
}

/* A choice by throughput may cost latency: the nearest other one whose slowest hundredth is surely served sooner. */
static void put_slower_tail(struct page *p, const struct choice_at *x)
{
    const struct estimate *of = &p->s->cells[x->best[0]].p99_ns;
    const int next = x->n_best > 1 ? (int)x->best[1] : x->field.beaten;
    char own[32], other[32];
    if (next < 0 || model_is_serial(p->s->plan->cells[next].model))
        return;
    const struct estimate *by = &p->s->cells[next].p99_ns;
    if (isnan(of->lower) || isnan(by->upper) || of->lower <= by->upper)
        return;
    text_duration(own, sizeof own, of->median);
    text_duration(other, sizeof other, by->median);
    html_open(&p->h, "small", NULL);
    html_printf(&p->h, "but 1 unit in 100 takes %s or more, under %s %s", own, p->s->plan->cells[next].model, other);
    html_close(&p->h, "small");
}

/* "1.95× threads", and below it the interval. */
static void put_ratio(struct page *p, const struct estimate *r, unsigned over, const char *after)
{
    char times[32], interval[WORDS];
    say_times(times, sizeof times, r->median);
    say_interval(interval, sizeof interval, r);
    html_open(&p->h, "div", NULL);
    html_element(&p->h, "strong", times, NULL);
    html_text(&p->h, " ");
    put_cell_link(p, over);
    html_open(&p->h, "small", NULL);
    html_printf(&p->h, "%s%s", interval, after);
    html_close(&p->h, "small");
    html_close(&p->h, "div");
}

static void much_cell(struct page *p, const struct choice_at *x)
{
    struct estimate r = {.median = NAN};
    enum verdict v = VERDICT_INCONCLUSIVE;
    char digits[40], text[WORDS];
    bool tie = x->n_best > 1 && comparison_find(p->s, x->best[0], x->best[1], &r, &v);
    const double sort_by = x->field.beaten >= 0 ? x->field.ratio.median : r.median;
    snprintf(digits, sizeof digits, "%.17g", sort_by);
    html_open(&p->h, "td", "data-label", "By how much", "data-v", isnan(sort_by) ? NULL : digits, "role", "cell", NULL);
    if (x->is == CHOICE_IN_TIME || x->is == CHOICE_LATE) {
        const struct histogram *h = p->s->cells[x->best[0]].latency;
        text_duration(text, sizeof text, h ? (double)h->max : (double)NAN);
        html_printf(&p->h, "%s %s", x->is == CHOICE_LATE ? "at worst" : "never later than", text);
    } else if (x->is == CHOICE_ALONE || x->is == CHOICE_NONE) {
        html_text(&p->h, "n/a");
    } else {
        if (x->field.beaten >= 0)
            put_ratio(p, &x->field.ratio, (unsigned)x->field.beaten, x->n_beaten > 1 ? ", the nearest" : "");
        if (tie && x->is == CHOICE_UNSURE)
            put_ratio(p, &r, x->best[1],
                      v == VERDICT_INCONCLUSIVE && (r.lower > 1 || r.upper < 1)
                          ? ", not told apart after Holm's correction"
                          : ", not told apart");
        else if (tie)
            html_printf(&p->h, "alike within %.3g %%", 100 * p->s->plan->equiv);
        put_speedup(p, x);
        put_slower_tail(p, x);
    }
    html_close(&p->h, "td");
}

static void sure_cell(struct page *p, const struct choice_at *x)
{
    char text[SURE_TEXT];
    const struct sure sure = sure_of(p->s, x);
    snprintf(text, sizeof text, "%u", sure.rank);
    html_open(&p->h, "td", "data-label", "How sure", "data-v", text, "role", "cell", NULL);
    put_badge(p, sure.class, sure.word);
    put_doubt(p, x);
    sure_why(text, sizeof text, p->s, x);
    html_element(&p->h, "small", text, NULL);
    html_close(&p->h, "td");
}

/* A table that on a narrow screen becomes a card for each row; the roles keep it a table to who hears it. */
static void rows(struct page *p)
{
    static const char *const heads[] = {"Work", "Take", "By how much", "How sure"};
    static const char *const sorts[] = {"text", "text", "number", "number"};
    html_open(&p->h, "table", "class", "sort cards", "role", "table", "aria-label", "Which model for which work", NULL);
    html_open(&p->h, "thead", "role", "rowgroup", NULL);
    html_open(&p->h, "tr", "role", "row", NULL);
    for (size_t i = 0; i < ARRAY_LEN(heads); i++)
        html_element(&p->h, "th", heads[i], "scope", "col", "role", "columnheader", "data-sort", sorts[i], NULL);
    html_close(&p->h, "tr");
    html_close(&p->h, "thead");
    html_newline(&p->h);
    html_open(&p->h, "tbody", "role", "rowgroup", NULL);
    for (unsigned i = 0; i < p->n_choices; i++) {
        char id[24];
        snprintf(id, sizeof id, "choice-%u", i);
        html_open(&p->h, "tr", "id", id, "role", "row", NULL);
        work_cell(p, &p->choices[i].at[0]);
        take_cell(p, &p->choices[i]);
        much_cell(p, &p->choices[i].at[0]);
        sure_cell(p, &p->choices[i].at[0]);
        row_close(p);
    }
    html_close(&p->h, "tbody");
    html_close(&p->h, "table");
    html_newline(&p->h);
}

void part_verdicts(struct page *p)
{
    section_open(p, "verdicts", "Verdicts");
    html_open(&p->h, "div", "class", "first", NULL);
    if (p->n_choices)
        overview(p);
    else
        html_element(&p->h, "p", "No cell of this run could be measured; the tables say why.", NULL);
    part_conditions(p);
    html_close(&p->h, "div");
    if (p->n_choices) {
        html_element(&p->h, "h3", "Each piece of work", NULL);
        rows(p);
        html_element(
            &p->h, "p",
            "Take is by throughput: look at p99 and memory in the tables before choosing. At each point the "
            "chance of any false faster or slower is at most 5 %; of 20 points at which nothing differs, up to "
            "one is expected to show a difference. Measure again, by itself, what matters to you.",
            "class", "caption", NULL);
        part_standings(p);
    }
    section_close(p);
}
