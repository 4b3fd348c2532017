/* SPDX-License-Identifier: MIT */
/* The trials of one cell on a terminal; see trials.h. */
#include "harness/report/trials.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/insight/cell_trials.h"
#include "harness/report/columns.h"
#include "harness/report/text.h"
#include "harness/report/wrap.h"

enum { LEAD = 1, NOTE = 8 }; /* columns to the left of a row, and of what stands below it */

/* --- a row a trial --- */

enum column { BLOCK, POSITION, LINE, AT, STATUS, RATE, WALL, CPU, P50, P90, P99, P99_9, LATEST, COLUMNS };
static const struct report_column columns[COLUMNS] = {
    [BLOCK] = {"block", 5, 0},   [POSITION] = {"pos", 5, 1}, [LINE] = {"line", 6, 4}, [AT] = {"at", 8, 8},
    [STATUS] = {"status", 6, 0}, [RATE] = {"units/s", 8, 0}, [WALL] = {"wall", 8, 9}, [CPU] = {"cpu", 8, 7},
    [P50] = {"p50", 8, 6},       [P90] = {"p90", 8, 3},      [P99] = {"p99", 8, 10},  [P99_9] = {"p99.9", 8, 2},
    [LATEST] = {"max", 8, 5},
};

/* The column of each of latency_quantiles; COLUMNS: it has none. */
static const enum column of_quantile[LATENCY_QUANTILES] = {P50, P90, P99, P99_9, COLUMNS};

struct page {
    FILE *out;
    const struct trials_of *of;
    unsigned width;
    bool colour;
    bool shown[COLUMNS];
    unsigned disturbed; /* the kinds that disturbed any of them, bit i for value i */
    unsigned n, room;
    struct trial_row *rows; /* those of trials that did not fail: their workers come last */
};

static void since(char *buf, size_t n, double s)
{
    if (isnan(s))
        snprintf(buf, n, "n/a");
    else
        snprintf(buf, n, "%.*fs", s < 100 ? 2 : s < 10000 ? 1 : 0, s);
}

static void column_text(char *buf, size_t n, const struct trial_row *w, enum trial_status status, enum column what)
{
    const unsigned numbers[COLUMNS] = {[BLOCK] = w->block, [POSITION] = w->position, [LINE] = w->line};
    const double times[COLUMNS] = {[WALL] = w->wall_ns, [CPU] = w->cpu_ns, [LATEST] = w->latest_ns};
    for (unsigned i = 0; i < LATENCY_QUANTILES; i++)
        if (of_quantile[i] == what) {
            text_duration(buf, n, w->latency_ns[i]);
            return;
        }
    if (what == BLOCK || what == POSITION || what == LINE)
        snprintf(buf, n, "%u", numbers[what]);
    else if (what == AT)
        since(buf, n, w->since_s);
    else if (what == STATUS)
        snprintf(buf, n, "%s", trial_status_names[status]);
    else if (what == RATE)
        text_rate(buf, n, w->rate);
    else
        text_duration(buf, n, times[what]);
}

/* "load 12.0ms (3.4 %), preemption 9.81ms (2.8 %)" */
static void losses(char *buf, size_t n, const struct trial_row *w)
{
    buf[0] = 0;
    for (unsigned i = 0; i < DISTURBANCES; i++) {
        char time[24];
        double share = 100 * w->lost_ns[i] / w->capacity_ns;
        if (!(w->disturbed >> i & 1))
            continue;
        text_duration(time, sizeof time, w->lost_ns[i]);
        text_append(buf, n, "%s%s %s (%.*f %%)", buf[0] ? ", " : "", disturbance_names[i], time,
                    text_decimals(share, 1), share);
    }
}

