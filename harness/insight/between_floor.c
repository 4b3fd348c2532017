/* SPDX-License-Identifier: MIT */
/* Two runs laid on a recording of identical cells, wherever they fit; see between.h. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/workload.h"
#include "harness/base/base.h"
#include "harness/insight/between.h"
#include "harness/stats/distribution.h"
#include "harness/stats/order.h"

enum {
    MOST_PLACES = 400,  /* that the runs are laid on; they overlap */
    MOST_OF_VISIT = 16, /* blocks: the median of more has next to no error of its own */
    LEAST_PLACES = 3    /* that share no time: with fewer nothing is known */
};

/* In a floor that has so many times its usual time between two blocks there was a pause. */
static const double HOLE = 20;

/* A part of a recording need not begin at 0. */
static double watched_of(const struct kept_floor *f)
{
    return f->at_s[f->n - 1] - f->at_s[0];
}

/* The block that was begun last at that time; the floor's times rise. */
static long block_at(const struct kept_floor *f, double at_s)
{
    long low = 0, high = (long)f->n;
    while (low < high) {
        long middle = (low + high) / 2;
        if (f->at_s[middle] <= at_s)
            low = middle + 1;
        else
            high = middle;
    }
    return low - 1;
}

/* The value of one visit of `side`, from the blocks of the floor at its times; *k: the block taken last. Blocks that
 * follow each other faster than those of the floor take the next ones there, since each stands for a trial of its own,
 * and no block is taken twice. false: there is a hole, or the end. */
static bool lay_visit(const struct kept_floor *f, const struct floor_series *s, const struct between_side *side,
                      unsigned visit, double start_s, long *k, double *out, double *scratch)
{
    double usual = watched_of(f) / f->n;
    unsigned first = side->first[visit], n = side->first[visit + 1] - first, m = 0;
    unsigned take = n < MOST_OF_VISIT ? n : MOST_OF_VISIT;
    for (unsigned i = 0; i < take; i++) {
        double at_s = start_s + side->at_s[first + i * n / take] - side->at_s[0];
        long there = block_at(f, at_s);
        *k = there > *k ? there : *k + 1;
        if (there < 0 || *k >= (long)f->n || at_s - f->at_s[there] > HOLE * usual)
            return false;
        if (isfinite(s->log[*k]))
            scratch[m++] = s->log[*k];
    }
    stats_sort(scratch, m);
    *out = stats_median(scratch, m);
    return m > 0;
}

/* The visits' values of one side that begins at start_s. */
static bool lay(const struct kept_floor *f, const struct floor_series *s, const struct between_side *side,
                double start_s, long *k, double *out, double *scratch)
{
    for (unsigned v = 0; v < side->visits; v++)
        if (!lay_visit(f, s, side, v, start_s, k, &out[v], scratch))
            return false;
    return true;
}

bool between_place(const struct kept_floor *f, const struct floor_series *s, const struct between *b, double start_s,
                   double lag_s, double *scratch, struct stats_two *out)
{
    const struct between_side *x = &b->side[0], *y = &b->side[1];
    double *a = scratch, *c = scratch + x->visits, *more = c + y->visits;
    bool a_first = lag_s >= 0;
    long k = -1;
    bool fits = lay(f, s, a_first ? x : y, start_s, &k, a_first ? a : c, more) &&
                lay(f, s, a_first ? y : x, start_s + fabs(lag_s), &k, a_first ? c : a, more);
    *out = fits ? stats_two_groups(c, y->visits, a, x->visits) : stats_two_groups(NULL, 0, NULL, 0);
    return fits;
}

/* All places, overlapping ones too: their shifts and variances. */
struct places {
    unsigned n;
    double shift[MOST_PLACES], s2[MOST_PLACES];
    double df, scale;
};

static void visit_places(const struct kept_floor *f, const struct floor_series *s, const struct between *b,
                         double lag_s, double whole_s, double *scratch, struct places *out)
{
    double room = watched_of(f) - whole_s;
    out->n = 0;
    for (unsigned i = 0; i < MOST_PLACES; i++) {
        struct stats_two two;
        if (!between_place(f, s, b, f->at_s[0] + room * i / MOST_PLACES, lag_s, scratch, &two))
            continue;
        out->shift[out->n] = two.shift;
        out->s2[out->n++] = two.own.df > 0 ? two.own.s2 : NAN;
        out->df = two.own.df;
        out->scale = two.scale;
    }
}

/* So that of further identical pairs 95 % would pass: of n values the k-th is above the next one in k / (n + 1). Places
 * that overlap count as four for each that shares no time with another (`apart`): so on noise with a memory of minutes
 * about 95 % of intervals hold, whether the floor fits the runs 3 times or 20. */
static double stretch_of(const struct places *p, struct stats_spread prior, unsigned apart)
{
    double t[MOST_PLACES];
    struct stats_spread post = prior;
    for (unsigned i = 0; i < p->n; i++) {
        struct stats_spread own = {p->s2[i], isnan(p->s2[i]) ? 0 : p->df};
        post = stats_spread_posterior(prior, own);
        t[i] = fabs(p->shift[i]) / sqrt(post.s2 * p->scale);
    }
    stats_sort(t, p->n);
    unsigned k = (unsigned)(0.95 * (1 + 0.25 / apart) * p->n);
    double stretch = t[k < p->n ? k : p->n - 1] / stats_t_quantile(0.975, post.df);
    return stretch > 1 ? stretch : 1;
}

