/* SPDX-License-Identifier: MIT */
/* PELT on normal scores, and what its segments say; see changepoint.h. */
#include "harness/stats/changepoint.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/stats/distribution.h"
#include "harness/stats/order.h"
#include "harness/stats/rng.h"

const char *const stats_course_names[4] = {"flat", "warm-up", "slow-down", "no steady state"};

/* A few slices of nearly equal rank would else be a segment of nearly infinite likelihood. */
static const double least_variance = 0.05;

struct pelt {
    double *sum, *squares;       /* of the scores before a slice; n + 1 */
    double *best;                /* least cost of the slices before one; n + 1 */
    unsigned *last;              /* where the last segment of that optimum starts; n + 1 */
    unsigned *start, *dead_from; /* candidates for the start of a last segment, and the end from which each can't win */
};

double stats_change_penalty(unsigned n)
{
    return 10 + 1.5 * log(n);
}

static double cost(const struct pelt *p, unsigned from, unsigned to)
{
    double n = to - from, sum = p->sum[to] - p->sum[from];
    double variance = (p->squares[to] - p->squares[from] - sum * sum / n) / n;
    double v = variance > least_variance ? variance : least_variance;
    return n * (log(v) + variance / v);
}

/* A slice on its way to its rank. */
struct ranked {
    double x;
    uint64_t tie;
    unsigned at;
};

static int ascending(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    if (x->x != y->x)
        return x->x < y->x ? -1 : 1;
    return x->tie < y->tie ? -1 : x->tie > y->tie;
}

/* Prefix sums of the normal scores: the normal quantile of (rank - 1/2) / n. Equal slices are ranked by lot: then all
 * orders of ranks are equally likely whenever all orders of slices are, however coarse the clock. The lot's seed comes
 * from the slices, so that the same series always gets the same answer. false: all equal. */
static bool scores(const double *x, unsigned n, struct ranked *by_rank, const struct pelt *p)
{
    struct stats_rng lot;
    uint64_t seed = n, bits;
    for (unsigned i = 0; i < n; i++) {
        memcpy(&bits, &x[i], sizeof bits);
        seed = (seed ^ bits) * UINT64_C(0x9e3779b97f4a7c15);
        seed ^= seed >> 32;
    }
    stats_rng_init(&lot, seed);
    for (unsigned i = 0; i < n; i++)
        by_rank[i] = (struct ranked){x[i], stats_rng_next(&lot), i};
    qsort(by_rank, n, sizeof *by_rank, ascending);
    if (by_rank[0].x == by_rank[n - 1].x)
        return false;
    double *score = p->best; /* not in use yet */
    for (unsigned i = 0; i < n; i++)
        score[by_rank[i].at] = stats_normal_quantile((i + 0.5) / n);
    p->sum[0] = p->squares[0] = 0;
    for (unsigned i = 0; i < n; i++) {
        p->sum[i + 1] = p->sum[i] + score[i];
        p->squares[i + 1] = p->squares[i] + score[i] * score[i];
    }
    return true;
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
    CLEANUP_FREE double *numbers = malloc(3 * room * sizeof *numbers);
    CLEANUP_FREE unsigned *places = malloc(3 * room * sizeof *places);
    CLEANUP_FREE struct ranked *by_rank = malloc(n * sizeof *by_rank);
    if (!numbers || !places || !by_rank)
        return -ENOMEM;
    const struct pelt p = {numbers, numbers + room, numbers + 2 * room, places, places + room, places + 2 * room};
    if (!scores(x, n, by_rank, &p))
        return 0;
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