/* Marked by words, so nothing is told by a colour alone. */
static void below(const struct page *p, const struct trial_row *w, const struct trial_record *r)
{
    char text[512], mark[NOTE + 16];
    losses(text, sizeof text, w);
    snprintf(mark, sizeof mark, "%*slost", NOTE, "");
    if (text[0])
        wrap_print_marked(p->out, p->width, NOTE + 2, mark, p->colour ? "\033[33m" : "", " to %s", text);
    snprintf(mark, sizeof mark, "%*s%s", NOTE, "", trial_status_names[r->status]);
    if (r->status != TRIAL_OK)
        wrap_print_marked(p->out, p->width, NOTE + 2, mark, p->colour ? "\033[31m" : "", ": %s",
                          r->reason[0] ? r->reason : "no reason was recorded");
    for (unsigned i = 0; i < r->n_warnings; i++)
        wrap_print_marked(p->out, p->width, NOTE + 2, "", "", "%*swarning: %s", NOTE, "", r->warnings[i]);
}

static int keep(struct page *p, const struct trial_row *w)
{
    if (p->n == p->room) {
        unsigned room = p->room ? 2 * p->room : 64;
        struct trial_row *more = realloc(p->rows, room * sizeof *more);
        if (!more)
            return -ENOMEM;
        p->rows = more;
        p->room = room;
    }
    p->rows[p->n++] = *w;
    return 0;
}

static int print_trial(void *arg, const struct trial_row *w, const struct trial_record *r)
{
    struct page *p = arg;
    fprintf(p->out, "%*s", LEAD, "");
    for (unsigned i = 0; i < COLUMNS; i++) {
        char text[32];
        column_text(text, sizeof text, w, r->status, (enum column)i);
        if (p->shown[i] && (r->status != TRIAL_FAILED || i <= STATUS))
            text_column(p->out, text, columns[i].width);
    }
    fputc('\n', p->out);
    below(p, w, r);
    p->disturbed |= w->disturbed;
    return r->status == TRIAL_FAILED ? 0 : keep(p, w);
}

/* --- a row a trial on how its workers differ --- */

enum worker_column { OF_BLOCK, WORKERS, UNITS, WORKER_CPU, WAITED, MOVES, WORKER_COLUMNS };
static const struct report_column worker_columns[WORKER_COLUMNS] = {
    [OF_BLOCK] = {"block", 5, 0},          [WORKERS] = {"workers", 8, 3},     [UNITS] = {"units of each", 14, 0},
    [WORKER_CPU] = {"cpu of each", 17, 0}, [WAITED] = {"most waited", 12, 1}, [MOVES] = {"moves", 6, 2},
};

static void range(char *buf, size_t n, const struct worker_range *w, void (*one)(char *buf, size_t n, double v))
{
    char least[24], most[24];
    one(least, sizeof least, w->least);
    one(most, sizeof most, w->most);
    if (strcmp(least, most) == 0)
        snprintf(buf, n, "%s", least);
    else
        snprintf(buf, n, "%s … %s", least, most);
}

static void units(char *buf, size_t n, double v)
{
    if (v < 1000)
        snprintf(buf, n, "%.0f", v);
    else
        text_rate(buf, n, v);
}

static void worker_text(char *buf, size_t n, const struct trial_row *w, enum worker_column what)
{
    switch (what) {
    case OF_BLOCK:
        snprintf(buf, n, "%u", w->block);
        return;
    case WORKERS:
        if (w->recorded < w->workers)
            snprintf(buf, n, "%u of %u", w->recorded, w->workers);
        else
            snprintf(buf, n, "%u", w->workers);
        return;
    case UNITS:
        range(buf, n, &w->units, units);
        return;
    case WORKER_CPU:
        range(buf, n, &w->worker_cpu_ns, text_duration);
        return;
    case WAITED:
        text_duration(buf, n, w->worker_wait_ns.most);
        return;
    case MOVES:
        if (w->worker_moves < 0)
            snprintf(buf, n, "n/a");
        else
            snprintf(buf, n, "%lld", (long long)w->worker_moves);
        return;
    case WORKER_COLUMNS:
        break;
    }
    buf[0] = 0;
}

