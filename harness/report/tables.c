/* SPDX-License-Identifier: MIT */
/* The tables on a terminal: for each point the models, fastest first, and what the comparison with the fastest says. */
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/insight/findings.h"
#include "harness/measure/clock.h"
#include "harness/record/param_value.h"
#include "harness/report/columns.h"
#include "harness/report/covers.h"
#include "harness/report/expectations.h"
#include "harness/report/report.h"
#include "harness/report/table_notes.h"
#include "harness/report/text.h"
#include "harness/report/text_chart.h"
#include "harness/report/wrap.h"

static void times(char *buf, size_t n, double v)
{
    if (isnan(v))
        snprintf(buf, n, "n/a");
    else
        snprintf(buf, n, v < 0.1 ? "%.2g×" : "%.2f×", v); /* little is not nothing */
}

static void quantile(char *buf, size_t n, const struct histogram *h, double q)
{
    if (!h || !histogram_tells(h, q))
        snprintf(buf, n, "n/a");
    else
        text_duration(buf, n, (double)histogram_quantile(h, q));
}

static void interval(char *buf, size_t n, const struct estimate *e, void (*one)(char *, size_t, double))
{
    char lower[24], upper[24];
    if (isnan(e->lower)) {
        snprintf(buf, n, "(%u trial%s)", e->n, e->n == 1 ? "" : "s");
        return;
    }
    one(lower, sizeof lower, e->lower);
    one(upper, sizeof upper, e->upper);
    snprintf(buf, n, "%s … %s", lower, upper);
}

enum { NO_WIDTH = 104 }; /* columns of a page where none are known: what a table has at most, of cells up to 999 */

/* What a table shows of a cell, after its number and the model's name. The concurrency goes first: it is in the heading
 * as well. */
enum column { WORKERS, CONCURRENCY, RATE, INTERVAL, SPEEDUP, P50, P99, MAX, CPU, MEMORY, COLUMNS };
static const struct report_column columns[COLUMNS] = {
    [WORKERS] = {"wrk", 3, 2},     [CONCURRENCY] = {"conc", 5, 1},
    [RATE] = {"units/s", 8, 0},    [INTERVAL] = {"95 % interval", 17, 8},
    [SPEEDUP] = {"speedup", 8, 7}, [P50] = {"p50", 8, 5},
    [P99] = {"p99", 8, 6},         [MAX] = {"max", 8, 0},
    [CPU] = {"cpu", 8, 3},         [MEMORY] = {"memory", 8, 4},
};

/* How a table is laid out: the columns that there is room for. */
struct layout {
    unsigned number, model; /* widths of the cells' numbers and of the models' names */
    bool shown[COLUMNS];
};

static unsigned lead(const struct layout *l)
{
    return 2 + l->number + 1 + l->model;
}

static struct layout lay_out(const struct summary *s, const struct plan_point *t, unsigned width)
{
    struct layout l = {.number = (unsigned)snprintf(NULL, 0, "%u", s->plan->n_cells - 1), .model = 16};
    for (unsigned i = 0; i < COLUMNS; i++)
        l.shown[i] = i != MAX || cell_late_after(&s->plan->cells[t->cells[0]]); /* where it decides */
    if (columns_width(columns, COLUMNS, lead(&l), l.shown) <= width)
        return l;
    l.model = text_columns("model");
    for (unsigned i = 0; i < t->n_cells; i++) {
        unsigned n = text_columns(s->plan->cells[t->cells[i]].model);
        l.model = n > l.model ? n : l.model;
    }
    columns_fit(columns, COLUMNS, lead(&l), width, l.shown);
    return l;
}

static void cell_text(char *buf, size_t n, const struct cell *c, const struct cell_summary *x, enum column what)
{
    switch (what) {
    case WORKERS:
        snprintf(buf, n, "%u", c->workers);
        return;
    case CONCURRENCY:
        snprintf(buf, n, "%u", c->concurrency);
        return;
    case RATE:
        text_rate(buf, n, x->throughput.median);
        return;
    case INTERVAL:
        interval(buf, n, &x->throughput, text_rate);
        return;
    case SPEEDUP:
        times(buf, n, x->speedup.median);
        return;
    case P50:
        quantile(buf, n, x->latency, 0.5);
        return;
    case P99:
        quantile(buf, n, x->latency, 0.99);
        return;
    case MAX:
        text_duration(buf, n, x->latency && x->latency->count ? (double)x->latency->max : NAN);
        return;
    case CPU:
        text_duration(buf, n, x->cpu_user_ns.median + x->cpu_system_ns.median);
        return;
    case MEMORY:
        text_bytes(buf, n, x->pss_bytes.median);
        return;
    case COLUMNS:
        break;
    }
    buf[0] = 0;
}

