/* SPDX-License-Identifier: MIT */
/* Records in, judgements out: keeps a few numbers of each trial, by cell and block; see summary.h. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/insight/canary_means.h"
#include "harness/insight/again.h"
#include "harness/insight/cell.h"
#include "harness/insight/compare.h"
#include "harness/insight/identity.h"
#include "harness/insight/summary.h"
#include "harness/model/model.h"
#include "harness/stats/order.h"
#include "harness/stats/quantile.h"

/* What is kept of a trial; NaN: missing. In the order of these names. */
enum kept {
    THROUGHPUT,
    PSS,
    WAITED,
    CPU_EACH, /* it has no estimate of its own: expectations compare it */
    P99,
    LATEST,
    RUN,
    P50,
    STARTUP,
    TEARDOWN,
    USER,
    SYSTEM,
    VOLUNTARY,
    INVOLUNTARY,
    MIGRATIONS,
    RSS,
    FAULTS,
    KEPT,
    LENT = RUN /* how many of them, from the first, the summary has at the end */
};

struct summarizer {
    const struct plan *plan;
    unsigned n_cells; /* the plan's: a journal that can't be read takes its plan along before the summarizer is freed */
    struct summary out;
    double *kept; /* [KEPT][cell][block]; the first LENT parts become the summary's */
    struct canary_means *canary_means;
    struct work_reference *works; /* by the first cell of the same work */
    unsigned *work_of;
    const char **why;               /* [cell][KEPT]: first reason for a missing value */
    struct course_keeper **courses; /* [cell] */
    unsigned *seen;                 /* [block]: records, whatever their status */
};

/* One number of a cell, by block. */
static double *column(const struct summarizer *s, unsigned cell, enum kept which)
{
    return s->kept + ((size_t)which * s->plan->n_cells + cell) * s->plan->blocks;
}

void summarizer_free(struct summarizer *s)
{
    if (!s)
        return;
    for (unsigned i = 0; s->courses && i < s->n_cells; i++)
        course_free(s->courses[i]);
    for (unsigned i = 0; s->out.cells && i < s->n_cells; i++)
        cell_release(&s->out.cells[i]);
    s->out.throughput = NULL; /* a part of kept */
    summary_release(&s->out);
    free(s->kept);
    canary_means_free(s->canary_means);
    free(s->works);
    free(s->work_of);
    free(s->why);
    free(s->courses);
    free(s->seen);
    free(s);
}

struct summarizer *summarizer_new(const struct plan *p)
{
    struct summarizer *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    s->plan = s->out.plan = p;
    s->n_cells = p->n_cells;
    size_t rows = (size_t)p->n_cells * p->blocks * KEPT;
    s->kept = malloc((rows + 1) * sizeof *s->kept);
    s->works = calloc(p->n_cells + 1, sizeof *s->works);
    s->work_of = calloc(p->n_cells + 1, sizeof *s->work_of);
    s->why = calloc((size_t)p->n_cells * KEPT + 1, sizeof *s->why);
    s->courses = calloc(p->n_cells + 1, sizeof *s->courses);
    s->out.trial_failed = calloc((size_t)p->n_cells * p->blocks + 1, sizeof *s->out.trial_failed);
    s->seen = calloc(p->blocks + 1, sizeof *s->seen);
    s->out.spent_ns = calloc(p->blocks + 1, sizeof *s->out.spent_ns);
    s->out.looks = plan_is_sequential(p) ? stats_looks_new(INTERVAL_LEVEL) : NULL;
    s->canary_means = canary_means_new(p->blocks, s->out.canaries);
    s->out.canary_ns = s->out.canaries[CANARY_CHAIN];
    s->out.cells = calloc(p->n_cells + 1, sizeof *s->out.cells);
    if (!s->kept || !s->out.trial_failed || !s->works || !s->work_of || !s->why || !s->courses || !s->seen ||
        !s->out.spent_ns || (plan_is_sequential(p) && !s->out.looks) || !s->canary_means || !s->out.cells ||
        summary_times_init(&s->out))
        return summarizer_free(s), NULL;
    s->out.throughput = column(s, 0, THROUGHPUT);
    for (size_t i = 0; i < rows; i++)
        s->kept[i] = NAN;
    for (unsigned i = 0; i < p->n_cells; i++) {
        while (!cell_same_work(&p->cells[s->work_of[i]], &p->cells[i]))
            s->work_of[i]++;
        s->out.cells[i].latency_why = "no trial";
    }
    return s;
}

