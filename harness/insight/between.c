/* SPDX-License-Identifier: MIT */
/* Two runs in time, and what the difference of their visits is judged by; see between.h. */
#include "harness/insight/between.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "harness/base/base.h"
#include "harness/stats/distribution.h"
#include "harness/stats/order.h"

const char *const between_how_names[BETWEEN_HOWS] = {"none", "visits", "floor", "visits and floor"};

/* The blocks of the plan that were begun, in the order of the plan. */
static int side_init(struct between_side *s, const struct summary *run, double zero_s)
{
    const struct plan *p = run->plan;
    s->at_s = calloc(p->blocks + 1, sizeof *s->at_s);
    s->block = malloc((p->blocks + 1) * sizeof *s->block);
    s->first = malloc((p->blocks + 2) * sizeof *s->first);
    if (!s->at_s || !s->block || !s->first)
        return -ENOMEM;
    unsigned last = 0;
    for (unsigned i = 0; i < p->blocks; i++) {
        if (isnan(run->at_s[i]))
            continue;
        unsigned visit = plan_visit_of(p, i);
        if (!s->n || visit != last)
            s->first[s->visits++] = s->n;
        last = visit;
        s->at_s[s->n] = run->at_s[i] - zero_s;
        s->block[s->n++] = i;
    }
    s->first[s->visits] = s->n;
    return 0;
}

static double first_of(const struct summary *run)
{
    for (unsigned i = 0; i < run->plan->blocks; i++)
        if (!isnan(run->at_s[i]))
            return run->at_s[i];
    return NAN;
}

static double span_of(const struct between_side *s)
{
    return s->n ? s->at_s[s->first[s->visits - 1]] - s->at_s[0] : 0;
}

static bool rises(const struct between_side *s)
{
    for (unsigned i = 1; i < s->n; i++)
        if (s->at_s[i] < s->at_s[i - 1])
            return false;
    return true;
}

static void measure_times(struct between *b)
{
    const struct between_side *x = &b->side[0], *y = &b->side[1];
    b->span_s = span_of(x) + span_of(y);
    if (!x->n || !y->n)
        return;
    b->lag_s = fabs(y->at_s[0]);
    if (!rises(x) || !rises(y))
        b->unfit = "the clock was set back during one of the runs, so it is not known how far apart they lie";
    else if (y->at_s[0] <= x->at_s[x->n - 1] && x->at_s[0] <= y->at_s[y->n - 1])
        b->unfit = "A and B ran at the same time: measure one after the other, or use compare --live";
    b->longest_s = fmax(x->at_s[x->n - 1], y->at_s[y->n - 1]) - fmin(0, y->at_s[0]);
}

int between_init(struct between *b, const struct summary *a_run, const struct summary *b_run)
{
    *b = (struct between){0};
    double zero_s = first_of(a_run);
    int rc = side_init(&b->side[0], a_run, zero_s);
    if (!rc)
        rc = side_init(&b->side[1], b_run, isnan(zero_s) ? first_of(b_run) : zero_s);
    if (!rc)
        measure_times(b);
    return rc;
}

int between_init_again(struct between *b, const struct summary *run, double after_s)
{
    *b = (struct between){0};
    double zero_s = first_of(run);
    int rc = side_init(&b->side[0], run, zero_s);
    double length_s = rc || !b->side[0].n ? 0 : b->side[0].at_s[b->side[0].n - 1];
    if (!rc)
        rc = side_init(&b->side[1], run, zero_s - length_s - after_s);
    if (!rc)
        measure_times(b);
    return rc;
}

static int plain_side(struct between_side *s, unsigned blocks, double block_s, double from_s)
{
    s->at_s = malloc(blocks * sizeof *s->at_s);
    s->block = malloc(blocks * sizeof *s->block);
    s->first = malloc(2 * sizeof *s->first);
    if (!s->at_s || !s->block || !s->first)
        return -ENOMEM;
    s->n = blocks;
    s->visits = 1;
    for (unsigned i = 0; i < blocks; i++) {
        s->at_s[i] = from_s + i * block_s;
        s->block[i] = i;
    }
    s->first[0] = 0;
    s->first[1] = blocks;
    return 0;
}

int between_init_plain(struct between *b, unsigned blocks, double block_s, double after_s)
{
    *b = (struct between){0};
    int rc = plain_side(&b->side[0], blocks, block_s, 0);
    if (!rc)
        rc = plain_side(&b->side[1], blocks, block_s, blocks * block_s + after_s);
    if (!rc)
        measure_times(b);
    return rc;
}

void between_release(struct between *b)
{
    for (unsigned i = 0; i < 2; i++) {
        free(b->side[i].at_s);
        free(b->side[i].block);
        free(b->side[i].first);
    }
    *b = (struct between){0};
}

unsigned between_values(const struct between_side *side, const double *log_x, double *out, double *scratch)
{
    unsigned n = 0;
    for (unsigned v = 0; v < side->visits; v++) {
        unsigned m = 0;
        for (unsigned i = side->first[v]; i < side->first[v + 1]; i++)
            if (isfinite(log_x[side->block[i]]))
                scratch[m++] = log_x[side->block[i]];
        stats_sort(scratch, m);
        if (m)
            out[n++] = stats_median(scratch, m);
    }
    return n;
}

