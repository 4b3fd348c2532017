/* SPDX-License-Identifier: MIT */
/* The hierarchical bootstrap; see bootstrap.h. */
#include "harness/stats/bootstrap.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "harness/base/base.h"
#include "harness/stats/moments.h"
#include "harness/stats/order.h"
#include "harness/stats/rng.h"

/* One set of trials. */
struct side {
    const struct stats_groups *g;
    size_t *start; /* where each trial's values begin */
    double *means; /* of the trials: those of the data first, then of one resample after the other */
};

/* What is estimated: the mean of a, or (b.g set) the logarithm of mean(a) / mean(b). */
struct problem {
    struct side a, b;
    bool paired;
};

struct answer {
    double estimate;
    double error; /* standard error: each trial's influence on the estimate, squared, summed (delta method) */
};

static void add_influences(const double *a, double a_scale, const double *b, double b_scale, unsigned n,
                           struct answer *out)
{
    double centre = stats_mean(a, n) / a_scale - (b ? 1 : 0);
    for (unsigned i = 0; i < n; i++) {
        double d = (a[i] / a_scale - (b ? b[i] / b_scale : 0) - centre) / n;
        out->error += d * d;
    }
}

static struct answer answer_of(const struct problem *p)
{
    unsigned n = p->a.g->n;
    double a = stats_mean(p->a.means, n), b;
    struct answer out = {.estimate = a};
    if (!p->b.g) {
        add_influences(p->a.means, 1, NULL, 0, n, &out);
    } else {
        b = stats_mean(p->b.means, p->b.g->n);
        out.estimate = log(a / b);
        add_influences(p->a.means, a, p->paired ? p->b.means : NULL, b, n, &out);
        if (!p->paired)
            add_influences(p->b.means, -b, NULL, 0, p->b.g->n, &out);
    }
    out.error = sqrt(out.error);
    return out;
}

static double resampled_mean(const struct side *s, unsigned trial, struct stats_rng *r)
{
    double sum = 0;
    unsigned len = s->g->len[trial];
    for (unsigned i = 0; i < len; i++)
        sum += s->g->x[s->start[trial] + stats_rng_below(r, len)];
    return sum / len;
}

static struct answer resample(const struct problem *p, struct stats_rng *r)
{
    for (unsigned i = 0; i < p->a.g->n; i++) {
        unsigned trial = stats_rng_below(r, p->a.g->n);
        p->a.means[i] = resampled_mean(&p->a, trial, r);
        if (p->paired)
            p->b.means[i] = resampled_mean(&p->b, trial, r);
    }
    for (unsigned i = 0; p->b.g && !p->paired && i < p->b.g->n; i++)
        p->b.means[i] = resampled_mean(&p->b, stats_rng_below(r, p->b.g->n), r);
    return answer_of(p);
}

/* The q-quantile of n sorted resamples: the (n + 1) q-th (Davison and Hinkley, 2.4), interpolated. */
static double resample_quantile(const double *sorted, unsigned n, double q)
{
    double place = (n + 1.0) * q, whole = floor(place);
    if (place <= 1 || place >= n)
        return sorted[place <= 1 ? 0 : n - 1];
    double below = sorted[(unsigned)whole - 1];
    return below + (place - whole) * (sorted[(unsigned)whole] - below);
}

static void bootstrap(const struct problem *p, const struct stats_bootstrap *how, double *room,
                      struct stats_interval *out)
{
    struct stats_rng r;
    struct answer data = answer_of(p);
    stats_rng_init(&r, how->seed);
    for (unsigned i = 0; i < how->resamples;) {
        struct answer a = resample(p, &r);
        if (how->method == STATS_STUDENTISED && !(a.error > 0))
            continue; /* one trial drawn again and again has no spread: drawn anew */
        room[i++] = how->method == STATS_STUDENTISED ? (a.estimate - data.estimate) / a.error : a.estimate;
    }
    stats_sort(room, how->resamples);
    double side = (1 - how->level) / 2;
    double low = resample_quantile(room, how->resamples, side);
    double high = resample_quantile(room, how->resamples, 1 - side);
    bool studentised = how->method == STATS_STUDENTISED;
    out->lower = studentised ? data.estimate - data.error * high : low;
    out->upper = studentised ? data.estimate - data.error * low : high;
}

static void set_side(struct side *s, size_t **start, double **means)
{
    size_t at = 0;
    s->start = *start;
    s->means = *means;
    for (unsigned i = 0; s->g && i < s->g->n; i++) {
        s->start[i] = at;
        s->means[i] = stats_mean(s->g->x + at, s->g->len[i]);
        at += s->g->len[i];
    }
    *start += s->g ? s->g->n : 0;
    *means += s->g ? s->g->n : 0;
}

static bool all_positive(const struct stats_groups *g)
{
    const double *x = g->x;
    for (unsigned i = 0; i < g->n; x += g->len[i++])
        for (unsigned j = 0; j < g->len[i]; j++)
            if (!(x[j] > 0))
                return false;
    return true;
}

static int solve(struct problem *p, const struct stats_bootstrap *how, struct stats_interval *out)
{
    size_t trials = (size_t)p->a.g->n + (p->b.g ? p->b.g->n : 0);
    CLEANUP_FREE double *room = malloc((how->resamples + trials) * sizeof *room);
    CLEANUP_FREE size_t *starts = malloc((trials + 1) * sizeof *starts);
    *out = (struct stats_interval){NAN, NAN, NAN, NAN};
    if (!room || !starts)
        return -ENOMEM;
    double *means = room + how->resamples;
    size_t *start = starts;
    set_side(&p->a, &start, &means);
    set_side(&p->b, &start, &means);
    struct answer data = answer_of(p);
    out->estimate = data.estimate;
    if (p->a.g->n < STATS_LEAST_N || (p->b.g && p->b.g->n < STATS_LEAST_N))
        return -ENODATA;
    if (!(data.error > 0) || (p->b.g && !(all_positive(p->a.g) && all_positive(p->b.g))))
        return -EDOM;
    bootstrap(p, how, room, out);
    out->level = how->level;
    return 0;
}

int stats_bootstrap_mean(const struct stats_groups *g, const struct stats_bootstrap *how, struct stats_interval *out)
{
    struct problem p = {.a.g = g};
    return solve(&p, how, out);
}

static int ratio(struct problem *p, const struct stats_bootstrap *how, struct stats_interval *out)
{
    int rc = solve(p, how, out);
    out->estimate = exp(out->estimate);
    out->lower = exp(out->lower);
    out->upper = exp(out->upper);
    return rc;
}

int stats_bootstrap_paired_ratio(const struct stats_groups *a, const struct stats_groups *b,
                                 const struct stats_bootstrap *how, struct stats_interval *out)
{
    struct problem p = {.a.g = a, .b.g = b, .paired = true};
    return ratio(&p, how, out);
}

int stats_bootstrap_ratio(const struct stats_groups *a, const struct stats_groups *b, const struct stats_bootstrap *how,
                          struct stats_interval *out)
{
    struct problem p = {.a.g = a, .b.g = b};
    return ratio(&p, how, out);
}
