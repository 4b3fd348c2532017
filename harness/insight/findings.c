/* SPDX-License-Identifier: MIT */
/* Findings on how far the numbers of a run can be trusted; what a run shows is in lessons*.c. */
#include "harness/insight/findings.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <stdlib.h>

#include "harness/base/base.h"
#include "harness/insight/compare.h"
#include "harness/insight/findings_internal.h"

enum { FINDINGS_MOST = 64 };

const struct finding_rule finding_rules[] = {
#define FINDING(function, tells) {#function, tells, find_##function},
#include "harness/insight/findings.def"
#undef FINDING
    {0},
};

struct finding *finding_add(const struct finding_rule *self, struct summary *s, const char *severity,
                            const char *evidence_name, double evidence)
{
    if (s->n_findings == FINDINGS_MOST)
        return NULL;
    struct finding *f = &s->findings[s->n_findings++];
    *f = (struct finding){.id = self->id, .severity = severity, .evidence = evidence};
    snprintf(f->evidence_name, sizeof f->evidence_name, "%s", evidence_name);
    return f;
}

void finding_cell(struct finding *f, unsigned cell)
{
    if (f->n_cells < ARRAY_LEN(f->cells))
        f->cells[f->n_cells++] = cell;
}

static int severity_rank(const char *severity)
{
    return strcmp(severity, "bad") == 0 ? 0 : strcmp(severity, "warn") == 0 ? 1 : 2;
}

static ptrdiff_t rule_rank(const char *id)
{
    const struct finding_rule *r = finding_rules;
    while (r->id && strcmp(r->id, id) != 0)
        r++;
    return r - finding_rules;
}

/* Worst first, then as the rules stand in findings.def, then by size: only what one rule found has the same unit. */
static bool stands_before(const struct finding *a, const struct finding *b)
{
    int x = severity_rank(a->severity), y = severity_rank(b->severity);
    ptrdiff_t k = rule_rank(a->id), l = rule_rank(b->id);
    return x != y ? x < y : k != l ? k < l : a->evidence > b->evidence;
}

static void put_in_order(struct finding *all, unsigned n)
{
    for (unsigned i = 1; i < n; i++) {
        struct finding f = all[i];
        unsigned at = i;
        for (; at && stands_before(&f, &all[at - 1]); at--)
            all[at] = all[at - 1];
        all[at] = f;
    }
}

int findings_make(struct summary *s)
{
    free(s->findings);
    s->n_findings = 0;
    s->findings = calloc(FINDINGS_MOST, sizeof *s->findings);
    if (!s->findings)
        return -ENOMEM;
    for (const struct finding_rule *r = finding_rules; r->id; r++)
        r->find(r, s);
    put_in_order(s->findings, s->n_findings);
    return 0;
}

/* The cells for which count() is not 0; the finding's text is the caller's. */
static struct finding *counted(const struct finding_rule *self, struct summary *s, const char *severity,
                               const char *evidence_name, unsigned (*count)(const struct cell_summary *))
{
    unsigned sum = 0, last = 0;
    for (unsigned i = 0; i < s->plan->n_cells; i++)
        if (count(&s->cells[i])) {
            sum += count(&s->cells[i]);
            last = i;
        }
    struct finding *f = sum ? finding_add(self, s, severity, evidence_name, sum) : NULL;
    char work[WORK_NAME_MAX];
    if (!f)
        return NULL;
    for (unsigned i = 0; i < s->plan->n_cells; i++)
        if (count(&s->cells[i]))
            finding_cell(f, i);
    work_name(work, sizeof work, s->plan, last); /* the last one's reason speaks for all; `show` lists each */
    snprintf(f->text, sizeof f->text, "%u trial%s, the last of %s under %s: %.200s", sum, sum == 1 ? "" : "s", work,
             s->plan->cells[last].model, s->cells[last].reason);
    return f;
}

static unsigned voided(const struct cell_summary *c)
{
    return c->voided;
}

