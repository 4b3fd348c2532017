/* SPDX-License-Identifier: MIT */
/*
 * two-runs: identical runs at two times, laid on the recording of a kept floor wherever they fit, and compared as
 * `compare` does it, with everything that withholds or widens. How often are they called different? And how large must
 * a slow-down be so that it is found in 90 %, next to an oracle that knows how far such pairs lie apart and needs no
 * estimate? Where a floor is used it is one half of the recording, and the runs lie in the other.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/workload.h"
#include "harness/base/base.h"
#include "harness/insight/runs.h"
#include "harness/stats/order.h"
#include "harness/stats/quantile.h"
#include "harness/stats/rng.h"
#include "harness/verify/made_run.h"
#include "harness/verify/sample.h"
#include "harness/verify/verify.h"

enum { LEAST_KEPT = 10, REPLAYS = 250, REPLAYS_QUICK = 20, REPLAYS_LEAST = 1000, VISITS = 5 };

static const double GAP_LEAST_S = 2, GAP_MOST_S = 60, POWER = 0.9, SLOWER = 0.1, CALM = 0.04;

struct design {
    const char *name;
    unsigned visits;
    bool floor;
};
static const struct design designs[] = {
    {"visits", VISITS, false}, {"floor", 1, true}, {"visits and floor", VISITS, true}};

/* What became of the replays of one cell in one design. */
struct tally {
    unsigned n, wrong, withheld;
    double *shift, *lower, *upper; /* [REPLAYS] of those that were not withheld; ends NaN: no interval */
    double spread2;                /* sum of squares of the visits' spread */
    unsigned kept, unknown;        /* values; of them without an interval */
};

static void count(struct tally *t, const struct comparison *c)
{
    t->n++;
    t->wrong += c->verdict == VERDICT_FASTER || c->verdict == VERDICT_SLOWER;
    if (c->withheld) {
        t->withheld++;
        return;
    }
    t->unknown += isnan(c->ratio.lower) ? 1 : 0;
    t->shift[t->kept] = log(c->ratio.median);
    t->lower[t->kept] = log(c->ratio.lower);
    t->upper[t->kept++] = log(c->ratio.upper);
    t->spread2 += isnan(c->spread) ? 0 : c->spread * c->spread;
}

struct session {
    struct verify *v;
    const struct kept_floor *floor;
    const struct design *design;
    struct stats_rng rng;
    struct tally *cells;             /* [floor->n_cells]: each compared by itself */
    unsigned families, family_wrong; /* all cells at once: pairs of runs, and those with a wrong verdict in any */
};

static double uniform(struct stats_rng *rng, double low, double high)
{
    return low + (high - low) * (double)(stats_rng_next(rng) >> 11) / 9007199254740992.0;
}

/* One pair of runs of the series first … first + n - 1. 0, -EAGAIN: they do not fit there; -ENOMEM. */
static int replay(struct session *s, unsigned first, unsigned n, const struct made_part *in,
                  const struct made_part *known, struct err *e)
{
    const struct kept_floor *f = &in->f;
    struct made a, b;
    struct runs r = {0};
    double end_s, start_s = uniform(&s->rng, f->at_s[0], f->at_s[f->n - 1]);
    const struct runs_floor floor = {.kept = s->design->floor ? &known->f : NULL, .why = "none in this replay"};
    int rc = made_init(&a, f, first, n, s->design->visits);
    if (made_init(&b, f, first, n, s->design->visits))
        rc = -ENOMEM;
    if (!rc && (!made_lay(&a, f, first, start_s, &end_s) ||
                !made_lay(&b, f, first, end_s + uniform(&s->rng, GAP_LEAST_S, GAP_MOST_S), &end_s)))
        rc = -EAGAIN;
    if (!rc && runs_compare(&a.s, &b.s, a.plan.equiv, &floor, &r, e))
        rc = -ENOMEM;
    bool wrong = false;
    for (unsigned i = 0; !rc && i < r.n_matched; i++) {
        const struct comparison *c = &r.matched[i];
        wrong |= c->verdict == VERDICT_FASTER || c->verdict == VERDICT_SLOWER;
        if (n == 1)
            count(&s->cells[first], c);
    }
    if (!rc && n > 1) {
        s->families++;
        s->family_wrong += wrong;
    }
    runs_release(&r);
    made_release(&a);
    made_release(&b);
    return rc;
}

/* The first block of the second half of the time. */
static unsigned middle_of(const struct kept_floor *f)
{
    unsigned k = 0;
    while (k < f->n && f->at_s[k] < f->at_s[f->n - 1] / 2)
        k++;
    return k;
}