static double inside_of(const struct between_side *side, const double *log_x, double *scratch)
{
    unsigned m = 0;
    for (unsigned v = 0; v < side->visits; v++)
        for (unsigned i = side->first[v]; i + 1 < side->first[v + 1]; i++) {
            double apart = fabs(log_x[side->block[i + 1]] - log_x[side->block[i]]);
            if (isfinite(apart))
                scratch[m++] = apart;
        }
    return floor_spread_of_sizes(scratch, m);
}

double between_inside(const struct between *b, const double *log_a, const double *log_b, double *scratch)
{
    double x = inside_of(&b->side[0], log_a, scratch), y = inside_of(&b->side[1], log_b, scratch);
    return isnan(x) || isnan(y) ? (double)NAN : fmax(x, y);
}

static struct between_spread far(double lag_s, double reach_s, const char *what)
{
    char text[200];
    snprintf(text, sizeof text, "A and B began %.3g min apart, and %s for %.3g min at most: use compare --live",
             lag_s / 60, what, reach_s / 60);
    return (struct between_spread){.how = BETWEEN_NOTHING, .why = intern(text)};
}

static const double MISFIT = 0.05;  /* own visits fit a prior unless they spread more than it allows for in 1 of 20 */
static const double NOISIER = 1.3;  /* the spread of a few differences varies by as much */
static const double QUIETER = 0.01; /* own visits that spread less than in 1 of 100 of such cells are not of them */
enum { LEAST_OWN_DF = 4 };          /* of visits that can tell whether they fit */

/* The floor's prior for trials that are noisier than those of the floor. df 0: it can't be told whether they are. */
static struct stats_spread noisier(const struct between_known *known, const struct stats_two *two, double inside)
{
    struct stats_spread prior = known->prior;
    if (isnan(inside) && two->own.df < LEAST_OWN_DF)
        return (struct stats_spread){NAN, 0};
    if (inside > NOISIER * known->inside)
        prior.s2 *= inside * inside / (known->inside * known->inside);
    return prior;
}

static struct between_spread by_visits(const struct between *b, const struct stats_two *two, struct stats_spread family,
                                       const struct between_known *known)
{
    struct between_spread out = {.how = BETWEEN_VISITS, .of = two->own, .stretch = BETWEEN_STRETCH};
    double reach_s = BETWEEN_VISITS_REACH * b->span_s;
    if (b->lag_s > reach_s)
        return far(b->lag_s, reach_s, "their visits tell");
    out.of = stats_spread_posterior(family, two->own);
    if (known && known->stretch > out.stretch)
        out.stretch = known->stretch;
    out.stretch *= sqrt(fmax(1, b->lag_s / b->span_s));
    return out;
}

static struct between_spread by_floor(const struct between *b, const struct stats_two *two, struct stats_spread family,
                                      const struct between_known *known, struct stats_spread prior)
{
    struct between_spread out = {.how = two->own.df > 0 ? BETWEEN_BOTH : BETWEEN_FLOOR, .stretch = known->stretch};
    out.of = stats_spread_posterior(prior, stats_spread_posterior(family, two->own));
    if (b->lag_s > known->laid_s)
        out.stretch *= sqrt(1 + log10(b->lag_s / known->laid_s));
    return out;
}

/* A rate is not known better than a floor keeps it, whatever the visits say. */
static const double LEAST_S2 = 1e-8 / 12;

/* A noisy neighbour tells nothing of a cell that is quiet, nor the other way round. */
static struct stats_spread family_of_such(struct stats_spread family, struct stats_spread own)
{
    double excess = stats_spread_excess(family, own);
    return excess > MISFIT && (own.df == 0 || excess < 1 - QUIETER) ? family : (struct stats_spread){NAN, 0};
}

struct between_spread between_judge(const struct between *b, const struct stats_two *two, struct stats_spread family,
                                    const struct between_known *known, double inside)
{
    struct between_spread out = {.how = BETWEEN_NOTHING};
    bool floor = known && known->prior.df > 0, visits = two->own.df > 0, near = floor && b->lag_s <= known->reach_s;
    family = family_of_such(family, two->own);
    struct stats_spread prior = near ? noisier(known, two, inside) : (struct stats_spread){NAN, 0};
    if (b->unfit)
        out.why = b->unfit;
    else if (known && prior.df > 0 && (!visits || stats_spread_excess(prior, two->own) > MISFIT))
        out = by_floor(b, two, family, known, prior);
    else if (visits)
        out = by_visits(b, two, family, floor ? known : NULL);
    else if (near)
        out.why = "by a floor alone a run needs 6 blocks: use more --blocks, --visits 5 or compare --live";
    else if (floor)
        out = far(b->lag_s, known->reach_s, "this floor tells");
    else
        out.why = known && known->why ? known->why
                                      : "one visit each and no floor: use --visits 5, compare --live, or verify --long";
    if (!(out.of.s2 >= LEAST_S2))
        out.of.s2 = LEAST_S2;
    return out;
}

double between_ratio(const struct stats_two *two, const struct between_spread *s, double level,
                     struct stats_interval *out)
{
    double error = s->stretch * sqrt(two->scale * s->of.s2);
    *out = (struct stats_interval){exp(two->shift), NAN, NAN, NAN};
    if (s->how == BETWEEN_NOTHING || !(error >= 0))
        return NAN;
    double half = error * stats_t_quantile((1 + level) / 2, s->of.df);
    *out = (struct stats_interval){exp(two->shift), exp(two->shift - half), exp(two->shift + half), level};
    return error > 0 ? 2 * stats_t_cdf(-fabs(two->shift) / error, s->of.df) : two->shift == 0;
}