static unsigned failed(const struct cell_summary *c)
{
    return c->failed;
}

void find_work_differs(const struct finding_rule *self, struct summary *s)
{
    struct finding *f = counted(self, s, "bad", "void_trials", voided);
    if (f)
        snprintf(f->advice, sizeof f->advice, "trust no ratio of these cells: mend the workload or the model first");
}

void find_failed(const struct finding_rule *self, struct summary *s)
{
    struct finding *f = counted(self, s, "warn", "failed_trials", failed);
    if (f)
        snprintf(
            f->advice, sizeof f->advice,
            "in each ratio a failed trial counts as a block lost to a cell that did not fail there; medians, intervals "
            "and latencies of these cells are of the trials that were whole, so they flatter them: mend it and run "
            "again");
}

/* How much of the evidence a finding quotes: up to a ';', else up to the last ',' within reach, else all. */
static int first_clause(const char *evidence)
{
    enum { REACH = 80 };
    size_t clause = strcspn(evidence, ";");
    for (size_t i = clause; clause > REACH && i > 0; i--)
        if (evidence[i] == ',' && i <= REACH)
            return (int)i;
    return (int)clause;
}

void find_environment(const struct finding_rule *self, struct summary *s)
{
    struct text_list names = {0};
    unsigned n = 0;
    for (unsigned i = 0; s->environment && i < s->environment->n_checks; i++) {
        const struct check_result *c = &s->environment->checks[i];
        if (c->severity < SEVERITY_WARNING)
            continue;
        list_add(&names, "%s (%.*s)", c->id, first_clause(c->evidence), c->evidence);
        n++;
    }
    struct finding *f = n ? finding_add(self, s, "warn", "checks", n) : NULL;
    if (!f)
        return;
    snprintf(f->text, sizeof f->text, "when the run began: %s", list_end(&names));
    snprintf(f->advice, sizeof f->advice, "contend doctor tells what each does to which numbers, and how to mend it");
}

void find_environment_changed(const struct finding_rule *self, struct summary *s)
{
    const struct environment *v = s->environment;
    struct finding *f = v && v->n_changed ? finding_add(self, s, "warn", "facts", v->n_changed) : NULL;
    struct text_list list = {0};
    if (!f)
        return;
    for (unsigned i = 0; i < v->n_changed; i++) {
        const struct fact *a = &v->start.all[v->changed[i]], *b = facts_find(&v->end, a->name);
        list_add(&list, "%s: %.40s, then %.40s", a->name, a->text, b->text);
    }
    snprintf(f->text, sizeof f->text, "%s", list_end(&list));
    snprintf(f->advice, sizeof f->advice,
             "early and late blocks were measured on two machines, so to say: run again with these held still");
}

/* "load 3.1 % of 12 trials, quota 40 % of one trial". */
static void disturbance_causes(const struct summary *s, char *text, size_t n)
{
    for (unsigned k = 0; k < DISTURBANCES; k++) {
        unsigned by = 0;
        double lost = 0;
        for (unsigned i = 0; i < s->plan->n_cells; i++) {
            by += s->cells[i].disturbed_by[k];
            lost += s->cells[i].lost_to[k];
        }
        if (by)
            text_append(text, n, "%s%s %.3g %% of %u trial%s", text[0] ? ", " : "", disturbance_names[k],
                        100 * lost / by, by, by == 1 ? "" : "s");
    }
}

void find_disturbed(const struct finding_rule *self, struct summary *s)
{
    unsigned n = 0;
    char causes[320] = "";
    for (unsigned i = 0; i < s->plan->n_cells; i++)
        n += s->cells[i].disturbed;
    double share = s->ok ? (double)n / s->ok : 0;
    struct finding *f = n ? finding_add(self, s, share > 0.1 ? "warn" : "info", "share", share) : NULL;
    if (!f)
        return;
    disturbance_causes(s, causes, sizeof causes);
    snprintf(f->text, sizeof f->text, "%u of %u trials were disturbed; they lost, of their time, to: %s", n, s->ok,
             causes);
    snprintf(
        f->advice, sizeof f->advice,
        "they are kept, and each weighs one vote of its block, however far off it is: a median or a sign test over n "
        "blocks moves by no more than the disturbed ones of them; %s",
        share > 0.1 ? "so many can move a verdict: look for the cause with contend doctor --noise, or add --blocks"
                    : "so few seldom move one");
}

