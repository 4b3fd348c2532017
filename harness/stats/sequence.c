/* SPDX-License-Identifier: MIT */
/* A sign test with many looks by alpha spending, and when to stop; see sequence.h. */
#include "harness/stats/sequence.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "harness/stats/order.h"
#include "harness/stats/verdict.h"

const char *const stats_stop_names[5] = {"go on", "precision reached", "verdict clear", "budget spent", "time used up"};

/* Levels in steps of 1.3, from nearly 1 down: ABOVE of them above the level asked for, then itself. */
enum { ABOVE = 11, BELOW = 60, LEVELS = ABOVE + 1 + BELOW };
static const double step = 1.3;

/* Chances below this part of alpha are taken for 0 at the losing end: what could come of them on the other side is so
 * much less that it does not show in the chance of an error (test_sequence.c adds that up). */
static const double nothing = 1e-12;

/* The run's course at one level, under the hypothesis: p[w] is the chance that w pairs were won and nothing has been
 * excluded; of w in [low, high). */
struct level {
    double alpha;
    double *p; /* [room + 1] */
    unsigned low, high;
    double spent; /* the chance that something was excluded, on one side */
};

struct stats_looks {
    double used;
    unsigned n, room;
    struct level at[LEVELS];
    unsigned *least; /* [room][LEVELS] */
};

static int make_room(struct stats_looks *l)
{
    if (l->n < l->room)
        return 0;
    unsigned more = 2 * l->room + 64;
    unsigned *least = realloc(l->least, (size_t)more * LEVELS * sizeof *least);
    if (!least)
        return -ENOMEM;
    l->least = least;
    for (unsigned i = 0; i < LEVELS; i++) {
        double *p = realloc(l->at[i].p, ((size_t)more + 1) * sizeof *p);
        if (!p)
            return -ENOMEM;
        l->at[i].p = p;
    }
    l->room = more;
    return 0;
}

struct stats_looks *stats_looks_new(double level)
{
    struct stats_looks *l = calloc(1, sizeof *l);
    if (!l || make_room(l)) {
        stats_looks_free(l);
        return NULL;
    }
    double alpha = round((1 - level) * 1e12) / 1e12; /* 1 - 0.95 is a little more than the 0.05 that is told */
    for (unsigned i = 0; i < LEVELS; i++) {
        l->at[i].alpha = fmin(1, alpha * pow(step, ABOVE - (double)i));
        l->at[i].p[0] = 1;
        l->at[i].high = 1;
    }
    return l;
}

void stats_looks_free(struct stats_looks *l)
{
    for (unsigned i = 0; l && i < LEVELS; i++)
        free(l->at[i].p);
    if (l)
        free(l->least);
    free(l);
}

static double share_up_to(unsigned n, double used)
{
    return used >= 1 ? 1 : 0.2 * n / (n + 10.0) + 0.8 * used * used;
}

/* One more coin, and then what may be excluded is: from all won downwards, so long as `share` of alpha allows. Returns
 * the least number won that excludes. */
static unsigned advance(struct level *v, double share)
{
    double *p = v->p, before = 0;
    for (unsigned w = v->low; w < v->high; w++) {
        double now = p[w];
        p[w] = (now + before) / 2;
        before = now;
    }
    p[v->high++] = before / 2;
    while (v->high > v->low && v->spent + p[v->high - 1] <= share * v->alpha / 2)
        v->spent += p[--v->high];
    while (v->low < v->high && p[v->low] < nothing * v->alpha)
        v->low++;
    return v->high;
}

int stats_looks_add(struct stats_looks *l, double used)
{
    if (make_room(l))
        return -ENOMEM;
    unsigned *least = l->least + (size_t)l->n++ * LEVELS;
    l->used = fmax(l->used, used);
    double share = share_up_to(l->n, l->used);
    for (unsigned i = 0; i < LEVELS; i++) {
        least[i] = advance(&l->at[i], share);
        /* What excludes at a level does at all levels above it, else p would be none. */
        if (i && least[i] < least[i - 1])
            least[i] = least[i - 1];
    }
    return 0;
}

unsigned stats_looks_count(const struct stats_looks *l)
{
    return l->n;
}

unsigned stats_looks_least(const struct stats_looks *l, unsigned n)
{
    return l->least[(size_t)(n - 1) * LEVELS + ABOVE];
}

unsigned stats_looks_least_at(const struct stats_looks *l, unsigned n, double alpha)
{
    unsigned i = 0;
    while (i < LEVELS && l->at[i].alpha > alpha)
        i++;
    return i < LEVELS ? l->least[(size_t)(n - 1) * LEVELS + i] : n + 1;
}

bool stats_sequence_interval(const struct stats_looks *l, const double *sorted, unsigned n, struct stats_interval *out)
{
    *out = (struct stats_interval){stats_median(sorted, n), NAN, NAN, NAN};
    if (!n || n > l->n)
        return false;
    unsigned least = stats_looks_least(l, n);
    if (least > n)
        return false;
    out->lower = sorted[n - least];
    out->upper = sorted[least - 1];
    out->level = 1 - l->at[ABOVE].alpha;
    return true;
}

double stats_sequence_p(const struct stats_looks *l, const double *x, unsigned n)
{
    if (!n || n > l->n)
        return 1;
    unsigned above = 0, below = 0, i = 0;
    for (unsigned k = 0; k < n; k++) {
        above += x[k] > 0;
        below += x[k] < 0;
    }
    unsigned won = above > below ? above : below;
    const unsigned *least = l->least + (size_t)(n - 1) * LEVELS;
    while (i < LEVELS && won >= least[i])
        i++;
    return i ? l->at[i - 1].alpha : 1;
}

enum stats_stop stats_stop(const struct stats_interval *log_ratio, double spent, double next,
                           const struct stats_stop_rule *rule)
{
    double width = log_ratio->upper - log_ratio->lower;
    const struct stats_interval ratio = {exp(log_ratio->estimate), exp(log_ratio->lower), exp(log_ratio->upper),
                                         log_ratio->level};
    if (width >= 0 && width / 2 <= log1p(rule->precision) && rule->precision > 0)
        return STATS_STOP_PRECISION;
    if (rule->clear && stats_verdict(&ratio, rule->margin) != VERDICT_INCONCLUSIVE)
        return STATS_STOP_CLEAR;
    return spent + next > rule->budget ? STATS_STOP_BUDGET : STATS_GO_ON;
}