static struct stats_spread prior_of(const struct places *p, unsigned apart)
{
    struct stats_spread prior = stats_spread_prior(p->s2, p->n, p->df);
    if (!(p->df > 0)) { /* one visit each: from the shifts themselves, whose mean is 0 */
        double sum = 0;
        for (unsigned i = 0; i < p->n; i++)
            sum += p->shift[i] * p->shift[i];
        prior = (struct stats_spread){sum / p->n / p->scale, apart};
    }
    if (prior.df > apart)
        prior.df = apart;
    return prior;
}

static double length_of(const struct between_side *s)
{
    return s->at_s[s->n - 1] - s->at_s[0];
}

/* How the runs are laid on the floor. */
struct layout {
    double lag_s, whole_s; /* lag_s below 0: B before A */
    double laid_s;
    unsigned places; /* that share no time */
};

static struct layout lay_out(const struct kept_floor *f, const struct between *b)
{
    double watched = watched_of(f), lag_s = b->lag_s, whole_s = b->longest_s;
    bool b_first = b->side[1].at_s[0] < 0;
    double first_s = length_of(&b->side[b_first]), second_s = length_of(&b->side[!b_first]);
    if (whole_s > watched / LEAST_PLACES) { /* as far apart as the floor allows, but not on each other */
        lag_s = fmax(first_s, watched / LEAST_PLACES - second_s);
        whole_s = lag_s + second_s;
    }
    /* A third of it is to fit three times in spite of rounding. */
    unsigned places = whole_s > 0 ? (unsigned)fmin(watched / whole_s * (1 + 1e-9), 1e6) : 0;
    return (struct layout){b_first ? -lag_s : lag_s, whole_s,
                           lag_s < b->lag_s ? lag_s : fmax(lag_s, watched / LEAST_PLACES), places};
}

/* Room for between_place: the visits of both sides, and the blocks of one. */
static double *scratch_for(const struct kept_floor *f, const struct between *b)
{
    return malloc((b->side[0].n + b->side[1].n + b->side[0].visits + b->side[1].visits + (size_t)f->n + 1) *
                  sizeof(double));
}

/* The difference of x between the two runs that is not exceeded in 95 % of the places; 0: not known. */
static double most_of(const struct kept_floor *f, double *x, const struct between *b, const struct layout *l,
                      struct places *places, double *scratch)
{
    const struct floor_series s = {.log = x};
    visit_places(f, &s, b, l->lag_s, l->whole_s, scratch, places);
    for (unsigned i = 0; i < places->n; i++)
        places->shift[i] = fabs(places->shift[i]);
    stats_sort(places->shift, places->n);
    return places->n ? places->shift[(unsigned)(0.95 * places->n)] : 0;
}

int between_foreign(const struct kept_floor *f, const struct between *b, double *most)
{
    *most = 0;
    if (!b->side[0].n || !b->side[1].n)
        return 0;
    const struct layout l = lay_out(f, b);
    CLEANUP_FREE double *scratch = scratch_for(f, b);
    CLEANUP_FREE struct places *places = malloc(sizeof *places);
    if (!scratch || !places)
        return -ENOMEM;
    if (l.places < LEAST_PLACES)
        return 0;
    *most = most_of(f, f->foreign, b, &l, places, scratch);
    return 0;
}

int between_ask(const struct kept_floor *f, const struct floor_series *s, const struct between *b,
                struct between_known *out)
{
    *out = (struct between_known){.stretch = 1, .inside = NAN, .why = "a run has no trial"};
    if (!b->side[0].n || !b->side[1].n)
        return 0;
    out->why = NULL;
    const struct layout l = lay_out(f, b);
    out->laid_s = l.laid_s;
    out->reach_s = BETWEEN_REACH * l.laid_s;
    out->places = l.places;
    if (l.places < LEAST_PLACES) {
        out->why = "the floor is too short for runs this long: record a longer one (verify --long)";
        return 0;
    }
    CLEANUP_FREE double *scratch = scratch_for(f, b);
    CLEANUP_FREE struct places *places = malloc(sizeof *places);
    if (!scratch || !places)
        return -ENOMEM;
    visit_places(f, s, b, l.lag_s, l.whole_s, scratch, places);
    if (places->n < MOST_PLACES / 10) {
        out->why = "the floor has too many holes";
        return 0;
    }
    out->prior = prior_of(places, out->places);
    if (!(out->prior.s2 > 0) || !isfinite(out->prior.s2)) {
        *out = (struct between_known){
            .stretch = 1, .inside = NAN, .why = "the floor's values do not vary, or not as rates do"};
        return 0;
    }
    out->stretch = stretch_of(places, out->prior, out->places);
    out->inside = floor_spread_of_logs(s->log, f->n, scratch);
    out->waited = s->waited ? most_of(f, s->waited, b, &l, places, scratch) : 0;
    return 0;
}

const char *between_family(const char *workload)
{
    const struct workload *w = workload_find(workload);
    return w ? w->family : workload;
}

static double width(const struct between_known *k)
{
    return k->prior.df > 0 ? k->stretch * sqrt(k->prior.s2) : -1;
}

int between_ask_cell(const struct kept_floor *f, const char *workload, const struct between *b,
                     struct between_known *out)
{
    const char *family = between_family(workload);
    bool found = false;
    *out = (struct between_known){.why = "the floor has no cell of this family of workloads", .inside = NAN};
    for (int same = 1; same >= 0 && !found; same--)
        for (unsigned i = 0; i < f->n_cells; i++) {
            const struct floor_series *s = &f->cells[i];
            struct between_known k;
            if (strcmp(same ? s->workload : s->family, same ? workload : family) != 0)
                continue;
            if (between_ask(f, s, b, &k))
                return -ENOMEM;
            if (!found || width(&k) > width(out))
                *out = k;
            found = true;
        }
    return 0;
}
