/* SPDX-License-Identifier: MIT */
/* Picks each work's points out of the plan and says how their cells stand; see choice.h. */
#include "harness/insight/choice.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/insight/findings.h"

static const struct cell *work_of(const struct summary *s, unsigned point)
{
    const struct plan_point *t = &s->plan->points[point];
    return t->n_cells ? &s->plan->cells[t->cells[0]] : NULL;
}

/* Texts are interned. */
static bool same_question(const struct cell *a, const struct cell *b)
{
    return a->workload == b->workload && a->mode == b->mode && a->libc_threads == b->libc_threads &&
           a->order == b->order && memcmp(a->p, b->p, sizeof a->p) == 0;
}

static double p_of(const struct summary *s, unsigned a, unsigned b)
{
    for (unsigned i = 0; i < s->n_comparisons; i++) {
        const struct comparison *c = &s->comparisons[i];
        if ((c->a == a && c->b == b) || (c->a == b && c->b == a))
            return c->p_adjusted;
    }
    return NAN;
}

static bool is_best(const struct choice_at *x, unsigned cell)
{
    for (unsigned i = 0; i < x->n_best; i++)
        if (x->best[i] == cell)
            return true;
    return false;
}

static void judge_by_rate(struct choice_at *x, const struct summary *s, const struct plan_point *t)
{
    const struct crossover_field *f = &x->field;
    field_of_point(&x->field, s, t);
    if (f->winner < 0)
        return;
    x->best[x->n_best++] = (unsigned)f->winner;
    for (unsigned i = 0; i < f->n_tied && x->n_best < CROSSOVER_MODELS; i++)
        x->best[x->n_best++] = f->tied[i];
    for (unsigned i = 0; i < t->n_cells; i++) {
        struct estimate r;
        enum verdict v;
        if (is_best(x, t->cells[i]) || !comparison_find(s, x->best[0], t->cells[i], &r, &v) || v != VERDICT_FASTER)
            continue;
        const double p = p_of(s, x->best[0], t->cells[i]);
        x->n_beaten++;
        x->p = isnan(x->p) ? p : fmax(x->p, p);
    }
    x->is = f->n_tied ? !f->disputed && cells_are_equivalent(s, x->best, x->n_best) ? CHOICE_EQUIVALENT : CHOICE_UNSURE
            : x->n_beaten ? CHOICE_WON
                          : CHOICE_ALONE;
}

/* Those that are in time, or the one of which the fewest units are late: the latest of all may be the machine's. */
static void judge_by_lateness(struct choice_at *x, const struct summary *s, const struct plan_point *t, uint64_t limit)
{
    uint64_t least = UINT64_MAX;
    double fewest = INFINITY;
    for (unsigned i = 0; i < t->n_cells; i++) {
        const struct histogram *h = s->cells[t->cells[i]].latency;
        if (!h || !h->count)
            continue;
        const double share = (double)later_than(h, limit) / (double)h->count;
        if (h->max <= limit && x->n_best < CROSSOVER_MODELS) {
            x->n_best = x->is == CHOICE_IN_TIME ? x->n_best : 0;
            x->is = CHOICE_IN_TIME;
            x->best[x->n_best++] = t->cells[i];
        } else if (x->is != CHOICE_IN_TIME && (share < fewest || (!(share > fewest) && h->max < least))) {
            x->is = CHOICE_LATE;
            x->best[0] = t->cells[i];
            x->n_best = 1;
            least = h->max;
            fewest = share;
        }
    }
}

static void judge(struct choice_at *x, const struct summary *s, unsigned point)
{
    const struct plan_point *t = &s->plan->points[point];
    const uint64_t limit = cell_late_after(work_of(s, point));
    *x = (struct choice_at){.point = point, .p = NAN, .field = {.winner = -1, .beaten = -1}};
    if (limit)
        judge_by_lateness(x, s, t, limit);
    else
        judge_by_rate(x, s, t);
}

static double fastest(const struct summary *s, const struct choice_at *x)
{
    double best = -1;
    for (unsigned i = 0; i < x->n_best; i++)
        best = fmax(best, s->cells[x->best[i]].throughput.median); /* NaN is not taken */
    return best;
}

/* The point that stands for all goes to the front; the others keep their order. */
static void put_first(struct choice *a, const struct summary *s)
{
    unsigned first = 0;
    for (unsigned i = 1; i < a->n_at; i++) {
        bool by_lateness = cell_late_after(work_of(s, a->at[i].point)) > 0;
        if (by_lateness ? a->at[i].n_best > 0 : fastest(s, &a->at[i]) > fastest(s, &a->at[first]))
            first = i;
    }
    const struct choice_at kept = a->at[first];
    memmove(&a->at[1], &a->at[0], first * sizeof a->at[0]);
    a->at[0] = kept;
}

/* All points of the work of point i. 0 or -ENOMEM. */
static int fill(struct choice *a, const struct summary *s, unsigned i)
{
    const struct plan *p = s->plan;
    *a = (struct choice){.at = calloc(p->n_points - i, sizeof *a->at)};
    if (!a->at)
        return -ENOMEM;
    for (unsigned k = i; k < p->n_points; k++)
        if (work_of(s, k) && same_question(work_of(s, i), work_of(s, k)))
            judge(&a->at[a->n_at++], s, k);
    put_first(a, s);
    return 0;
}

static bool is_first(const struct summary *s, unsigned point)
{
    for (unsigned i = 0; i < point; i++)
        if (work_of(s, i) && same_question(work_of(s, i), work_of(s, point)))
            return false;
    return true;
}

int choices_find(const struct summary *s, struct choice **out)
{
    int n = 0;
    *out = calloc((size_t)s->plan->n_points + 1, sizeof **out);
    if (!*out)
        return -ENOMEM;
    for (unsigned i = 0; i < s->plan->n_points; i++) {
        if (!work_of(s, i) || !is_first(s, i))
            continue;
        if (fill(&(*out)[n], s, i)) {
            choices_free(*out, n);
            *out = NULL;
            return -ENOMEM;
        }
        n++;
    }
    return n;
}

void choices_free(struct choice *a, int n)
{
    for (int i = 0; i < n; i++)
        free(a[i].at);
    free(a);
}
