/* SPDX-License-Identifier: MIT */
/* The tables of a run as records of one line; see report.h and plain.h. New fields go to the end of their record. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/insight/crossover.h"
#include "harness/insight/expectations.h"
#include "harness/insight/findings.h"
#include "harness/record/param_value.h"
#include "harness/report/plain.h"
#include "harness/report/report.h"

static void put_run(FILE *out, const struct summary *s)
{
    plain_begin(out, "run");
    plain_text(out, "name", s->plan->name);
    plain_text(out, "started", s->started);
    plain_text(out, "finished", s->finished);
    plain_bool(out, "complete", s->complete);
    plain_text(out, "ended_by", s->look.stop ? stats_stop_names[s->look.stop] : NULL);
    plain_count(out, "planned", s->planned);
    plain_count(out, "ok", s->ok);
    plain_count(out, "failed", s->failed);
    plain_count(out, "void", s->voided);
    plain_count(out, "skipped", s->skipped);
    plain_count(out, "blocks", s->look.blocks);
    plain_count(out, "visits", plan_visits_in(s->plan, s->look.blocks));
    plain_count(out, "seed", s->plan->seed);
    plain_end(out);
}

static void put_covers(FILE *out, const struct summary *s)
{
    const struct covers *c = &s->covers;
    const struct again *a = &s->again;
    if (!c->visits)
        return;
    plain_begin(out, "covers");
    plain_text(out, "what", c->machine ? "machine" : "run");
    plain_count(out, "visits", c->visits);
    plain_duration(out, "span", c->span_s * 1e9);
    plain_end(out);
    plain_begin(out, "again");
    plain_share(out, "most", a->most);
    if (isnan(a->most))
        plain_missing(out, "cell");
    else
        plain_count(out, "cell", a->most_cell);
    plain_text(out, "floor", isnan(a->most) ? NULL : a->floor);
    plain_text(out, "why", isnan(a->most) ? a->why : NULL);
    plain_end(out);
}

static void put_quantile(FILE *out, const char *name, const struct histogram *h, double q)
{
    bool tells = h && histogram_tells(h, q);
    plain_duration(out, name, tells ? (double)histogram_quantile(h, q) : (double)NAN);
}

void report_plain_cell(FILE *out, const struct summary *s, unsigned cell, const char *id)
{
    const struct cell_summary *x = &s->cells[cell];
    plain_begin(out, "cell");
    plain_count(out, "number", cell);
    plain_text(out, "id", id);
    plain_text(out, "status", trial_status_names[x->status]);
    plain_text(out, "reason", x->reason);
    plain_count(out, "trials", x->trials);
    plain_count(out, "failed", x->failed);
    plain_count(out, "void", x->voided);
    plain_count(out, "disturbed", x->disturbed);
    plain_rate(out, "rate", x->throughput.median);
    plain_rate(out, "lower", x->throughput.lower);
    plain_rate(out, "upper", x->throughput.upper);
    plain_number(out, "speedup", x->speedup.median);
    put_quantile(out, "p50", x->latency, 0.5);
    put_quantile(out, "p99", x->latency, 0.99);
    plain_duration(out, "max", x->latency && x->latency->count ? (double)x->latency->max : (double)NAN);
    plain_duration(out, "cpu", x->cpu_user_ns.median + x->cpu_system_ns.median);
    plain_bytes(out, "memory", x->pss_bytes.median);
    plain_end(out);
    for (unsigned i = 0; i < x->n_warnings; i++) {
        plain_begin(out, "warning");
        plain_count(out, "cell", cell);
        plain_text(out, "text", x->warnings[i]);
        plain_end(out);
    }
}

static void put_sides(FILE *out, char *const *ids, unsigned a, unsigned b)
{
    plain_count(out, "a", a);
    plain_count(out, "b", b);
    plain_text(out, "a_id", ids ? ids[a] : NULL);
    plain_text(out, "b_id", ids ? ids[b] : NULL);
}

static void put_ratio(FILE *out, const struct estimate *e)
{
    plain_number(out, "ratio", e->median);
    plain_number(out, "lower", e->lower);
    plain_number(out, "upper", e->upper);
}

static void put_comparison_line(FILE *out, char *const *ids, const struct comparison *c)
{
    plain_begin(out, "comparison");
    put_sides(out, ids, c->a, c->b);
    put_ratio(out, &c->ratio);
    plain_count(out, "pairs", c->ratio.n);
    plain_text(out, "verdict", verdict_names[c->verdict]);
    plain_number(out, "p_adjusted", c->p_adjusted);
    plain_end(out);
}

/* "compute=50000 wait=1ms" */
static void put_work(FILE *out, const struct cell *c)
{
    const struct workload *w = workload_find(c->workload);
    char text[CELL_ID_MAX] = "", value[VALUE_TEXT_MAX];
    for (unsigned i = 0; w && w->params && w->params[i].name; i++) {
        value_text(&w->params[i], c->p[i], value, sizeof value);
        text_append(text, sizeof text, "%s%s=%s", i ? " " : "", w->params[i].name, value);
    }
    plain_text(out, "workload", c->workload);
    plain_text(out, "params", text);
}

