/* SPDX-License-Identifier: MIT */
/* Confidence sequences by betting, and when to stop; see sequence.h. */
#include "harness/stats/sequence.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "harness/stats/hodges_lehmann.h"
#include "harness/stats/order.h"
#include "harness/stats/verdict.h"

const char *const stats_stop_names[4] = {"go on", "precision reached", "verdict clear", "budget spent"};

enum {
    SHARES = 32, /* of the capital that are bet; more make no visible difference up to 10,000 pairs */
    CHUNK = 128, /* pairs between two logarithms: so many factors from 1/64 to 2 stay within a double's range */
    LEARN = 4    /* pairs before there is a spread */
};

void stats_sequence_init(struct stats_sequence *s, double *memory, unsigned room)
{
    *s = (struct stats_sequence){memory, memory + room, memory + 2 * (size_t)room, 0, room};
}

/* 1.4826 times the median absolute deviation from the median, going outwards from the middle. */
static double spread(const double *sorted, unsigned n)
{
    double middle = stats_median(sorted, n), last = 0, before = 0;
    unsigned above = n / 2, below = n / 2; /* next to look at: sorted[above], sorted[below - 1] */
    for (unsigned i = 0; i < n / 2 + 1; i++) {
        before = last;
        bool up = !below || (above < n && sorted[above] - middle <= middle - sorted[below - 1]);
        last = up ? sorted[above++] - middle : middle - sorted[--below];
    }
    return 1.4826 * (n % 2 ? last : (before + last) / 2);
}

int stats_sequence_add(struct stats_sequence *s, double log_ratio)
{
    if (s->n == s->room)
        return -ENOSPC;
    if (!isfinite(log_ratio))
        return -EDOM;
    s->x[s->n] = log_ratio;
    s->scale[s->n] = s->n < LEARN ? 0 : spread(s->sorted, s->n);
    unsigned low = 0, high = s->n;
    while (low < high) {
        unsigned middle = low + (high - low) / 2;
        if (s->sorted[middle] < log_ratio)
            low = middle + 1;
        else
            high = middle;
    }
    memmove(s->sorted + low + 1, s->sorted + low, (s->n - low) * sizeof *s->sorted);
    s->sorted[low] = log_ratio;
    s->n++;
    return 0;
}

static double share_of(int i)
{
    return (i + 0.5) / SHARES;
}

/* ln of the mean of exp(v). */
static double log_mean(const double *v)
{
    double most = v[0], sum = 0;
    for (int i = 1; i < SHARES; i++)
        most = v[i] > most ? v[i] : most;
    for (int i = 0; i < SHARES; i++)
        sum += exp(v[i] - most);
    return most + log(sum / SHARES);
}

/* Capital of the bets on signs: `won` of n. */
static double sign_capital(unsigned won, unsigned n)
{
    double v[SHARES];
    for (int i = 0; i < SHARES; i++)
        v[i] = won * log1p(share_of(i)) + (n - won) * log1p(-share_of(i));
    return log_mean(v);
}

/* Capital of the bets on "above t" (side 1) or "below t" (side -1). A tie counts as lost. */
static double symmetric_capital(const struct stats_sequence *s, double t, double side)
{
    double v[SHARES] = {0}, share[SHARES];
    for (int k = 0; k < SHARES; k++)
        share[k] = share_of(k);
    for (unsigned from = 0; from < s->n; from += CHUNK) {
        double product[SHARES];
        for (int k = 0; k < SHARES; k++)
            product[k] = 1;
        for (unsigned i = from; i < s->n && i < from + CHUNK; i++) {
            double d = side * (s->x[i] - t), h = s->scale[i] > 0 ? d / s->scale[i] : d > 0 ? 1 : -1;
            h = h > 1 ? 1 : h < -1 ? -1 : h;
            for (int k = 0; k < SHARES; k++)
                product[k] *= 1 + h * share[k];
        }
        for (int k = 0; k < SHARES; k++)
            v[k] += log(product[k]);
    }
    return log_mean(v);
}

double stats_sequence_evidence(const struct stats_sequence *s, enum stats_assumption a, double log_ratio)
{
    if (a == STATS_SYMMETRIC)
        return fmax(symmetric_capital(s, log_ratio, 1), symmetric_capital(s, log_ratio, -1));
    unsigned above = 0, below = 0;
    for (unsigned i = 0; i < s->n; i++) {
        above += s->x[i] > log_ratio;
        below += s->x[i] < log_ratio;
    }
    return sign_capital(above > below ? above : below, s->n);
}

/* The end on one side: the last centre found to be excluded, so that the interval is never too narrow by rounding. */
static double symmetric_end(const struct stats_sequence *s, double side, double needed)
{
    double widest = 0, near, far;
    for (unsigned i = 0; i < s->n; i++)
        widest = fmax(widest, s->scale[i]);
    near = side > 0 ? s->sorted[s->n - 1] : s->sorted[0]; /* there nothing is won */
    far = side > 0 ? s->sorted[0] : s->sorted[s->n - 1];
    far -= side * (widest + fabs(far) * 1e-12 + 1e-300); /* there all is won */
    for (int i = 0; i < 60; i++) {
        double middle = far + (near - far) / 2;
        *(symmetric_capital(s, middle, side) >= needed ? &far : &near) = middle;
    }
    return far;
}

bool stats_sequence_interval(const struct stats_sequence *s, enum stats_assumption a, double level,
                             struct stats_interval *out)
{
    double needed = log(2 / (1 - level));
    *out = (struct stats_interval){stats_median(s->sorted, s->n), NAN, NAN, NAN};
    if (a == STATS_SYMMETRIC && s->n) {
        struct stats_interval fixed;
        stats_hodges_lehmann(s->sorted, s->n, level, &fixed);
        out->estimate = fixed.estimate;
    }
    if (sign_capital(s->n, s->n) < needed)
        return false;
    out->level = level;
    if (a == STATS_SYMMETRIC) {
        out->lower = symmetric_end(s, 1, needed);
        out->upper = symmetric_end(s, -1, needed);
        return true;
    }
    unsigned low = 0,
             high = s->n / 2; /* how many lost signs still exclude a centre: at least `low`, below `high` + 1 */
    while (low < high) {
        unsigned middle = high - (high - low) / 2;
        if (sign_capital(s->n - middle, s->n) >= needed)
            low = middle;
        else
            high = middle - 1;
    }
    out->lower = s->sorted[low];
    out->upper = s->sorted[s->n - 1 - low];
    return true;
}

void stats_sequence_narrow(struct stats_interval *running, const struct stats_interval *now)
{
    running->estimate = now->estimate;
    running->level = isnan(now->level) ? running->level : now->level;
    running->lower = fmax(running->lower, now->lower);
    running->upper = fmin(running->upper, now->upper);
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