static void head(FILE *out, const struct layout *l)
{
    fprintf(out, "  %*s %-*s", (int)l->number, "#", (int)l->model, "model");
    columns_head(out, columns, COLUMNS, l->shown);
    fputc('\n', out);
}

static void row(FILE *out, const struct summary *s, unsigned cell, const struct layout *l)
{
    const struct cell *c = &s->plan->cells[cell];
    const struct cell_summary *x = &s->cells[cell];
    fprintf(out, "  %*u %-*s", (int)l->number, cell, (int)l->model, c->model);
    if (isnan(x->throughput.median)) {
        fprintf(out, "  %s: %s\n", trial_status_names[x->status], x->reason);
        return;
    }
    for (unsigned i = 0; i < COLUMNS; i++) {
        char text[64];
        cell_text(text, sizeof text, c, x, (enum column)i);
        if (l->shown[i])
            text_column(out, text, columns[i].width);
    }
    fputc('\n', out);
}

static const struct summary *sorting; /* qsort has no argument to pass on; only read */

static int fastest_first(const void *a, const void *b)
{
    double x = sorting->cells[*(const unsigned *)a].throughput.median,
           y = sorting->cells[*(const unsigned *)b].throughput.median;
    return isnan(x) ? !isnan(y) : isnan(y) ? -1 : x < y ? 1 : x > y ? -1 : 0;
}

static int least_late_first(const void *a, const void *b)
{
    const struct histogram *x = sorting->cells[*(const unsigned *)a].latency,
                           *y = sorting->cells[*(const unsigned *)b].latency;
    return !x || !y ? !x - !y : x->max < y->max ? -1 : x->max > y->max;
}

static void point(FILE *out, const struct summary *s, const struct plan_point *t, unsigned width)
{
    const struct layout l = t->n_cells ? lay_out(s, t, width) : (struct layout){0};
    unsigned *cells = malloc((t->n_cells + 1) * sizeof *cells);
    if (!cells || !t->n_cells) {
        free(cells);
        return;
    }
    memcpy(cells, t->cells, t->n_cells * sizeof *cells);
    sorting = s;
    const struct cell *c = &s->plan->cells[cells[0]];
    const uint64_t late_after = cell_late_after(c);
    qsort(cells, t->n_cells, sizeof *cells, late_after ? least_late_first : fastest_first);
    const struct workload *w = workload_find(c->workload);
    fprintf(out, "\n%s", c->workload);
    for (unsigned i = 0; w && w->params && w->params[i].name; i++) {
        char text[VALUE_TEXT_MAX];
        value_text(&w->params[i], c->p[i], text, sizeof text);
        fprintf(out, " %s=%s", w->params[i].name, text);
    }
    fprintf(out, ", %u processing unit%s offered, %u in flight, %s, order %s%s%s\n", t->offered,
            t->offered == 1 ? "" : "s", t->concurrency, mode_names[c->mode], c->order, c->libc_threads ? ", libc " : "",
            c->libc_threads ? libc_threads_names[c->libc_threads] : "");
    head(out, &l);
    for (unsigned i = 0; i < t->n_cells; i++)
        row(out, s, cells[i], &l);
    if (c->mode == MODE_CLOSED)
        fputs("  closed: a task starts its next unit when the last is done, so these latencies can't see queueing\n",
              out);
    if (l.shown[SPEEDUP])
        table_note_no_speedup(out, s, t);
    table_notes(out, s, t, cells);
    free(cells);
}

static void findings(FILE *out, const struct summary *s, unsigned width, bool colour)
{
    if (s->n_findings)
        fprintf(out, "\nfindings:\n");
    for (unsigned i = 0; i < s->n_findings; i++) {
        const struct finding *f = &s->findings[i];
        const char *code = strcmp(f->severity, "bad") == 0    ? "\033[31m"
                           : strcmp(f->severity, "warn") == 0 ? "\033[33m"
                                                              : "";
        char mark[16];
        snprintf(mark, sizeof mark, "  %-4s", f->severity);
        wrap_print_marked(out, width, 8, mark, colour ? code : "", "  %s", f->text);
        wrap_print_marked(out, width, 10, "        →", "", " %s", f->advice);
    }
}

struct map_page {
    FILE *out;
    unsigned width;
};

static int print_map(void *arg, const struct figure *f, const struct chart *c)
{
    const struct map_page *p = arg;
    (void)f;
    fprintf(p->out, "\nWho wins where:\n");
    text_chart(p->out, c, p->width);
    return 0;
}

static void maps(FILE *out, const struct summary *s, unsigned width)
{
    const struct figure_source of = {.summary = s};
    struct map_page page = {out, width};
    figures_each(&of, "crossover", print_map, &page);
}

