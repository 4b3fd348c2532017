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

enum { REPLAYS = 250, REPLAYS_QUICK = 20, REPLAYS_LEAST = 1000, VISITS = 5 };

static const double POWER = 0.9, SLOWER = 0.1, CALM = 0.04;

struct design {
    const char *name;
    unsigned visits;
    bool floor;
    double gap_least_s, gap_most_s; /* between the two runs */
};
static const struct design designs[] = {{"visits", VISITS, false, 2, 60},
                                        {"visits, far", VISITS, false, 60, 300},
                                        {"floor", 1, true, 2, 60},
                                        {"visits and floor", VISITS, true, 2, 60}};

/* What became of the replays of one cell in one design. */
struct tally {
    unsigned n, wrong, widened, unknown; /* unknown: without an interval */
    double *shift, *lower, *upper;       /* [n]: ln of the ratio, and of its interval's ends; NaN: unknown */
    double spread2;                      /* sum of squares of the visits' spread, of those with an interval */
};

static void count(struct tally *t, const struct comparison *c)
{
    t->wrong += c->verdict == VERDICT_FASTER || c->verdict == VERDICT_SLOWER;
    t->widened += c->widened ? 1 : 0;
    t->unknown += isnan(c->ratio.lower) ? 1 : 0;
    t->shift[t->n] = log(c->ratio.median);
    t->lower[t->n] = log(c->ratio.lower);
    t->upper[t->n++] = log(c->ratio.upper);
    t->spread2 += isnan(c->spread) ? 0 : c->spread * c->spread;
}

struct session {
    struct verify *v;
    const struct kept_floor *floor;
    const struct design *design;
    struct stats_rng rng;
    struct tally *cells;             /* [floor->n_cells]: each compared by itself */
    unsigned families, family_wrong; /* all cells at once: pairs of runs, and those with a wrong verdict in any */
    double pairs_s;                  /* how long all pairs took together, from the first block to the last */
    unsigned pairs;
};

static double uniform(struct stats_rng *rng, double low, double high)
{
    return low + (high - low) * (double)(stats_rng_next(rng) >> 11) / 9007199254740992.0;
}