static double of_metric(struct summarizer *s, unsigned cell, enum kept which, const struct metric *m)
{
    if (!m->why)
        return (double)m->value;
    if (!s->why[(size_t)cell * KEPT + which])
        s->why[(size_t)cell * KEPT + which] = m->why;
    return NAN;
}

/* A quantile of a hundred latencies is the second latest of them; of fewer it would be the latest, by another name. */
enum { P99_LEAST = 100, P50_LEAST = 10 };

static void keep(struct summarizer *s, const struct trial_record *r)
{
    const struct histogram *h = r->latency;
    const double k[KEPT] = {
        [THROUGHPUT] = (double)r->units / ((double)r->run_ns / 1e9),
        [WAITED] = trial_waited(&s->plan->cells[r->cell], r),
        [CPU_EACH] = r->units ? (double)(r->cpu_user_ns + r->cpu_system_ns) / (double)r->units : (double)NAN,
        [P99] = h && h->count >= P99_LEAST ? (double)histogram_quantile(h, 0.99) : (double)NAN,
        [LATEST] = h && h->count ? (double)h->max : (double)NAN,
        [RUN] = (double)r->run_ns,
        [P50] = h && h->count >= P50_LEAST ? (double)histogram_quantile(h, 0.5) : (double)NAN,
        [STARTUP] = (double)r->startup_ns,
        [TEARDOWN] = (double)r->teardown_ns,
        [USER] = (double)r->cpu_user_ns,
        [SYSTEM] = (double)r->cpu_system_ns,
        [VOLUNTARY] = (double)r->voluntary,
        [INVOLUNTARY] = (double)r->involuntary,
        [MIGRATIONS] = of_metric(s, r->cell, MIGRATIONS, &r->migrations),
        [RSS] = of_metric(s, r->cell, RSS, &r->peak_rss_bytes),
        [FAULTS] = cell_minor_faults(r),
        [PSS] = of_metric(s, r->cell, PSS, &r->pss_bytes),
    };
    for (unsigned i = 0; i < KEPT; i++)
        column(s, r->cell, (enum kept)i)[r->block] = k[i];
}

/* The trials so far of a work followed a reference that has turned out not to be that of serial. */
static void void_earlier(struct summarizer *s, unsigned work, const struct work_reference *serial)
{
    for (unsigned i = 0; i < s->plan->n_cells; i++) {
        struct cell_summary *c = &s->out.cells[i];
        unsigned n = c->trials - c->failed - c->voided;
        if (s->work_of[i] != work || !n)
            continue;
        struct trial_record was = {.units = c->units, .bytes = c->bytes};
        memcpy(was.ops, c->ops, sizeof was.ops);
        work_matches(&s->plan->cells[i], &was, serial);
        snprintf(c->reason, sizeof c->reason, "%s", was.reason);
        c->voided += n;
        s->out.voided += n;
        s->out.ok -= n;
        s->out.work_differs = true;
        for (unsigned k = 0; k < KEPT; k++)
            for (unsigned b = 0; b < s->plan->blocks; b++)
                column(s, i, (enum kept)k)[b] = NAN;
        summary_note_void(&s->out, i);
        cell_release(c);
        c->latency_why = "the work differs";
    }
}

/* Is the work of a sound trial what it must be? Where serial is among the models it is the reference, whichever came
 * first: else the order of a block would decide which of two models is told to be wrong. */
static void check_work(struct summarizer *s, struct trial_record *r)
{
    const struct cell *c = &s->plan->cells[r->cell];
    unsigned work = s->work_of[r->cell];
    struct work_reference *ref = &s->works[work], own = {.set = false};
    if (!ref->set || !model_is_serial(c->model) || model_is_serial(ref->model)) {
        work_is_identical(c, r, ref);
        return;
    }
    if (!work_is_identical(c, r, &own))
        return;
    if (!work_matches(c, r, ref)) {
        void_earlier(s, work, &own);
        r->status = TRIAL_OK;
        r->reason[0] = 0;
    }
    *ref = own;
}