static int replays(struct session *s, unsigned n, struct err *e)
{
    const struct kept_floor *f = s->floor;
    CLEANUP_FREE struct made_part *parts = malloc(3 * sizeof *parts);
    if (!parts)
        return err_set(e, ENOMEM, "out of memory");
    unsigned middle = middle_of(f);
    made_part(f, 0, middle, &parts[0]);
    made_part(f, middle, f->n - middle, &parts[1]);
    made_part(f, 0, f->n, &parts[2]);
    for (unsigned i = 0, tries = 0; i < n && tries < 20 * n; tries++) {
        if (*s->v->stop)
            return -EINTR;
        unsigned half = (unsigned)stats_rng_below(&s->rng, 2);
        const struct made_part *in = s->design->floor ? &parts[half] : &parts[2];
        unsigned cell = i % f->n_cells;
        int rc = replay(s, cell, 1, in, &parts[1 - half], e);
        int all = !rc && i % 8 == 0 ? replay(s, 0, f->n_cells, in, &parts[1 - half], e) : 0;
        if (rc == -ENOMEM || all == -ENOMEM)
            return err_set(e, ENOMEM, "out of memory");
        i += rc ? 0 : 1;
    }
    return 0;
}

static void say_design(const struct session *s, char *buf, size_t n)
{
    const struct kept_floor *f = s->floor;
    snprintf(buf, n,
             "pairs of identical runs of %u blocks in %u visit%s %d s apart, %.0f to %.0f s between the two, laid on "
             "a recording of %.0f min (%.16sZ); judged %s",
             MADE_BLOCKS, s->design->visits, s->design->visits == 1 ? "" : "s",
             s->design->visits > 1 ? PLAN_PAUSE_S : 0, GAP_LEAST_S, GAP_MOST_S, f->at_s[f->n - 1] / 60, f->started,
             s->design->floor ? "by the half of it that they do not lie in" : "by their visits alone");
}

/* false: the recording is too short for such runs, and a row says so. */
static bool tell_wrong(struct session *s)
{
    unsigned n = 0, wrong = 0, withheld = 0, unknown = 0;
    for (unsigned i = 0; i < s->floor->n_cells; i++) {
        n += s->cells[i].n;
        wrong += s->cells[i].wrong;
        withheld += s->cells[i].withheld;
        unknown += s->cells[i].unknown;
    }
    struct bar_row r = {.bar = "two-runs", .least = -INFINITY, .most = 5}, all = r;
    char how[300];
    say_design(s, how, sizeof how);
    snprintf(r.name, sizeof r.name, "two-runs one cell by %s", s->design->name);
    snprintf(r.how, sizeof r.how, "%u %s: called faster or slower", n, how);
    if (!n) {
        row_exact(&r, NAN);
        r.unit = "%";
        snprintf(r.note, sizeof r.note,
                 "the recording is too short for such runs: contend verify --long records for an hour");
        verify_row(s->v, &r);
        return false;
    }
    row_share(&r, wrong, n);
    snprintf(r.note, sizeof r.note, "%.1f %% withheld for a load or a canary, %.1f %% without an interval",
             100. * withheld / n, 100. * unknown / n);
    verify_row(s->v, &r);
    snprintf(all.name, sizeof all.name, "two-runs all cells by %s", s->design->name);
    snprintf(all.how, sizeof all.how, "%u %s: any of %u cells called faster or slower", s->families, how,
             s->floor->n_cells);
    row_share(&all, s->family_wrong, s->families);
    verify_row(s->v, &all);
    return true;
}

/* The slow-down from which on such an interval (of ln ratio) makes "slower": its upper end below 1, and its lower end
 * below what counts as equivalent. */
static double needed(double lower, double upper, double equiv)
{
    if (isnan(lower) || isnan(upper))
        return INFINITY;
    return 1 - exp(-fmax(upper, lower + log1p(equiv)));
}

/* The smallest slow-down that is found in 90 %, by the program: *ours with its intervals at 95 and 99.9 %; and by an
 * oracle that knows the spread of `shift`. */
static double smallest(const struct tally *t, double equiv, double *scratch, struct stats_interval *ours,
                       struct stats_interval *sure)
{
    double square = 0;
    struct stats_interval oracle;
    for (unsigned i = 0; i < t->kept; i++)
        square += t->shift[i] * t->shift[i];
    double half = 1.96 * sqrt(square / t->kept);
    for (unsigned i = 0; i < t->kept; i++)
        scratch[i] = needed(t->shift[i] - half, t->shift[i] + half, equiv);
    stats_sort(scratch, t->kept);
    stats_quantile_interval(scratch, t->kept, POWER, 0.95, &oracle);
    for (unsigned i = 0; i < t->kept; i++)
        scratch[i] = needed(t->lower[i], t->upper[i], equiv);
    stats_sort(scratch, t->kept);
    stats_quantile_interval(scratch, t->kept, POWER, 0.95, ours);
    stats_quantile_interval(scratch, t->kept, POWER, SURE_LEVEL, sure);
    return oracle.estimate;
}