static void print_workers(const struct page *p)
{
    bool shown[WORKER_COLUMNS], any = false;
    for (unsigned i = 0; i < p->n; i++)
        any |= p->rows[i].recorded != 0;
    if (!any) {
        wrap_print(p->out, p->width, 0, "\nNothing was recorded of its workers.");
        return;
    }
    for (unsigned i = 0; i < WORKER_COLUMNS; i++)
        shown[i] = true;
    columns_fit(worker_columns, WORKER_COLUMNS, LEAD, p->width, shown);
    wrap_print(p->out, p->width, 2, "\nworkers (each of them: --plain or --json):");
    fprintf(p->out, "%*s", LEAD, "");
    columns_head(p->out, worker_columns, WORKER_COLUMNS, shown);
    fputc('\n', p->out);
    for (unsigned i = 0; i < p->n; i++) {
        fprintf(p->out, "%*s", LEAD, "");
        for (unsigned k = 0; k < WORKER_COLUMNS; k++) {
            char text[64];
            worker_text(text, sizeof text, &p->rows[i], (enum worker_column)k);
            if (shown[k])
                text_column(p->out, text, worker_columns[k].width);
        }
        fputc('\n', p->out);
    }
}

/* --- the page --- */

static void print_heading(const struct page *p)
{
    const struct trials_of *t = p->of;
    const struct cell_summary *c = &t->summary->cells[t->cell];
    char id[CELL_ID_MAX], rate[24], lower[24], upper[24], text[300];
    plan_cell_id(t->summary->plan, t->cell, id, sizeof id);
    wrap_print_marked(p->out, p->width, 2, "", "", "cell %u of %s: %s", t->cell, t->summary->plan->name, id);
    snprintf(text, sizeof text, "%u of %u trial%s ok", c->trials - c->failed - c->voided, c->trials,
             c->trials == 1 ? "" : "s");
    if (c->disturbed)
        text_append(text, sizeof text, ", %u disturbed", c->disturbed);
    text_rate(rate, sizeof rate, c->throughput.median);
    text_rate(lower, sizeof lower, c->throughput.lower);
    text_rate(upper, sizeof upper, c->throughput.upper);
    if (!isnan(c->throughput.median))
        text_append(text, sizeof text, "; median %s units/s", rate);
    if (!isnan(c->throughput.lower))
        text_append(text, sizeof text, " (%s … %s)", lower, upper);
    if (c->trials)
        wrap_print(p->out, p->width, 2, "%s", text);
    else
        wrap_print_marked(p->out, p->width, 2, "", "", "%s: %s", trial_status_names[c->status], c->reason);
}

static void print_meaning(const struct page *p)
{
    wrap_print(p->out, p->width, 2, "\nblock%s%s: as in the journal, trials.jsonl%s%s%s",
               p->shown[POSITION] ? ", pos (its place in the block)" : "", p->shown[LINE] ? ", line" : "",
               p->shown[AT] ? "; at: since the run's first trial began" : "",
               p->shown[WALL] ? "; wall: from the gate to the last worker's end" : "",
               p->shown[CPU] ? "; cpu: user and system time in it" : "");
    if (!p->disturbed)
        return;
    wrap_print(p->out, p->width, 2, "lost: of the time of all CPUs of the trial, to");
    for (unsigned i = 0; i < DISTURBANCES; i++)
        if (p->disturbed >> i & 1)
            wrap_print(p->out, p->width, 4, "  %s: %s", disturbance_names[i], disturbance_texts[i]);
    wrap_print(p->out, p->width, 2, "what does so on this machine now: contend doctor --noise 10s");
}

int report_trials(FILE *out, const struct trials_of *t, unsigned width, bool colour, struct err *e)
{
    struct page p = {.out = out, .of = t, .width = width, .colour = colour};
    int rc = 0;
    print_heading(&p);
    if (!t->summary->cells[t->cell].trials)
        return 0;
    for (unsigned i = 0; i < COLUMNS; i++)
        p.shown[i] = true;
    columns_fit(columns, COLUMNS, LEAD, width, p.shown);
    fprintf(out, "\n%*s", LEAD, "");
    columns_head(out, columns, COLUMNS, p.shown);
    fputc('\n', out);
    rc = cell_trials_read(t->dir, t->summary, t->cell, NULL, print_trial, &p, e);
    if (rc == -ENOMEM)
        err_set(e, ENOMEM, "out of memory");
    if (!rc)
        print_workers(&p);
    if (!rc)
        print_meaning(&p);
    free(p.rows);
    return rc;
}
