/* SPDX-License-Identifier: MIT */
/* The Hodges-Lehmann estimate and its interval, by counting; see hodges_lehmann.h. */
#include "harness/stats/hodges_lehmann.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "harness/stats/distribution.h"

/* How many averages of two of the n ascending values, i <= j, are <= t. An average is monotone in both, also after
 * rounding, so one pass with two fingers counts them. */
static uint64_t count_to(const double *x, unsigned n, double t)
{
    uint64_t count = 0;
    unsigned end = n; /* averages of x[i] with x[0 .. end-1] are <= t */
    for (unsigned i = 0; i < end; i++) {
        while (end > i && (x[i] + x[end - 1]) / 2 > t)
            end--;
        count += end - i;
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

/* The k-th smallest, k from 1: the least double with count_to >= k, hence one of the averages. */
static double kth(const double *x, unsigned n, uint64_t k)
{
    int64_t low = place_of(x[0]), high = place_of(x[n - 1]);
    while (low < high) {
        int64_t middle = low + (int64_t)(((uint64_t)high - (uint64_t)low) / 2);
        if (count_to(x, n, at_place(middle)) >= k)
            high = middle;
        else
            low = middle + 1;
    }
    return at_place(low);
}

/* The distribution of the signed-rank statistic of n values: probability[s] for s from 0 to n (n + 1) / 2. It is the
 * sum of a random subset of the ranks 1 … n, each taken with probability 1/2. */
static void signed_rank_sums(unsigned n, double *probability)
{
    unsigned most = 0;
    probability[0] = 1;
    for (unsigned rank = 1; rank <= n; rank++) {
        memset(probability + most + 1, 0, rank * sizeof *probability);
        most += rank;
        for (unsigned s = most + 1; s-- > rank;)
            probability[s] = (probability[s] + probability[s - rank]) / 2;
        for (unsigned s = 0; s < rank; s++)
            probability[s] /= 2;
    }
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
    uint64_t count = (uint64_t)n * (n + UINT64_C(1)) / 2, k;
    *out = (struct stats_interval){NAN, NAN, NAN, NAN};
    if (!n)
        return false;
    double upper = kth(sorted, n, count / 2 + 1);
    out->estimate = count % 2 ? upper : (kth(sorted, n, count / 2) + upper) / 2;
    if (n <= STATS_EXACT_SIGNED_RANK) {
        double probability[STATS_EXACT_SIGNED_RANK * (STATS_EXACT_SIGNED_RANK + 1) / 2 + 1];
        signed_rank_sums(n, probability);
        k = exact_k(probability, &level);
    } else {
        k = normal_k((double)count / 2, sqrt((double)count * (2.0 * n + 1) / 12), level);
    }
    if (!k)
        return false;
    out->lower = kth(sorted, n, k);
    out->upper = kth(sorted, n, count + 1 - k);
    out->level = level;
    return true;
}
