/* SPDX-License-Identifier: MIT */
/* The split of variance between and within trials; see variance.h. */
#include "harness/stats/variance.h"

#include <math.h>

#include "harness/stats/moments.h"

bool stats_variance_split(const struct stats_groups *g, struct stats_variance *out)
{
    double total = 0, len_squares = 0, sum = 0, sum_of_means = 0, inside = 0, outside = 0;
    const double *x = g->x;
    *out = (struct stats_variance){NAN, NAN, NAN, NAN, NAN, NAN, NAN};
    for (unsigned i = 0; i < g->n; x += g->len[i++]) {
        double mean = stats_mean(x, g->len[i]);
        sum_of_means += mean;
        sum += mean * g->len[i];
        total += g->len[i];
        len_squares += (double)g->len[i] * g->len[i];
        inside += stats_squares_around(x, g->len[i], mean);
    }
    out->mean = g->n ? sum_of_means / g->n : NAN;
    if (g->n < 2 || total <= g->n)
        return false;
    x = g->x;
    for (unsigned i = 0; i < g->n; x += g->len[i++]) {
        double d = stats_mean(x, g->len[i]) - sum / total;
        outside += g->len[i] * d * d;
    }
    out->typical_len = (total - len_squares / total) / (g->n - 1);
    out->within = inside / (total - g->n);
    out->between = (outside / (g->n - 1) - out->within) / out->typical_len;
    double between = out->between > 0 ? out->between : 0, inner = out->within / out->typical_len;
    if (between + inner > 0) {
        out->between_share = between / (between + out->within);
        out->within_share = 1 - out->between_share;
        out->mean_share = between / (between + inner);
    }
    return true;
}

unsigned stats_best_len(const struct stats_variance *v, double start_cost, double value_cost, unsigned most)
{
    if (!(v->between > 0))
        return most;
    double best = ceil(sqrt(start_cost / value_cost * v->within / v->between));
    return best < 1 ? 1 : best > most ? most : (unsigned)best;
}
