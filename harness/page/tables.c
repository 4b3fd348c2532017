/* SPDX-License-Identifier: MIT */
/* The tables of a run: of each point its models, then all comparisons, then all cells with the name by which their
 * trials are found. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/insight/findings.h"
#include "harness/page/parts.h"
#include "harness/report/table_notes.h"
#include "harness/report/text.h"

/* As in the terminal: where so few records lie beyond it, it would be one of them. */
static double quantile(const struct histogram *h, double q)
{
    return !h || (double)h->count * (1 - q) < 10 ? (double)NAN : (double)histogram_quantile(h, q);
}

static void cell_duration(struct page *p, double ns)
{
    char text[32];
    text_duration(text, sizeof text, ns);
    cell_number(p, ns, text);
}

static void put_model(struct page *p, unsigned cell)
{
    html_open(&p->h, "th", "scope", "row", NULL);
    put_cell_link(p, cell);
    html_close(&p->h, "th");
}

static void point_row(struct page *p, unsigned cell, bool late)
{
    const struct cell *c = &p->s->plan->cells[cell];
    const struct cell_summary *x = &p->s->cells[cell];
    row_open(p, NULL);
    cell_count(p, cell);
    put_model(p, cell);
    cell_count(p, c->workers);
    cell_estimate(p, &x->throughput, text_rate);
    cell_interval(p, &x->throughput, text_rate);
    cell_estimate(p, &x->speedup, say_times);
    cell_duration(p, quantile(x->latency, 0.5));
    cell_duration(p, quantile(x->latency, 0.99));
    if (late)
        cell_duration(p, x->latency && x->latency->count ? (double)x->latency->max : (double)NAN);
    cell_duration(p, x->cpu_user_ns.median + x->cpu_system_ns.median);
    cell_estimate(p, &x->pss_bytes, say_bytes);
    row_close(p);
}

/* A cell without a whole trial has no numbers; its reason stands below. */
static void unmeasured(struct page *p, const struct plan_point *t)
{
    for (unsigned i = 0; i < t->n_cells; i++) {
        const struct cell_summary *x = &p->s->cells[t->cells[i]];
        if (is_measured(p->s, t->cells[i]))
            continue;
        html_open(&p->h, "li", NULL);
        put_cell_link(p, t->cells[i]);
        html_printf(&p->h, " %s: %s", trial_status_names[x->status], x->reason);
        html_close(&p->h, "li");
    }
}

static int fastest_first(const void *a, const void *b, void *summary)
{
    const struct summary *s = summary;
    double x = s->cells[*(const unsigned *)a].throughput.median, y = s->cells[*(const unsigned *)b].throughput.median;
    return isnan(x) ? !isnan(y) : isnan(y) ? -1 : x < y ? 1 : x > y ? -1 : 0;
}

static int least_late_first(const void *a, const void *b, void *summary)
{
    const struct summary *s = summary;
    const struct histogram *x = s->cells[*(const unsigned *)a].latency, *y = s->cells[*(const unsigned *)b].latency;
    return !x || !y ? !x - !y : x->max < y->max ? -1 : x->max > y->max;
}

/* What the terminal says below the table. */
static void notes(struct page *p, const struct plan_point *t, const unsigned *cells)
{
    CLEANUP_FREE char *text = NULL;
    size_t size;
    FILE *lines = open_memstream(&text, &size);
    if (!lines) {
        p->h.fault = true;
        return;
    }
    if (p->s->plan->cells[cells[0]].mode == MODE_CLOSED)
        fputs("closed: a task starts its next unit when the last is done, so these latencies can't see queueing\n",
              lines);
    table_notes(lines, p->s, t, cells);
    p->h.fault |= fclose(lines) != 0;
    html_open(&p->h, "ul", "class", "notes", NULL);
    unmeasured(p, t);
    put_lines(p, text);
    html_close(&p->h, "ul");
}

static void point(struct page *p, unsigned i)
{
    static const struct column columns[] = {{"#", true},       {"Model", false},        {"Workers", true},
                                            {"Units/s", true}, {"95 % interval", true}, {"Speedup", true},
                                            {"p50", true},     {"p99", true},           {"CPU", true},
                                            {"Memory", true}},
                               of_late[] = {{"#", true},       {"Model", false},        {"Workers", true},
                                            {"Units/s", true}, {"95 % interval", true}, {"Speedup", true},
                                            {"p50", true},     {"p99", true},           {"Max", true},
                                            {"CPU", true},     {"Memory", true}};
    const struct plan_point *t = &p->s->plan->points[i];
    const struct cell *c = &p->s->plan->cells[t->cells[0]];
    const bool late = cell_late_after(c) > 0;
    char work[NAMES], where[WORDS], how[WORDS], id[24];
    CLEANUP_FREE unsigned *cells = malloc(t->n_cells * sizeof *cells);
    if (!cells) {
        p->h.fault = true;
        return;
    }
    memcpy(cells, t->cells, t->n_cells * sizeof *cells);
    qsort_r(cells, t->n_cells, sizeof *cells, late ? least_late_first : fastest_first, (void *)(uintptr_t)p->s);
    say_work(work, sizeof work, p->s->plan, cells[0]);
    say_where(where, sizeof where, t);
    say_how(how, sizeof how, c);
    snprintf(id, sizeof id, "point-%u", i);
    html_open(&p->h, "h3", "id", id, NULL);
    html_text(&p->h, work);
    html_open(&p->h, "small", NULL);
    html_printf(&p->h, "%s%s", where, how);
    html_close(&p->h, "small");
    html_close(&p->h, "h3");
    table_open_below(p, id, late ? of_late : columns, late ? ARRAY_LEN(of_late) : ARRAY_LEN(columns));
    for (unsigned k = 0; k < t->n_cells; k++)
        if (is_measured(p->s, cells[k]))
            point_row(p, cells[k], late);
    table_close(p);
    notes(p, t, cells);
}

static void skips(struct page *p)
{
    const struct plan *plan = p->s->plan;
    static const struct column columns[] = {{"Cell", false}, {"Why", false}};
    if (!plan->n_skips)
        return;
    html_element(&p->h, "h3", "Skipped", NULL);
    table_open(p, "Cells that were not measured, so that nothing is left out silently.", columns, ARRAY_LEN(columns));
    for (unsigned i = 0; i < plan->n_skips; i++) {
        char id[CELL_ID_MAX];
        plan_cell_id(plan, plan->skips[i].cell, id, sizeof id);
        row_open(p, NULL);
        cell_text(p, id);
        cell_text(p, plan->skips[i].reason);
        row_close(p);
    }
    table_close(p);
}

void part_points(struct page *p)
{
    section_open(p, "tables", "Tables");
    html_element(&p->h, "p",
                 "A unit is one piece of work; in flight are so many tasks at once, over all workers. Units/s is the "
                 "median over blocks with its interval of at least 95 %. Speedup is over serial, block by block. "
                 "p50 and p99 are of a unit's latency, over all trials together; CPU is of one trial; memory is the "
                 "proportional share at its "
                 "end. n/a: there is no number. # is the number of the cell, which a model's name leads to: it names "
                 "the trials.",
                 NULL);
    for (unsigned i = 0; i < p->s->plan->n_points; i++)
        if (p->s->plan->points[i].n_cells)
            point(p, i);
    skips(p);
    section_close(p);
}