/* One pair of runs of the series first … first + n - 1. 0, -EAGAIN: they do not fit there; -ENOMEM. */
static int replay(struct session *s, unsigned first, unsigned n, const struct kept_floor *f,
                  const struct kept_floor *other, struct err *e)
{
    const struct design *d = s->design;
    struct made a, b;
    struct runs r = {0};
    double end_s, start_s = uniform(&s->rng, f->at_s[0], f->at_s[f->n - 1]);
    const struct runs_floor floor = {.kept = d->floor ? other : NULL, .why = "none in this replay"};
    int rc = made_init(&a, f, first, n, d->visits);
    if (made_init(&b, f, first, n, d->visits))
        rc = -ENOMEM;
    if (!rc && (!made_lay(&a, f, first, start_s, &end_s) ||
                !made_lay(&b, f, first, end_s + uniform(&s->rng, d->gap_least_s, d->gap_most_s), &end_s)))
        rc = -EAGAIN;
    if (!rc && runs_compare(&a.s, &b.s, a.plan.equiv, &floor, &r, e))
        rc = -ENOMEM;
    bool wrong = false, known = false;
    for (unsigned i = 0; !rc && i < r.n_matched; i++) {
        const struct comparison *c = &r.matched[i];
        wrong |= c->verdict == VERDICT_FASTER || c->verdict == VERDICT_SLOWER;
        known |= !isnan(c->ratio.lower);
        if (n == 1)
            count(&s->cells[first], c);
    }
    if (!rc && n > 1) {
        s->families += known;
        s->family_wrong += wrong;
    } else if (!rc) {
        s->pairs++;
        s->pairs_s += end_s - start_s;
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

static int replay_all(struct session *s, unsigned n, const struct kept_floor *half, struct err *e)
{
    const struct kept_floor *f = s->floor;
    for (unsigned i = 0, tries = 0; i < n && tries < 20 * n; tries++) {
        unsigned k = (unsigned)stats_rng_below(&s->rng, 2);
        const struct kept_floor *in = s->design->floor ? &half[k] : f;
        if (*s->v->stop)
            return -EINTR;
        int rc = replay(s, i % f->n_cells, 1, in, &half[1 - k], e);
        int all = !rc && f->n_cells > 1 && i % 8 == 0 ? replay(s, 0, f->n_cells, in, &half[1 - k], e) : 0;
        if (rc == -ENOMEM || all == -ENOMEM)
            return err_set(e, ENOMEM, "out of memory");
        i += rc ? 0 : 1;
    }
    return 0;
}

static int replays(struct session *s, unsigned n, struct err *e)
{
    struct kept_floor half[2];
    unsigned middle = middle_of(s->floor);
    int rc = made_part(s->floor, 0, middle, &half[0]);
    if (made_part(s->floor, middle, s->floor->n - middle, &half[1]))
        rc = -ENOMEM;
    rc = rc ? err_set(e, ENOMEM, "out of memory") : half[0].n && half[1].n ? replay_all(s, n, half, e) : 0;
    kept_floor_release(&half[0]);
    kept_floor_release(&half[1]);
    return rc;
}

/* k of n pairs of one cell, of `cells` in all. Pairs that share most of their time tell little more than one: so many
 * count as would fit on the recording overlapping by half, of each cell. */
static void share_of(const struct session *s, struct bar_row *r, unsigned k, unsigned n, unsigned cells)
{
    double fit = 2 * s->floor->at_s[s->floor->n - 1] * s->pairs / s->pairs_s * cells;
    unsigned count = fit < n ? (unsigned)fit : n;
    row_share(r, (unsigned)lround((double)k * count / n), count);
    r->measured = 100. * k / n;
}

static void say_design(const struct session *s, char *buf, size_t n)
{
    const struct kept_floor *f = s->floor;
    const struct design *d = s->design;
    char visits[48] = "one visit";
    if (d->visits > 1)
        snprintf(visits, sizeof visits, "%u visits %d s apart", d->visits, PLAN_PAUSE_S);
    snprintf(buf, n,
             "pairs of identical runs of %u blocks in %s, %.0f to %.0f s between the two, laid on "
             "a recording of %.0f min (%.16sZ); judged %s",
             MADE_BLOCKS, visits, d->gap_least_s, d->gap_most_s, f->at_s[f->n - 1] / 60, f->started,
             d->floor ? "by the half of it that they do not lie in" : "by their visits alone");
}

/* false: the recording is too short for such runs, and a row says so. */
static bool tell_wrong(struct session *s)
{
    unsigned n = 0, wrong = 0, widened = 0, unknown = 0;
    for (unsigned i = 0; i < s->floor->n_cells; i++) {
        n += s->cells[i].n;
        wrong += s->cells[i].wrong;
        widened += s->cells[i].widened;
        unknown += s->cells[i].unknown;
    }
    struct bar_row r = {.bar = "two-runs", .least = -INFINITY, .most = 5}, all = r;
    char how[300];
    say_design(s, how, sizeof how);
    snprintf(r.name, sizeof r.name, "two-runs one cell by %s", s->design->name);
    snprintf(r.how, sizeof r.how, "%u %s: called faster or slower", n > unknown ? n - unknown : n, how);
    if (n == unknown) {
        row_exact(&r, NAN);
        r.unit = "%";
        snprintf(r.note, sizeof r.note,
                 n ? "none of these pairs has an interval: the recording is too short for them, or does not vary"
                   : "the recording is too short for such runs: contend verify --long records for an hour");
        verify_row(s->v, &r);
        return false;
    }
    share_of(s, &r, wrong, n - unknown, s->floor->n_cells);
    snprintf(
        r.note, sizeof r.note,
        "%.1f %% widened for a load or a canary; another %.1f %% of the pairs have no interval, and are in no share",
        100. * widened / n, 100. * unknown / n);
    verify_row(s->v, &r);
    if (!s->families)
        return true;
    snprintf(all.name, sizeof all.name, "two-runs all cells by %s", s->design->name);
    snprintf(all.how, sizeof all.how, "%u %s: any of %u cells called faster or slower", s->families, how,
             s->floor->n_cells);
    share_of(s, &all, s->family_wrong, s->families, 1);
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
    for (unsigned i = 0; i < t->n; i++)
        square += t->shift[i] * t->shift[i];
    double half = 1.96 * sqrt(square / t->n);
    for (unsigned i = 0; i < t->n; i++)
        scratch[i] = needed(t->shift[i] - half, t->shift[i] + half, equiv);
    stats_sort(scratch, t->n);
    stats_quantile_interval(scratch, t->n, POWER, 0.95, &oracle);
    for (unsigned i = 0; i < t->n; i++)
        scratch[i] = needed(t->lower[i], t->upper[i], equiv);
    stats_sort(scratch, t->n);
    stats_quantile_interval(scratch, t->n, POWER, 0.95, ours);
    stats_quantile_interval(scratch, t->n, POWER, SURE_LEVEL, sure);
    return oracle.estimate;
}

static void tell_smallest(struct session *s, double *scratch)
{
    unsigned calm = 0, found = 0;
    double equiv = sample_equiv();
    for (unsigned i = 0; i < s->floor->n_cells; i++) {
        const struct tally *t = &s->cells[i];
        double spread = sqrt(t->spread2 / (t->n - t->unknown));
        if (!t->n)
            continue;
        struct bar_row r = {.bar = "two-runs", .unit = "x", .least = -INFINITY, .most = 1.5};
        snprintf(r.name, sizeof r.name, "two-runs smallest %.12s by %s", s->floor->cells[i].workload, s->design->name);
        snprintf(r.how, sizeof r.how,
                 "the slow-down that is found in %.0f %% of %u such pairs of runs, over that of an oracle "
                 "that knows how far they lie apart",
                 100 * POWER, t->n);
        row_exact(&r, NAN);
        struct stats_interval ours, sure;
        double oracle = smallest(t, equiv, scratch, &ours, &sure);
        if (ours.estimate < 1 && oracle > 0)
            row_estimate(&r, &ours, &sure, 1 / oracle);
        snprintf(r.note, sizeof r.note, "a slow-down of %.3g %%, the oracle %.3g %%; visits spread by %.2g %%",
                 100 * ours.estimate, 100 * oracle, 100 * spread);
        verify_row(s->v, &r);
        for (unsigned k = 0; spread <= CALM && k < t->n; k++, calm++)
            found += needed(t->lower[k], t->upper[k], equiv) <= SLOWER;
    }
    struct bar_row r = {.bar = "two-runs", .least = 90, .most = INFINITY};
    snprintf(r.name, sizeof r.name, "two-runs 10%% found by %s", s->design->name);
    snprintf(r.how, sizeof r.how,
             "a slow-down of 10 %% in such pairs of runs, of the cells whose visits spread by at most %.0f %%",
             100 * CALM);
    if (calm) {
        share_of(s, &r, found, calm, s->floor->n_cells);
    } else {
        row_exact(&r, NAN);
        r.unit = "%";
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
    unsigned each = n / f->n_cells + 1; /* they take turns */
    CLEANUP_FREE double *memory = malloc(((size_t)f->n_cells * 3 + 1) * each * sizeof *memory);
    if (!cells || !memory)
        return err_set(e, ENOMEM, "out of memory");
    for (unsigned i = 0; i < f->n_cells; i++) {
        cells[i].shift = memory + (size_t)3 * i * each;
        cells[i].lower = cells[i].shift + each;
        cells[i].upper = cells[i].lower + each;
    }
    struct session s = {.v = v, .floor = f, .design = d, .cells = cells};
    stats_rng_init(&s.rng, v->seed);
    verify_say(v, "two-runs: replaying runs by %s", d->name);
    int rc = replays(&s, n, e);
    if (rc)
        return rc;
    if (tell_wrong(&s) && d->visits > 1 && d->gap_least_s < 60)
        tell_smallest(&s, memory + (size_t)f->n_cells * 3 * each);
    return 0;
}

static int run(struct verify *v, struct err *e)
{
    int rc = 0;
    if (!v->floor || !v->floor->n_cells) {
        const char *why = v->floor ? "the floor has no cell" : v->floor_why;
        struct bar_row r = {.bar = "two-runs", .name = "two-runs", .unit = "%", .least = -INFINITY, .most = 5};
        row_exact(&r, NAN);
        snprintf(r.how, sizeof r.how, "replays of two identical runs on a recording of this machine");
        snprintf(r.note, sizeof r.note, "%.300s: contend verify --long records one, in an hour", why);
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
