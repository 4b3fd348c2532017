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
#include <unistd.h>

#include "bench/workload.h"
#include "harness/base/base.h"
#include "harness/insight/runs.h"
#include "harness/stats/order.h"
#include "harness/stats/rng.h"
#include "harness/verify/sample.h"
#include "harness/verify/verify.h"

enum { REPLAYS = 1000, REPLAYS_QUICK = 200, BLOCKS = 10, VISITS = 5 };

static const double GAP_LEAST_S = 2, GAP_MOST_S = 60, POWER = 0.9, SLOWER = 0.1, CALM = 0.04;

struct design {
    const char *name;
    unsigned visits;
    bool floor;
};
static const struct design designs[] = {
    {"visits", VISITS, false}, {"floor", 1, true}, {"visits and floor", VISITS, true}};

/* One run that never was: values of the floor at its times. */
struct made {
    struct plan plan;
    struct summary s;
    struct cell_summary *cells;
    double *memory;
};

static void made_release(struct made *m)
{
    free(m->plan.cells);
    free(m->cells);
    free(m->memory);
}

/* Of the series first … first + n - 1 of the floor. */
static int made_init(struct made *m, const struct kept_floor *f, unsigned first, unsigned n, unsigned visits)
{
    *m = (struct made){.plan = {.name = "replay", .blocks = BLOCKS, .visits = visits, .equiv = sample_equiv()}};
    m->plan.pause_ns = visits > 1 ? PLAN_PAUSE_S * NS_PER_S : 0;
    m->plan.n_cells = m->plan.n_runnable = n;
    m->plan.cells = calloc(n, sizeof *m->plan.cells);
    m->cells = calloc(n, sizeof *m->cells);
    m->memory = malloc((size_t)BLOCKS * (n + 4 + CANARIES) * sizeof *m->memory);
    if (!m->plan.cells || !m->cells || !m->memory)
        return -ENOMEM;
    for (unsigned i = 0; i < n; i++) {
        const struct floor_series *x = &f->cells[first + i];
        m->plan.cells[i] = (struct cell){.workload = x->workload,
                                         .model = x->model,
                                         .workers = 1,
                                         .concurrency = 1,
                                         .offered = 1,
                                         .order = "compact"};
        m->cells[i].status = TRIAL_OK;
        m->cells[i].trials = BLOCKS;
    }
    double *at = m->memory;
    m->s = (struct summary){.plan = &m->plan, .cells = m->cells, .complete = true, .look = {.blocks = BLOCKS}};
    m->s.cpus = (double)sysconf(_SC_NPROCESSORS_ONLN);
    double **const parts[] = {&m->s.spent_ns, &m->s.at_s, &m->s.foreign_ns, &m->s.watched_ns};
    for (unsigned i = 0; i < ARRAY_LEN(parts); i++, at += BLOCKS)
        *parts[i] = at;
    for (unsigned k = 0; k < CANARIES; k++, at += BLOCKS)
        m->s.canaries[k] = at;
    m->s.canary_ns = m->s.canaries[CANARY_CHAIN];
    m->s.throughput = at;
    return 0;
}

/* A part of a floor, which borrows all of it. */
struct part {
    struct kept_floor f;
    struct floor_series cells[64], canaries[CANARIES];
};

static void part_of(const struct kept_floor *f, unsigned first, unsigned n, struct part *out)
{
    out->f = *f;
    out->f.n = n;
    out->f.at_s = f->at_s + first;
    out->f.foreign = f->foreign + first;
    out->f.cells = out->cells;
    out->f.canaries = out->canaries;
    out->f.n_cells = f->n_cells < ARRAY_LEN(out->cells) ? f->n_cells : ARRAY_LEN(out->cells);
    out->f.n_canaries = f->n_canaries < CANARIES ? f->n_canaries : CANARIES;
    for (unsigned i = 0; i < out->f.n_cells; i++) {
        out->cells[i] = f->cells[i];
        out->cells[i].log += first;
    }
    for (unsigned i = 0; i < out->f.n_canaries; i++) {
        out->canaries[i] = f->canaries[i];
        out->canaries[i].log += first;
    }
}

static void copy_block(struct made *m, unsigned b, const struct kept_floor *f, unsigned first, unsigned k)
{
    m->s.spent_ns[b] = m->s.watched_ns[b] = 1e9;
    m->s.at_s[b] = f->at_s[k];
    m->s.foreign_ns[b] = isnan(f->foreign[k]) ? 0 : 1e9 * f->foreign[k];
    for (unsigned i = 0; i < m->plan.n_cells; i++)
        m->s.throughput[(size_t)i * BLOCKS + b] = exp(f->cells[first + i].log[k]);
    for (unsigned i = 0; i < CANARIES; i++)
        m->s.canaries[i][b] = NAN;
    for (unsigned i = 0; i < f->n_canaries; i++)
        for (unsigned kind = 0; kind < CANARIES; kind++)
            if (strcmp(f->canaries[i].id, canary_kinds[kind].name) == 0)
                m->s.canaries[kind][b] = exp(f->canaries[i].log[k]);
}

/* Lays the run on the blocks of the floor from the first at or after start_s on, its pauses included; *end_s: its end.
 * false: the recording ends before. */