/* Over how much time the blocks are spread: from the start of the first trial to that of the last. Nothing for a run in
 * one piece, or when the wall clock was set back meanwhile. */
static void spread(char *buf, size_t n, const struct summary *s)
{
    unsigned visits = plan_visits_in(s->plan, s->look.blocks);
    double over_s = wall_seconds(s->finished) - wall_seconds(s->started);
    buf[0] = 0;
    if (s->plan->visits < 2 || !visits)
        return;
    text_append(buf, n, " in %u visit%s", visits, visits == 1 ? "" : "s");
    if (over_s >= 0)
        text_append(buf, n, " over %.0f s", over_s);
}

/* A suite that is cut to its time leaves out a thousand: the first tell what they are like. */
static void skips(FILE *out, const struct plan *p)
{
    enum { FEW = 30, SHOWN = 20 };
    unsigned shown = p->n_skips > FEW ? SHOWN : p->n_skips;
    if (p->n_skips)
        fprintf(out, "\nskipped:\n");
    for (unsigned i = 0; i < shown; i++) {
        const struct cell *c = &p->cells[p->skips[i].cell];
        fprintf(out, "  %s under %s: %s\n", c->workload, c->model, p->skips[i].reason);
    }
    if (shown < p->n_skips)
        fprintf(out, "  … and %u others; with --json each is told\n", p->n_skips - shown);
}

/* Says which columns some table has no room for, so that nobody looks for them. */
static void left_out(FILE *out, const struct summary *s, unsigned width)
{
    bool lost[COLUMNS] = {false};
    unsigned whole = 0, n = 0;
    for (unsigned i = 0; i < s->plan->n_points; i++) {
        const struct plan_point *t = &s->plan->points[i];
        if (!t->n_cells)
            continue;
        const struct layout l = lay_out(s, t, width), all = lay_out(s, t, UINT_MAX);
        const unsigned needs = columns_width(columns, COLUMNS, lead(&l), all.shown);
        whole = needs > whole ? needs : whole;
        for (unsigned k = 0; k < COLUMNS; k++)
            lost[k] |= all.shown[k] && !l.shown[k];
    }
    for (unsigned k = 0; k < COLUMNS; k++)
        if (lost[k])
            fprintf(out, n++ ? ", %s" : "\ncolumns without room here: %s", columns[k].head);
    if (n)
        fprintf(out, " (all take %u columns: COLUMNS=%u)\n", whole, whole);
}

static void tables(FILE *out, const struct summary *s, unsigned width)
{
    char visits[64];
    spread(visits, sizeof visits, s);
    fprintf(out, "%s: %u of %u trial%s, %u block%s%s%s%s, seed %llu%s\n", s->plan->name, s->ok, s->planned,
            s->planned == 1 ? "" : "s", s->look.blocks, s->look.blocks == 1 ? "" : "s", visits,
            s->look.stop ? ", ended: " : "", s->look.stop ? stats_stop_names[s->look.stop] : "",
            (unsigned long long)s->plan->seed, s->complete ? "" : " (incomplete)");
    covers_print(out, s, width);
    for (unsigned i = 0; i < s->plan->n_points; i++)
        point(out, s, &s->plan->points[i], width);
    left_out(out, s, width);
    maps(out, s, width);
    skips(out, s->plan);
    if (s->failed || s->voided)
        fprintf(out, "\n%u trial%s failed, %u void:\n", s->failed, s->failed == 1 ? "" : "s", s->voided);
    for (unsigned i = 0; i < s->plan->n_cells; i++)
        if (s->cells[i].failed || s->cells[i].voided)
            fprintf(out, "  %s under %s: %s\n", s->plan->cells[i].workload, s->plan->cells[i].model,
                    s->cells[i].reason);
}

void report_tables(FILE *out, const struct summary *s, unsigned width, bool colour)
{
    CLEANUP_FREE char *text = NULL;
    size_t size;
    char unfit[200];
    const unsigned room = width ? width : NO_WIDTH;
    FILE *page = open_memstream(&text, &size);
    if (page) {
        tables(page, s, room);
        fclose(page);
    }
    if (!text) {
        fprintf(out, "no memory for the tables\n");
        return;
    }
    char *rest = text;
    for (char *line; rest && *rest && (line = strsep(&rest, "\n"));)
        wrap_print_marked(out, width, (unsigned)strspn(line, " ") + 2, "", "", "%s", line);
    expectations_print(out, s, room, colour);
    findings(out, s, room, colour);
    if (s->environment && facts_build_unfit(&s->environment->start, unfit, sizeof unfit))
        wrap_print_marked(out, width, 2, "", "", "\nIt was made by %s: its numbers are not for comparing.", unfit);
}