/* 0 where there is no interval to be wide. */
static double known_half_width(const struct estimate *e)
{
    return isnan(e->lower) ? 0 : half_width(e);
}

void find_wide(const struct finding_rule *self, struct summary *s)
{
    unsigned n = 0, measured = 0, worst = 0;
    for (unsigned i = 0; i < s->plan->n_cells; i++) {
        double h = known_half_width(&s->cells[i].throughput);
        measured += isnan(s->cells[i].throughput.lower) ? 0u : 1u;
        n += h > 0.1;
        worst = h > known_half_width(&s->cells[worst].throughput) ? i : worst;
    }
    struct finding *f =
        n ? finding_add(self, s, "info", "worst_half_width", known_half_width(&s->cells[worst].throughput)) : NULL;
    if (!f)
        return;
    char work[WORK_NAME_MAX];
    finding_cell(f, worst);
    work_name(work, sizeof work, s->plan, worst);
    snprintf(f->text, sizeof f->text, "%u of %u intervals are wider than ±10 %%; the widest is ±%.0f %% of %s under %s",
             n, measured, 100 * f->evidence, work, s->plan->cells[worst].model);
    snprintf(f->advice, sizeof f->advice,
             "quote the ratios, which are paired by block, or add --blocks: the width falls with their square root");
}

/* With b blocks the sign test's least p is 2^(1-b), and Holm multiplies it by the size of the family. */
unsigned point_blocks_needed(const struct plan *p, const struct plan_point *t)
{
    if (plan_is_sequential(p))
        return 0; /* its rule looks after that */
    if (t->n_cells && cell_late_after(&p->cells[t->cells[0]]))
        return 0; /* no such verdicts are wanted */
    unsigned family = t->n_cells * (t->n_cells - 1) / 2, need = 1;
    while (family && need < 64 && family * ldexp(1, 1 - (int)need) >= 0.05)
        need++;
    return need;
}

void find_too_few_blocks(const struct finding_rule *self, struct summary *s)
{
    unsigned points = 0, most = 0;
    for (unsigned i = 0; i < s->plan->n_points; i++) {
        unsigned need = point_blocks_needed(s->plan, &s->plan->points[i]);
        points += s->look.blocks < need;
        most = need > most ? need : most;
    }
    struct finding *f = points ? finding_add(self, s, "warn", "blocks_needed", most) : NULL;
    if (!f)
        return;
    snprintf(f->text, sizeof f->text, "with %u block%s no difference can be told from chance at %u of %u points",
             s->look.blocks, s->look.blocks == 1 ? "" : "s", points, s->plan->n_points);
    snprintf(f->advice, sizeof f->advice, "use --blocks %u or more, or compare fewer models", most);
}

/* Cells most of whose judged trials were not flat. A single such trial is noise; most of them are the workload's way.
 */