static void put_floor_line(FILE *out, const struct summary *s, unsigned point)
{
    const struct plan_point *t = &s->plan->points[point];
    const struct noise_floor *f = &s->floors[point];
    if (!t->n_cells) /* all of a point's cells may be skips */
        return;
    plain_begin(out, "floor");
    put_work(out, &s->plan->cells[t->cells[0]]);
    plain_count(out, "offered", t->offered);
    plain_count(out, "concurrency", t->concurrency);
    plain_share(out, "identical", f->identical);
    plain_share(out, "smallest", f->smallest);
    plain_text(out, "why", f->why ? f->why : f->smallest_why);
    plain_end(out);
}

static const char *model_of(const struct summary *s, int cell)
{
    return cell < 0 ? NULL : s->plan->cells[cell].model;
}

static void put_field(FILE *out, const struct summary *s, const struct crossover *m, unsigned y, unsigned x)
{
    static const char *const classes[] = {[FIELD_EMPTY] = "empty",
                                          [FIELD_WON] = "won",
                                          [FIELD_TIED] = "tied",
                                          [FIELD_UNSURE] = "unsure",
                                          [FIELD_UNMATCHED] = "unmatched"};
    const struct crossover_field *f = &m->at[y][x];
    const struct cell *c = &s->plan->cells[m->like];
    const struct param *p = &workload_find(c->workload)->params[m->param];
    char value[VALUE_TEXT_MAX], tied[400] = "";
    for (unsigned i = 0; i < f->n_tied; i++)
        text_append(tied, sizeof tied, "%s%s", i ? "," : "", model_of(s, (int)f->tied[i]));
    value_text(p, m->y[y], value, sizeof value);
    plain_begin(out, "map");
    plain_text(out, "workload", c->workload);
    plain_text(out, "param", p->name);
    plain_text(out, "value", value);
    plain_count(out, "concurrency", m->x[x]);
    plain_count(out, "offered", m->offered);
    plain_text(out, "is", classes[f->is]);
    plain_text(out, "best", model_of(s, f->winner));
    plain_text(out, "tied", tied);
    plain_text(out, "beaten", model_of(s, f->beaten));
    plain_number(out, "ratio", f->beaten < 0 ? (double)NAN : f->ratio.median);
    plain_count(out, "missing", f->n_missing);
    plain_end(out);
}

static void put_maps(FILE *out, const struct summary *s)
{
    struct crossover *m;
    int n = crossover_maps(s, &m);
    for (int i = 0; i < n; i++)
        for (unsigned y = 0; y < m[i].n_y; y++)
            for (unsigned x = 0; x < m[i].n_x; x++)
                put_field(out, s, &m[i], y, x);
    free(m);
}

static void put_expectation(FILE *out, char *const *ids, const struct expectation_result *r)
{
    char limits[64];
    expectation_limits(limits, sizeof limits, r->x);
    plain_begin(out, "expectation");
    plain_text(out, "id", r->x->id);
    plain_text(out, "workload", r->workload->name);
    plain_text(out, "outcome", expectation_outcome_names[r->outcome]);
    put_sides(out, ids, r->a, r->b);
    plain_text(out, "quantity", expectation_quantity_names[r->x->quantity]);
    put_ratio(out, &r->ratio);
    plain_text(out, "expected", limits);
    plain_text(out, "text", r->x->text);
    plain_text(out, "why", r->why);
    plain_end(out);
}

static void put_finding_line(FILE *out, const struct finding *f)
{
    char cells[200] = "";
    for (unsigned i = 0; i < f->n_cells; i++)
        text_append(cells, sizeof cells, "%s%u", i ? "," : "", f->cells[i]);
    plain_begin(out, "finding");
    plain_text(out, "severity", f->severity);
    plain_text(out, "id", f->id);
    plain_text(out, "cells", cells);
    plain_text(out, "text", f->text);
    plain_text(out, "advice", f->advice);
    plain_end(out);
}

void report_plain(FILE *out, const struct summary *s)
{
    char unfit[200], **ids = plan_cell_ids(s->plan); /* without memory: no names, but numbers */
    put_run(out, s);
    put_covers(out, s);
    for (unsigned i = 0; i < s->plan->n_cells; i++)
        report_plain_cell(out, s, i, ids ? ids[i] : NULL);
    for (unsigned i = 0; i < s->n_comparisons; i++)
        put_comparison_line(out, ids, &s->comparisons[i]);
    for (unsigned i = 0; i < s->plan->n_points; i++)
        put_floor_line(out, s, i);
    put_maps(out, s);
    for (unsigned i = 0; i < s->n_expectations; i++)
        put_expectation(out, ids, &s->expectations[i]);
    for (unsigned i = 0; i < s->n_findings; i++)
        put_finding_line(out, &s->findings[i]);
    plan_cell_ids_free(s->plan, ids);
    if (s->environment && facts_build_unfit(&s->environment->start, unfit, sizeof unfit)) {
        plain_begin(out, "unfit");
        plain_text(out, "build", unfit);
        plain_end(out);
    }
}
