/* SPDX-License-Identifier: MIT */
/* A row for each piece of work: what to take, by how much it is ahead, how sure that is. */
#include <math.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/insight/choice.h"
#include "harness/insight/findings.h"
#include "harness/model/model.h"
#include "harness/page/parts.h"
#include "harness/page/sure.h"
#include "harness/report/text.h"

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

int longer_tail_than(const struct page *p, const struct choice_at *x)
{
    const struct estimate *of = &p->s->cells[x->best[0]].p99_ns;
    const int next = x->n_best > 1 ? (int)x->best[1] : x->field.beaten;
    if (next < 0 || model_is_serial(p->s->plan->cells[next].model))
        return -1;
    const struct estimate *by = &p->s->cells[next].p99_ns;
    return isnan(of->lower) || isnan(by->upper) || of->lower <= by->upper ? -1 : next;
}

static void put_slower_tail(struct page *p, const struct choice_at *x)
{
    const int next = longer_tail_than(p, x);
    char own[32], other[32];
    if (next < 0)
        return;
    const struct estimate *of = &p->s->cells[x->best[0]].p99_ns, *by = &p->s->cells[next].p99_ns;
    text_duration(own, sizeof own, of->median);
    text_duration(other, sizeof other, by->median);
    html_open(&p->h, "small", NULL);
    html_printf(&p->h, "but in half of its trials 1 unit in 100 takes %s or more, under %s %s", own,
                p->s->plan->cells[next].model, other);
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

/* "0.24 % of units were late, at worst by 4 ms". */
static void put_late(struct page *p, unsigned cell, const char *worst)
{
    const struct histogram *h = p->s->cells[cell].latency;
    char share[32];
    const uint64_t n = h ? later_than(h, cell_late_after(&p->s->plan->cells[cell])) : 0;
    say_percent(share, sizeof share, h ? (double)n / (double)h->count : (double)NAN);
    html_printf(&p->h, "%s of its units were late, at worst %s", share, worst);
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
        double latest = NAN; /* of all that are named; where none was in time, of the least late */
        for (unsigned i = 0; i < (x->is == CHOICE_LATE ? 1 : x->n_best); i++) {
            const struct histogram *h = p->s->cells[x->best[i]].latency;
            latest = h ? fmax(latest, (double)h->max) : latest;
        }
        text_duration(text, sizeof text, latest);
        if (x->is == CHOICE_LATE)
            put_late(p, x->best[0], text);
        else
            html_printf(&p->h, "never later than %s", text);
    } else if (x->is == CHOICE_ALONE || x->is == CHOICE_NONE) {
        html_text(&p->h, "n/a");
    } else {
        if (x->field.beaten >= 0)
            put_ratio(p, &x->field.ratio, (unsigned)x->field.beaten, x->n_beaten > 1 ? ", the nearest" : "");
        if (tie && x->is == CHOICE_UNSURE)
            put_ratio(p, &r, x->best[1],
                      v == VERDICT_EQUIVALENT ? ", equivalent"
                      : v == VERDICT_INCONCLUSIVE && (r.lower > 1 || r.upper < 1)
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

void put_works(struct page *p)
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