int summarizer_add(struct summarizer *s, struct trial_record *r, struct err *e)
{
    struct cell_summary *c = &s->out.cells[r->cell];
    if (r->status == TRIAL_OK)
        check_work(s, r);
    if (!s->out.started[0])
        snprintf(s->out.started, sizeof s->out.started, "%s", r->started);
    snprintf(s->out.finished, sizeof s->out.finished, "%s", r->started);
    for (unsigned i = 0; i < r->n_warnings; i++)
        cell_add_warning(c, r->warnings[i]);
    c->trials++;
    s->seen[r->block]++;
    s->out.spent_ns[r->block] += (double)r->took_ns;
    summary_note_times(&s->out, r);
    canary_means_add(s->canary_means, r, s->out.canaries);
    if (r->status != TRIAL_OK) {
        bool is_void = r->status == TRIAL_VOID;
        s->out.work_differs |= is_void;
        *(is_void ? &s->out.voided : &s->out.failed) += 1;
        *(is_void ? &c->voided : &c->failed) += 1;
        s->out.trial_failed[(size_t)r->cell * s->plan->blocks + r->block] = !is_void;
        snprintf(c->reason, sizeof c->reason, "%s", r->reason);
        return 0;
    }
    s->out.ok++;
    keep(s, r);
    if (course_add(&s->courses[r->cell], r) || cell_add(c, &s->plan->cells[r->cell], r))
        return err_set(e, ENOMEM, "out of memory");
    return 0;
}

static struct estimate of_cell(const struct summarizer *s, unsigned cell, enum kept which, double *scratch)
{
    const double *x = column(s, cell, which);
    struct stats_interval i;
    unsigned n = 0;
    for (unsigned b = 0; b < s->plan->blocks; b++)
        if (!isnan(x[b]))
            scratch[n++] = x[b];
    if (s->out.looks) {
        sequence_of(s->out.looks, scratch, n, &i);
    } else {
        stats_sort(scratch, n);
        stats_quantile_interval(scratch, n, 0.5, INTERVAL_LEVEL, &i);
    }
    return plan_estimate(s->plan, &i, n, s->why[(size_t)cell * KEPT + which]);
}

struct estimate ratio_of(const struct summarizer *s, unsigned a, unsigned b, double *p, double *scratch)
{
    return summary_ratio(&s->out, column(s, 0, THROUGHPUT), a, b, p, scratch);
}

static void finish_cell(struct summarizer *s, unsigned i, double *scratch)
{
    struct cell_summary *c = &s->out.cells[i];
    struct estimate *const to[KEPT] = {[THROUGHPUT] = &c->throughput,
                                       [PSS] = &c->pss_bytes,
                                       [WAITED] = &c->waited,
                                       [RUN] = &c->run_ns,
                                       [STARTUP] = &c->startup_ns,
                                       [TEARDOWN] = &c->teardown_ns,
                                       [USER] = &c->cpu_user_ns,
                                       [SYSTEM] = &c->cpu_system_ns,
                                       [VOLUNTARY] = &c->voluntary,
                                       [INVOLUNTARY] = &c->involuntary,
                                       [MIGRATIONS] = &c->migrations,
                                       [RSS] = &c->peak_rss_bytes,
                                       [FAULTS] = &c->minor_faults,
                                       [P50] = &c->p50_ns,
                                       [P99] = &c->p99_ns,
                                       [LATEST] = &c->latest_ns};
    for (unsigned k = 0; k < KEPT; k++)
        if (to[k])
            *to[k] = of_cell(s, i, (enum kept)k, scratch);
    const char *reason;
    c->status = cell_status(c);
    if (plan_skipped(s->plan, i, &reason))
        snprintf(c->reason, sizeof c->reason, "%s", reason);
    else if (!c->trials)
        snprintf(c->reason, sizeof c->reason, "not measured: the run was cut short");
}

unsigned summarizer_blocks(const struct summarizer *s)
{
    unsigned n = 0;
    while (n < s->plan->blocks && s->seen[n] >= s->plan->n_runnable)
        n++;
    return n;
}

const struct summary *summarizer_so_far(struct summarizer *s)
{
    for (unsigned i = 0; i < s->plan->n_cells; i++)
        s->out.cells[i].status = cell_status(&s->out.cells[i]);
    return &s->out;
}

/* Also one that was cut short: at the end of a run its trials count, too. */
static unsigned begun_blocks(const struct summarizer *s)
{
    unsigned n = summarizer_blocks(s);
    return n < s->plan->blocks && s->seen[n] ? n + 1 : n;
}

/* Cells alone have no ratio to be known: their throughput is then what precision is about. */
static double widest_cell(const struct summarizer *s, double *scratch)
{
    double widest = 0;
    for (unsigned i = 0; i < s->plan->n_cells; i++)
        if (s->out.cells[i].status == TRIAL_OK) {
            struct estimate e = of_cell(s, i, THROUGHPUT, scratch);
            widest = isnan(e.lower) || isnan(widest) ? NAN : fmax(widest, half_width(&e));
        }
    return widest;
}