void find_unsteady(const struct finding_rule *self, struct summary *s)
{
    unsigned n = 0, closed = 0, by[4] = {0}, named[8];
    for (unsigned i = 0; i < s->plan->n_cells; i++) {
        const struct course *c = &s->cells[i].course;
        unsigned odd = c->trials[STATS_WARM_UP] + c->trials[STATS_SLOW_DOWN] + c->trials[STATS_UNSTEADY];
        if (odd < 3 || odd <= c->trials[STATS_FLAT])
            continue;
        for (unsigned k = 1; k < 4; k++)
            by[k] += c->trials[k];
        if (n < ARRAY_LEN(named))
            named[n] = i;
        closed += s->plan->cells[i].mode == MODE_CLOSED;
        n++;
    }
    struct finding *f = n ? finding_add(self, s, "info", "cells", n) : NULL;
    if (!f)
        return;
    for (unsigned i = 0; i < n && i < ARRAY_LEN(named); i++)
        finding_cell(f, named[i]);
    snprintf(f->text, sizeof f->text,
             "most trials of %u cell%s changed speed on the way (warm-up %u, slow-down %u, no steady state %u)", n,
             n == 1 ? "" : "s", by[STATS_WARM_UP], by[STATS_SLOW_DOWN], by[STATS_UNSTEADY]);
    if (by[STATS_WARM_UP] > by[STATS_UNSTEADY])
        snprintf(f->advice, sizeof f->advice, "their medians hold the warm-up: longer trials (%s) make it weigh less",
                 closed == n ? "--duration"
                 : closed    ? "--trial in batch mode, --duration in closed mode"
                             : "--trial");
    else
        snprintf(f->advice, sizeof f->advice,
                 "the machine's speed changed under them: see contend doctor; ratios within blocks still hold");
}

void find_between(const struct finding_rule *self, struct summary *s)
{
    unsigned n = 0, known = 0;
    for (unsigned i = 0; i < s->plan->n_cells; i++) {
        known += s->cells[i].course.why == NULL;
        n += s->cells[i].course.between > 0.5;
    }
    struct finding *f = n && 2 * n > known ? finding_add(self, s, "info", "cells", n) : NULL;
    if (!f)
        return;
    snprintf(f->text, sizeof f->text, "in %u of %u cells most of the variance lies between processes", n, known);
    snprintf(f->advice, sizeof f->advice, "more blocks narrow the intervals, longer trials would not");
}

enum { UNITS_A_TASK = 10 }; /* with fewer of them, the first and the last are a fifth of all and more */

/* Closed mode: how many units a task has time for; infinite where it is not known, or where the latency is not the
 * time from unit to unit. */
static double units_a_task(const struct summary *s, unsigned i)
{
    const struct cell *c = &s->plan->cells[i];
    const struct histogram *h = s->cells[i].latency;
    double p50 = h && h->count ? (double)histogram_quantile(h, 0.5) : 0;
    return c->mode != MODE_CLOSED || cell_late_after(c) || p50 <= 0 ? INFINITY : (double)c->duration_ns / p50;
}

void find_short_trials(const struct finding_rule *self, struct summary *s)
{
    unsigned n = 0, worst = 0, closed = 0, named[8];
    for (unsigned i = 0; i < s->plan->n_cells; i++) {
        closed += s->plan->cells[i].mode == MODE_CLOSED;
        if (units_a_task(s, i) >= UNITS_A_TASK)
            continue;
        worst = !n || units_a_task(s, i) < units_a_task(s, worst) ? i : worst;
        if (n < ARRAY_LEN(named))
            named[n] = i;
        n++;
    }
    struct finding *f = n ? finding_add(self, s, "warn", "units_a_task", units_a_task(s, worst)) : NULL;
    char work[WORK_NAME_MAX];
    if (!f)
        return;
    finding_cell(f, worst);
    for (unsigned i = 0; i < n && i < ARRAY_LEN(named); i++)
        if (named[i] != worst)
            finding_cell(f, named[i]);
    const struct cell *c = &s->plan->cells[worst];
    work_name(work, sizeof work, s->plan, worst);
    snprintf(f->text, sizeof f->text,
             "in %u of %u closed cells a trial is shorter than %d units of a task; the fewest are %.1f, of %s under %s "
             "with %u in flight",
             n, closed, UNITS_A_TASK, f->evidence, work, c->model, c->concurrency);
    snprintf(
        f->advice, sizeof f->advice,
        "their throughput is that of the start and the end more than of the steady state: use --duration %.0fms or "
        "more",
        ceil(UNITS_A_TASK * (double)c->duration_ns / f->evidence / 1e6));
}
