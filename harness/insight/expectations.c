/* SPDX-License-Identifier: MIT */
/* The predicates of expectations over a summary's numbers; see expectations.h. */
#include "harness/insight/expectations.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/insight/compare.h"

const char *const expectation_outcome_names[] = {"held", "did-not-hold", "cannot-tell"};
const char *const expectation_quantity_words[] = {"units/s", "p99", "latest unit", "memory", "CPU time"};

void expectation_limits(char *buf, size_t n, const struct expectation *x)
{
    const char *each = x->per_cpu ? " for each CPU" : "";
    if (x->least > 0 && x->most > 0)
        snprintf(buf, n, "%.3g … %.3g%s", x->least, x->most, each);
    else if (x->least > 0)
        snprintf(buf, n, "at least %.3g%s", x->least, each);
    else
        snprintf(buf, n, "at most %.3g%s", x->most, each);
}

/* How far inside the limits a ratio lies, as a log ratio; negative: beyond them. */
static double room(const struct expectation *x, double ratio)
{
    double below = x->least > 0 ? log(ratio / x->least) : INFINITY;
    double above = x->most > 0 ? log(x->most / ratio) : INFINITY;
    return fmin(below, above);
}

/* The worst of an interval's two ends: what is inside with both is inside with all between. */
static enum expectation_outcome outcome_of(const struct expectation *x, const struct estimate *e)
{
    if (isnan(e->lower) || isnan(e->upper))
        return EXPECTATION_UNKNOWN;
    if (room(x, e->lower) >= 0 && room(x, e->upper) >= 0)
        return EXPECTATION_HELD;
    bool below = x->least > 0 && e->upper<x->least, above = x->most> 0 && e->lower > x->most;
    return below || above ? EXPECTATION_NOT_HELD : EXPECTATION_UNKNOWN;
}

static const double *numbers_of(const struct summary *s, enum expectation_quantity q)
{
    switch (q) {
    case EXPECT_THROUGHPUT:
        return s->throughput;
    case EXPECT_P99:
        return s->p99;
    case EXPECT_LATEST:
        return s->latest;
    case EXPECT_MEMORY:
        return s->pss;
    case EXPECT_CPU_TIME:
        return s->cpu_each;
    case EXPECT_QUANTITIES:
        break;
    }
    return NULL;
}

/* Why nothing can be said of a pair, or "". */
static void no_interval(char *buf, size_t n, const struct summary *s, const struct expectation *x,
                        const struct expectation_pair *p, const struct estimate *e)
{
    const unsigned sides[] = {p->a, p->b};
    buf[0] = 0;
    for (unsigned i = 0; i < 2 && !buf[0]; i++) {
        const struct cell_summary *c = &s->cells[sides[i]];
        const char *model = s->plan->cells[sides[i]].model;
        if (c->voided)
            snprintf(buf, n, "%u of %u trials under %s are void: %.120s", c->voided, c->trials, model, c->reason);
        else if (c->status != TRIAL_OK)
            snprintf(buf, n, "%s has no whole trial: %.120s", model, c->reason);
        else if (c->failed && x->quantity != EXPECT_THROUGHPUT) /* there a failed trial is a lost block instead */
            snprintf(buf, n, "%u of %u trials under %s failed", c->failed, c->trials, model);
    }
    if (!buf[0] && !e->n)
        snprintf(buf, n, "no block has %s of both", x->quantity == EXPECT_P99 ? "100 latencies" : "such a number");
    else if (!buf[0] && isnan(e->lower))
        snprintf(buf, n, "%s", e->why);
}