int summarizer_look(struct summarizer *s, struct look *out)
{
    const struct plan_stop *rule = &s->plan->stop;
    struct summary now = {.plan = s->plan, .cells = s->out.cells};
    double *scratch = malloc(SCRATCH(s->plan->blocks) * sizeof *scratch);
    *out = (struct look){.blocks = summarizer_blocks(s), .widest = 0, .stop = STATS_GO_ON};
    for (unsigned i = 0; i < out->blocks; i++)
        out->spent_ns += s->out.spent_ns[i];
    summarizer_so_far(s);
    int rc = !scratch ? -ENOMEM : 0;
    if (!rc && s->out.looks) {
        rc = looks_after(s->out.looks, s->plan, s->out.spent_ns, begun_blocks(s));
        rc = rc ? rc : compare_points(s, &now, scratch);
    }
    out->comparisons = now.n_comparisons;
    for (unsigned i = 0; !rc && i < now.n_comparisons; i++) {
        const struct comparison *c = &now.comparisons[i];
        out->unclear += c->verdict == VERDICT_INCONCLUSIVE;
        out->widest = isnan(c->ratio.lower) || isnan(out->widest) ? NAN : fmax(out->widest, half_width(&c->ratio));
    }
    if (!rc && !now.n_comparisons && s->out.looks)
        out->widest = widest_cell(s, scratch);
    if (s->plan->pair.id)
        out->stop = STATS_GO_ON; /* that is for both sides together to say; see runs.h */
    else if (rule->precision > 0 && out->blocks && out->widest <= rule->precision)
        out->stop = STATS_STOP_PRECISION;
    else if (rule->clear && now.n_comparisons && !out->unclear)
        out->stop = STATS_STOP_CLEAR;
    else if (rule->budget_ns && out->blocks && out->spent_ns >= (double)rule->budget_ns)
        out->stop = STATS_STOP_BUDGET;
    else if (time_is_up(&s->plan->time, s->plan->blocks, out->blocks, s->out.spent_ns))
        out->stop = STATS_STOP_TIME;
    free(now.comparisons);
    free(scratch);
    return rc;
}

/* How many blocks the run should have: all, or those until a rule ended it. What ended a side of a live comparison is
 * not in the side: any number of whole blocks will do. */
static unsigned due_blocks(const struct summarizer *s)
{
    unsigned whole = s->out.look.blocks, all = s->plan->blocks;
    if (s->plan->pair.id && whole)
        return whole < all && s->seen[whole] ? whole + 1 : whole;
    return s->out.look.stop ? whole : all;
}

int summarizer_finish(struct summarizer *s, struct summary *out, struct err *e)
{
    const struct plan *p = s->plan;
    double *scratch = malloc(SCRATCH(p->blocks) * sizeof *scratch);
    *out = (struct summary){0};
    int rc = scratch ? summarizer_look(s, &s->out.look) : -ENOMEM;
    for (unsigned i = 0; !rc && i < p->n_cells; i++) {
        finish_cell(s, i, scratch);
        rc = course_judge(s->courses[i], p->equiv, &s->out.cells[i].course);
    }
    rc = rc ? rc : again_by_visits(&s->out);
    rc = rc ? rc : compare_with_serial(s, &s->out, scratch);
    rc = rc ? rc : compare_points(s, &s->out, scratch);
    rc = rc ? rc : floors_find(&s->out);
    free(scratch);
    if (rc) {
        summarizer_free(s);
        return err_set(e, ENOMEM, "out of memory");
    }
    s->out.planned = due_blocks(s) * p->n_runnable;
    s->out.skipped = p->n_skips;
    s->out.complete = s->out.ok + s->out.failed + s->out.voided >= s->out.planned;
    size_t part = (size_t)p->n_cells * p->blocks;
    double *kept = realloc(s->kept, (LENT * part + 1) * sizeof *kept);
    s->out.throughput = kept ? kept : s->kept; /* its first parts, without the rest if that can be given back */
    s->out.pss = s->out.throughput + PSS * part;
    s->out.waited = s->out.throughput + WAITED * part;
    s->out.cpu_each = s->out.throughput + CPU_EACH * part;
    s->out.p99 = s->out.throughput + P99 * part;
    s->out.latest = s->out.throughput + LATEST * part;
    *out = s->out;
    s->out = (struct summary){0};
    s->kept = NULL;
    summarizer_free(s);
    return 0;
}
