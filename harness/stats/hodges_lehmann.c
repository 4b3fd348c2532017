/* SPDX-License-Identifier: MIT */
/* Hodges-Lehmann estimates and their intervals, by counting; see hodges_lehmann.h. The tests are in rank_test.c. */
#include "harness/stats/hodges_lehmann.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "harness/stats/distribution.h"
#include "harness/stats/rank_distribution.h"

/* Two ascending samples and the function of a pair; with b NULL the pairs are those of a with itself, i <= j. */
struct pairs {
    const double *a, *b;
    unsigned n, m;
};

/* How many averages (b NULL) or differences are <= t. Both functions are monotone in each argument also after rounding,
 * so one pass with two fingers counts them. */
static uint64_t count_to(const struct pairs *p, double t)
{
    uint64_t count = 0;
    if (!p->b) {
        unsigned end = p->n; /* averages of a[i] with a[0 .. end-1] are <= t */
        for (unsigned i = 0; i < end; i++) {
            while (end > i && (p->a[i] + p->a[end - 1]) / 2 > t)
                end--;
            count += end - i;
        }
        return count;
    }
    unsigned from = 0; /* differences of a[i] with b[from .. m-1] are <= t */
    for (unsigned i = 0; i < p->n; i++) {
        while (from < p->m && p->a[i] - p->b[from] > t)
            from++;
        count += p->m - from;
    }
    return count;
}

/* Doubles as integers in the same order, and back: a negative one has its other bits turned over. */
static int64_t place_of(double v)
{
    int64_t bits;
    memcpy(&bits, &v, sizeof bits);
    return bits < 0 ? bits ^ INT64_MAX : bits;
}

static double at_place(int64_t place)
{
    double v;
    place = place < 0 ? place ^ INT64_MAX : place;
    memcpy(&v, &place, sizeof v);
    return v + 0.0; /* no -0 */
}

/* The k-th smallest, k from 1: the least double with count_to >= k, hence one of the values. */
static double kth(const struct pairs *p, uint64_t k)
{
    int64_t low = place_of(p->b ? p->a[0] - p->b[p->m - 1] : p->a[0]);
    int64_t high = place_of(p->b ? p->a[p->n - 1] - p->b[0] : p->a[p->n - 1]);
    while (low < high) {
        int64_t middle = low + (int64_t)(((uint64_t)high - (uint64_t)low) / 2);
        if (count_to(p, at_place(middle)) >= k)
            high = middle;
        else
            low = middle + 1;
    }
    return at_place(low);
}

static double middle_of(const struct pairs *p, uint64_t count)
{
    double upper = kth(p, count / 2 + 1);
    return count % 2 ? upper : (kth(p, count / 2) + upper) / 2;
}

/* Sets the interval from the k-th value of each end; false when there is no such k. */
static bool ends(const struct pairs *p, uint64_t count, uint64_t k, double level, struct stats_interval *out)
{
    if (!k) {
        out->lower = out->upper = out->level = NAN;
        return false;
    }
    out->lower = kth(p, k);
    out->upper = kth(p, count + 1 - k);
    out->level = level;
    return true;
}

/* The largest k with 2 P(S < k) <= 1 - level when S is nearly normal: P(S < k) ~ Phi((k - 1/2 - mean) / sd). */
static uint64_t normal_k(double mean, double sd, double level)
{
    double k = floor(mean + 0.5 + sd * stats_normal_quantile((1 - level) / 2));
    return k > 0 ? (uint64_t)k : 0;
}

/* The same from exact probabilities of S; *level becomes the coverage reached. */
static uint64_t exact_k(const double *probability, double *level)
{
    double below = 0, most = (1 - *level) / 2 * (1 + 1e-12); /* room for rounding when the two are equal */
    uint64_t k = 0;
    while (below + probability[k] <= most)
        below += probability[k++];
    *level = 1 - 2 * below;
    return k;
}

bool stats_hodges_lehmann(const double *sorted, unsigned n, double level, struct stats_interval *out)
{
    const struct pairs p = {.a = sorted, .n = n};
    uint64_t count = (uint64_t)n * (n + UINT64_C(1)) / 2, k;
    if (!n) {
        *out = (struct stats_interval){NAN, NAN, NAN, NAN};
        return false;
    }
    out->estimate = middle_of(&p, count);
    if (n <= STATS_EXACT_SIGNED_RANK) {
        unsigned ranks[STATS_EXACT_SIGNED_RANK];
        double probability[STATS_SIGNED_RANK_MOST + 1];
        for (unsigned i = 0; i < n; i++)
            ranks[i] = i + 1;
        stats_subset_sums(ranks, n, probability);
        k = exact_k(probability, &level);
    } else {
        k = normal_k((double)count / 2, sqrt((double)count * (2.0 * n + 1) / 12), level);
    }
    return ends(&p, count, k, level, out);
}

bool stats_shift(const double *a, unsigned n, const double *b, unsigned m, double level, struct stats_interval *out)
{
    const struct pairs p = {.a = a, .b = b, .n = n, .m = m};
    uint64_t count = (uint64_t)n * m, k;
    if (!count) {
        *out = (struct stats_interval){NAN, NAN, NAN, NAN};
        return false;
    }
    out->estimate = middle_of(&p, count);
    if (count <= STATS_EXACT_RANK_SUM) {
        double probability[STATS_EXACT_RANK_SUM + 1];
        stats_rank_sums(n, m, probability);
        k = exact_k(probability, &level);
    } else {
        k = normal_k((double)count / 2, sqrt((double)count * ((double)n + m + 1) / 12), level);
    }
    return ends(&p, count, k, level, out);
}