/* A pair's ratio against the limits. */
static enum expectation_outcome judge(const struct summary *s, const struct expectation *x,
                                      const struct expectation_pair *p, double *scratch, struct estimate *e, char *why,
                                      size_t n)
{
    const double *of = numbers_of(s, x->quantity);
    double unused;
    *e = of ? summary_ratio(s, of, p->a, p->b, &unused, scratch)
            : (struct estimate){.median = NAN, .lower = NAN, .upper = NAN};
    const double by = x->per_cpu ? p->cpus : 1;
    e->median /= by;
    e->lower /= by;
    e->upper /= by;
    no_interval(why, n, s, x, p, e);
    if (why[0]) {
        if (!isnan(e->lower)) { /* an interval of the survivors would be to the favour of the one that failed */
            e->lower = e->upper = e->level = NAN;
            e->why = "trials that failed or are void have no such number";
        }
        return EXPECTATION_UNKNOWN;
    }
    enum expectation_outcome o = outcome_of(x, e);
    if (o == EXPECTATION_UNKNOWN)
        snprintf(why, n, "the interval reaches beyond the limit: more --blocks narrow it");
    return o;
}

/* Does the pair decide more than the one that did so far? What did not hold goes before what is unknown, and that
 * before what held; among equals the one with the least room. */
static bool decides(const struct expectation_result *r, enum expectation_outcome o, const struct estimate *e)
{
    static const int weight[] = {[EXPECTATION_HELD] = 0, [EXPECTATION_UNKNOWN] = 1, [EXPECTATION_NOT_HELD] = 2};
    if (!r->pairs || weight[o] != weight[r->outcome])
        return !r->pairs || weight[o] > weight[r->outcome];
    return !isnan(e->median) && (isnan(r->ratio.median) || room(r->x, e->median) < room(r->x, r->ratio.median));
}

static void add_pair(struct expectation_result *r, const struct summary *s, const struct expectation_pair *p,
                     double *scratch)
{
    struct estimate e;
    char why[sizeof r->why];
    enum expectation_outcome o = judge(s, r->x, p, scratch, &e, why, sizeof why);
    if (decides(r, o, &e)) {
        r->outcome = o;
        r->a = p->a;
        r->b = p->b;
        r->ratio = e;
        snprintf(r->why, sizeof r->why, "%s", o == EXPECTATION_UNKNOWN ? why : "");
    }
    r->pairs++;
    r->held += o == EXPECTATION_HELD;
    r->not_held += o == EXPECTATION_NOT_HELD;
}

/* Skipped cells, and those that a run which was cut short did not come to, are not there. */
static bool was_tried(const struct summary *s, const struct expectation_pair *p)
{
    return s->cells[p->a].trials && s->cells[p->b].trials;
}

static int find_one(struct summary *s, const struct workload *w, const struct expectation *x, double *scratch)
{
    struct expectation_pair *pairs;
    struct expectation_result r = {.workload = w, .x = x};
    int n = expectation_pairs(s->plan, w, x, &pairs);
    for (int i = 0; i < n; i++)
        if (was_tried(s, &pairs[i]))
            add_pair(&r, s, &pairs[i], scratch);
    if (n > 0)
        free(pairs);
    if (n < 0 || !r.pairs)
        return n < 0 ? n : 0;
    struct expectation_result *more = realloc(s->expectations, (s->n_expectations + 1) * sizeof *more);
    if (!more)
        return -ENOMEM;
    expectation_reasons(s, &r);
    s->expectations = more;
    more[s->n_expectations++] = r;
    return 0;
}

/* Is this the plan's first cell of its workload? Names are interned. */
static bool is_first(const struct plan *p, unsigned cell)
{
    for (unsigned i = 0; i < cell; i++)
        if (p->cells[i].workload == p->cells[cell].workload)
            return false;
    return true;
}

int expectations_find(struct summary *s)
{
    CLEANUP_FREE double *scratch = malloc(SCRATCH(s->plan->blocks) * sizeof *scratch);
    free(s->expectations);
    s->expectations = NULL;
    s->n_expectations = 0;
    if (!scratch)
        return -ENOMEM;
    for (unsigned i = 0; i < s->plan->n_cells; i++) {
        const struct workload *w = is_first(s->plan, i) ? workload_find(s->plan->cells[i].workload) : NULL;
        for (const struct expectation *x = w ? w->expectations : NULL; x && x->id; x++) {
            int rc = find_one(s, w, x, scratch);
            if (rc)
                return rc;
        }
    }
    return 0;
}
