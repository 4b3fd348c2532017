/* SPDX-License-Identifier: MIT */
/*
 * What a page begins with: which model for which work, by how much, how sure. First the kinds of model with the works
 * that they are best at; then a row for each work; then all models next to the best of each.
 */
#include <string.h>

#include "harness/base/base.h"
#include "harness/insight/choice.h"
#include "harness/insight/findings.h"
#include "harness/model/model.h"
#include "harness/page/parts.h"
#include "harness/page/sure.h"

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
                                        [LINE_LATENESS] = "Judged by how late units are",
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

void put_doubt(struct page *p, const struct choice_at *x)
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

void put_others(struct page *p, const struct choice_at *x)
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
    if (is_decided(x) && longer_tail_than(p, x) >= 0) {
        html_text(&p->h, " ");
        put_badge(p, "plain", "longer tail");
    }
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
        put_works(p);
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