static bool lay(struct made *m, const struct kept_floor *f, unsigned first, double start_s, double *end_s)
{
    double pause_s = (double)m->plan.pause_ns / 1e9;
    unsigned k = 0;
    while (k < f->n && f->at_s[k] < start_s)
        k++;
    for (unsigned b = 0; b < BLOCKS; b++, k++) {
        if (b && plan_visit_of(&m->plan, b) != plan_visit_of(&m->plan, b - 1)) {
            double from_s = k < f->n ? f->at_s[k] + pause_s : INFINITY; /* the block before has ended there */
            while (k < f->n && f->at_s[k] < from_s)
                k++;
        }
        if (k + 1 >= f->n)
            return false;
        copy_block(m, b, f, first, k);
        *end_s = f->at_s[k + 1];
    }
    return true;
}

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
static int replay(struct session *s, unsigned first, unsigned n, const struct part *in, const struct part *known,
                  struct err *e)
{
    const struct kept_floor *f = &in->f;
    struct made a, b;
    struct runs r = {0};
    double end_s, start_s = uniform(&s->rng, f->at_s[0], f->at_s[f->n - 1]);
    const struct runs_floor floor = {.kept = s->design->floor ? &known->f : NULL, .why = "none in this replay"};
    int rc = made_init(&a, f, first, n, s->design->visits);
    if (made_init(&b, f, first, n, s->design->visits))
        rc = -ENOMEM;
    if (!rc && (!lay(&a, f, first, start_s, &end_s) ||
                !lay(&b, f, first, end_s + uniform(&s->rng, GAP_LEAST_S, GAP_MOST_S), &end_s)))
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
    CLEANUP_FREE struct part *parts = malloc(3 * sizeof *parts);
    if (!parts)
        return err_set(e, ENOMEM, "out of memory");
    unsigned middle = middle_of(f);
    part_of(f, 0, middle, &parts[0]);
    part_of(f, middle, f->n - middle, &parts[1]);
    part_of(f, 0, f->n, &parts[2]);
    for (unsigned i = 0, tries = 0; i < n && tries < 20 * n; tries++) {
        if (*s->v->stop)
            return -EINTR;
        unsigned half = (unsigned)stats_rng_below(&s->rng, 2);
        const struct part *in = s->design->floor ? &parts[half] : &parts[2];
        unsigned cell = i % f->n_cells;
        int rc = replay(s, cell, 1, in, &parts[1 - half], e);
        if (!rc && i % 4 == 0)
            rc = replay(s, 0, f->n_cells, in, &parts[1 - half], e);
        if (rc == -ENOMEM)
            return err_set(e, ENOMEM, "out of memory");
        i += !rc;
    }
    return 0;
}

static void say_design(const struct session *s, char *buf, size_t n)
{
    const struct kept_floor *f = s->floor;
    snprintf(buf, n,
             "pairs of identical runs of %u blocks in %u visit%s %d s apart, %.0f to %.0f s between the two, laid on "
             "a recording of %.0f min (%.16sZ); judged %s",
             BLOCKS, s->design->visits, s->design->visits == 1 ? "" : "s", s->design->visits > 1 ? PLAN_PAUSE_S : 0,
             GAP_LEAST_S, GAP_MOST_S, f->at_s[f->n - 1] / 60, f->started,
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

static double quantile_of(double *x, unsigned n, double q)
{
    stats_sort(x, n);
    return x[(unsigned)ceil(q * n) - 1];
}

/* The smallest slow-downs that are found in 90 %: by the program, and by an oracle that knows the spread of `shift`. */
static void smallest(const struct tally *t, double equiv, double *scratch, double *ours, double *oracle)
{
    double square = 0;
    for (unsigned i = 0; i < t->kept; i++)
        square += t->shift[i] * t->shift[i];
    double half = 1.96 * sqrt(square / t->kept);
    for (unsigned i = 0; i < t->kept; i++)
        scratch[i] = needed(t->lower[i], t->upper[i], equiv);
    *ours = quantile_of(scratch, t->kept, POWER);
    for (unsigned i = 0; i < t->kept; i++)
        scratch[i] = needed(t->shift[i] - half, t->shift[i] + half, equiv);
    *oracle = quantile_of(scratch, t->kept, POWER);
}

static void tell_smallest(struct session *s, double *scratch)
{
    unsigned calm = 0, found = 0;
    double equiv = sample_equiv();
    for (unsigned i = 0; i < s->floor->n_cells; i++) {
        const struct tally *t = &s->cells[i];
        double ours = NAN, oracle = NAN, spread = t->kept ? sqrt(t->spread2 / t->kept) : (double)NAN;
        struct bar_row r = {.bar = "two-runs", .unit = "x", .least = -INFINITY, .most = 1.5};
        snprintf(r.name, sizeof r.name, "two-runs smallest %.12s by %s", s->floor->cells[i].workload, s->design->name);
        snprintf(r.how, sizeof r.how,
                 "the slow-down that is found in %.0f %% of %u such pairs of runs, over that of an oracle "
                 "that knows how far they lie apart",
                 100 * POWER, t->kept);
        row_exact(&r, NAN);
        if (t->kept >= 20) {
            smallest(t, equiv, scratch, &ours, &oracle);
            row_exact(&r, ours < 1 && oracle > 0 ? ours / oracle : (double)NAN);
            snprintf(r.note, sizeof r.note, "a slow-down of %.3g %%, the oracle %.3g %%; visits spread by %.2g %%",
                     100 * ours, 100 * oracle, 100 * spread);
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
    unsigned n = v->quick ? REPLAYS_QUICK : REPLAYS;
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
