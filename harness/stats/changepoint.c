/* SPDX-License-Identifier: MIT */
/* PELT on normal scores, and what its segments say; see changepoint.h. */
#include "harness/stats/changepoint.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/stats/distribution.h"
#include "harness/stats/order.h"

const char *const stats_course_names[4] = {"flat", "warm-up", "slow-down", "no steady state"};

/* Slices with equal values (a coarse clock) have equal scores, and a chance run of them would be infinitely likely. */
static const double least_variance = 0.05;

struct pelt {
    double *sum, *squares;       /* of the scores before a slice; n + 1 */
    double *best;                /* least cost of the slices before one; n + 1 */
    unsigned *last;              /* where the last segment of that optimum starts; n + 1 */
    unsigned *start, *dead_from; /* candidates for the start of a last segment, and the end from which each can't win */
};

double stats_change_penalty(unsigned n)
{
    return 5 * log(n);
}

static double cost(const struct pelt *p, unsigned from, unsigned to)
{
    double n = to - from, sum = p->sum[to] - p->sum[from];
    double variance = (p->squares[to] - p->squares[from] - sum * sum / n) / n;
    double v = variance > least_variance ? variance : least_variance;
    return n * (log(v) + variance / v);
}

/* Prefix sums of the normal scores: the normal quantile of (rank - 1/2) / n, of the mean rank for ties. */
static void scores(const double *x, unsigned n, double *sorted, const struct pelt *p)
{
    memcpy(sorted, x, n * sizeof *x);
    stats_sort(sorted, n);
    double *score = p->best; /* not in use yet: the score of each place of `sorted` */
    for (unsigned i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n && sorted[end] == sorted[i];)
            end++;
        for (unsigned j = i; j < end; j++)
            score[j] = stats_normal_quantile(((double)i + end) / 2 / n);
    }
    p->sum[0] = p->squares[0] = 0;
    for (unsigned i = 0; i < n; i++) {
        unsigned low = 0, high = n - 1; /* the first place of x[i] in `sorted` */
        while (low < high) {
            unsigned middle = low + (high - low) / 2;
            if (sorted[middle] < x[i])
                low = middle + 1;
            else
                high = middle;
        }
        p->sum[i + 1] = p->sum[i] + score[low];
        p->squares[i + 1] = p->squares[i] + score[low] * score[low];
    }
}

/* Fills in best and last. A candidate that costs more than the optimum so far, even without a penalty, can win no more
 * once a segment fits in between (Killick et al., 3.1; the cost of a whole is at least that of its parts). */
static void search(const struct pelt *p, unsigned n, double penalty)
{
    unsigned candidates = 0;
    p->best[0] = -penalty;
    for (unsigned to = STATS_LEAST_SEGMENT; to <= n; to++) {
        unsigned newest = to - STATS_LEAST_SEGMENT, kept = 0;
        if (!newest || newest >= STATS_LEAST_SEGMENT) {
            p->start[candidates] = newest;
            p->dead_from[candidates++] = n + 1;
        }
        p->best[to] = INFINITY;
        for (unsigned i = 0; i < candidates; i++) {
            double total = p->best[p->start[i]] + cost(p, p->start[i], to) + penalty;
            if (total < p->best[to]) {
                p->best[to] = total;
                p->last[to] = p->start[i];
            }
        }
        for (unsigned i = 0; i < candidates; i++) {
            if (p->best[p->start[i]] + cost(p, p->start[i], to) >= p->best[to] && p->dead_from[i] > n)
                p->dead_from[i] = to + STATS_LEAST_SEGMENT;
            if (p->dead_from[i] > to + 1) {
                p->start[kept] = p->start[i];
                p->dead_from[kept++] = p->dead_from[i];
            }
        }
        candidates = kept;
    }
}

int stats_changepoints(const double *x, unsigned n, double penalty, unsigned *at)
{
    if (n < 2 * STATS_LEAST_SEGMENT)
        return 0;
    size_t room = (size_t)n + 1;
    CLEANUP_FREE double *numbers = malloc(4 * room * sizeof *numbers);
    CLEANUP_FREE unsigned *places = malloc(3 * room * sizeof *places);
    if (!numbers || !places)
        return -ENOMEM;
    const struct pelt p = {numbers, numbers + room, numbers + 2 * room, places, places + room, places + 2 * room};
    scores(x, n, numbers + 3 * room, &p);
    search(&p, n, penalty);
    int changes = 0;
    for (unsigned to = p.last[n]; to; to = p.last[to])
        changes++;
    for (unsigned to = p.last[n], i = (unsigned)changes; to; to = p.last[to])
        at[--i] = to;
    return changes;
}

static double median_between(const double *x, unsigned from, unsigned to, double *scratch)
{
    memcpy(scratch, x + from, (to - from) * sizeof *x);
    stats_sort(scratch, to - from);
    return stats_median(scratch, to - from);
}

int stats_course(const double *x, unsigned n, const unsigned *at, unsigned changes, double tolerance, double *scratch,
                 enum stats_course *course, unsigned *steady_from)
{
    if (n < STATS_LEAST_SLICES)
        return -ENODATA;
    unsigned from = changes ? at[changes - 1] : 0;
    double steady = median_between(x, from, n, scratch), room = tolerance * fabs(steady);
    bool quicker = false, differs = false;
    for (unsigned i = changes; i-- > 0;) {
        unsigned begin = i ? at[i - 1] : 0;
        double d = median_between(x, begin, at[i], scratch) - steady;
        differs |= fabs(d) > room;
        quicker |= d < -room;
        if (!differs)
            from = begin;
    }
    bool is_steady = n - from >= n / 4;
    *steady_from = is_steady ? from : n;
    *course = !is_steady ? STATS_UNSTEADY : !differs ? STATS_FLAT : quicker ? STATS_SLOW_DOWN : STATS_WARM_UP;
    return 0;
}