static void tell_smallest(struct session *s, double *scratch)
{
    unsigned calm = 0, found = 0;
    double equiv = sample_equiv();
    for (unsigned i = 0; i < s->floor->n_cells; i++) {
        const struct tally *t = &s->cells[i];
        double spread = t->kept ? sqrt(t->spread2 / t->kept) : (double)NAN;
        struct bar_row r = {.bar = "two-runs", .unit = "x", .least = -INFINITY, .most = 1.5};
        snprintf(r.name, sizeof r.name, "two-runs smallest %.12s by %s", s->floor->cells[i].workload, s->design->name);
        snprintf(r.how, sizeof r.how,
                 "the slow-down that is found in %.0f %% of %u such pairs of runs, over that of an oracle "
                 "that knows how far they lie apart",
                 100 * POWER, t->kept);
        row_exact(&r, NAN);
        struct stats_interval ours, sure;
        if (t->kept >= LEAST_KEPT) {
            double oracle = smallest(t, equiv, scratch, &ours, &sure);
            if (ours.estimate < 1 && oracle > 0)
                row_estimate(&r, &ours, &sure, 1 / oracle);
            snprintf(r.note, sizeof r.note, "a slow-down of %.3g %%, the oracle %.3g %%; visits spread by %.2g %%",
                     100 * ours.estimate, 100 * oracle, 100 * spread);
        } else {
            snprintf(r.note, sizeof r.note, "only %u pairs were not withheld for other load", t->kept);
        }
        verify_row(s->v, &r);
        for (unsigned k = 0; spread <= CALM && k < t->kept; k++, calm++)
            found += needed(t->lower[k], t->upper[k], equiv) <= SLOWER;
    }
    struct bar_row r = {.bar = "two-runs", .least = 90, .most = INFINITY};
    snprintf(r.name, sizeof r.name, "two-runs 10%% found by %s", s->design->name);
    snprintf(r.how, sizeof r.how,
             "a slow-down of 10 %% in such pairs of runs, of the cells whose visits spread by at most %.0f %%",
             100 * CALM);
    row_share(&r, found, calm);
    if (!calm) {
        row_exact(&r, NAN);
        snprintf(r.note, sizeof r.note, "here the visits of every cell spread by more");
    }
    verify_row(s->v, &r);
}

static int one_design(struct verify *v, const struct design *d, struct err *e)
{
    const struct kept_floor *f = v->floor;
    unsigned n = f->n_cells * (v->quick ? REPLAYS_QUICK : REPLAYS);
    if (!v->quick && n < REPLAYS_LEAST)
        n = REPLAYS_LEAST;
    CLEANUP_FREE struct tally *cells = calloc(f->n_cells, sizeof *cells);
    CLEANUP_FREE double *memory = malloc(((size_t)f->n_cells * 3 + 1) * n * sizeof *memory);
    if (!cells || !memory)
        return err_set(e, ENOMEM, "out of memory");
    for (unsigned i = 0; i < f->n_cells; i++) {
        cells[i].shift = memory + (size_t)(3 * i) * n;
        cells[i].lower = cells[i].shift + n;
        cells[i].upper = cells[i].lower + n;
    }
    struct session s = {.v = v, .floor = f, .design = d, .cells = cells};
    stats_rng_init(&s.rng, v->seed);
    verify_say(v, "two-runs: replaying runs by %s", d->name);
    int rc = replays(&s, n, e);
    if (rc)
        return rc;
    if (tell_wrong(&s) && d->visits > 1)
        tell_smallest(&s, memory + (size_t)f->n_cells * 3 * n);
    return 0;
}

static int run(struct verify *v, struct err *e)
{
    int rc = 0;
    if (!v->floor) {
        struct bar_row r = {.bar = "two-runs", .name = "two-runs", .unit = "%", .least = -INFINITY, .most = 5};
        row_exact(&r, NAN);
        snprintf(r.how, sizeof r.how, "replays of two identical runs on a recording of this machine");
        snprintf(r.note, sizeof r.note, "%.300s: contend verify --long records one, in an hour", v->floor_why);
        verify_row(v, &r);
        return 0;
    }
    for (unsigned i = 0; !rc && i < ARRAY_LEN(designs); i++)
        rc = one_design(v, &designs[i], e);
    return rc;
}

const struct bar bar_two_runs = {
    .name = "two-runs",
    .summary = "identical runs at two times, on a kept recording: how often called different, and what is found",
    .run = run,
};
