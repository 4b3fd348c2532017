/* SPDX-License-Identifier: MIT */
/*
 * A log-linear histogram of durations in nanoseconds: 128 buckets an octave, so a quantile read from a bucket's middle
 * is off by at most 1/256 = 0.4 %. Values below 256 have a bucket each and are exact. Range 0 … 2^42-1 ns (73 minutes);
 * larger values are counted in `overflow` and in `max`, never lost. One writer each, no atomics; 37 KiB.
 * Bucket index: v < 256: v; else (e+1)*128 + (v >> e) - 128 + ..., see histogram_index.
 */
#ifndef CONTEND_MEASURE_HISTOGRAM_H
#define CONTEND_MEASURE_HISTOGRAM_H

#include <stdbool.h>
#include <stdint.h>

enum {
    HISTOGRAM_SUB_BITS = 7,
    HISTOGRAM_MAX_BITS = 42,
    HISTOGRAM_BUCKETS = (HISTOGRAM_MAX_BITS - HISTOGRAM_SUB_BITS + 1) << HISTOGRAM_SUB_BITS
};

struct histogram {
    uint64_t count, sum, min, max, overflow; /* count includes overflow; min is UINT64_MAX when count is 0 */
    uint64_t bucket[HISTOGRAM_BUCKETS];
};

/* v in ns, v < 2^42. Octave e >= 1 holds v in [2^(7+e), 2^(8+e)) in 128 buckets of width 2^e. */
static inline unsigned histogram_index(uint64_t v)
{
    if (v < (UINT64_C(2) << HISTOGRAM_SUB_BITS))
        return (unsigned)v;
    unsigned e = 63u - (unsigned)__builtin_clzll(v) - HISTOGRAM_SUB_BITS;
    return (e << HISTOGRAM_SUB_BITS) + (unsigned)(v >> e);
}

static inline void histogram_record(struct histogram *h, uint64_t v)
{
    h->count++;
    h->sum += v;
    if (v < h->min)
        h->min = v;
    if (v > h->max)
        h->max = v;
    if (v >> HISTOGRAM_MAX_BITS)
        h->overflow++;
    else
        h->bucket[histogram_index(v)]++;
}

void histogram_init(struct histogram *h);
void histogram_merge(struct histogram *into, const struct histogram *from);
/* The middle of bucket i, in ns, and its least value. */
uint64_t histogram_middle(unsigned i);
uint64_t histogram_low(unsigned i);
/* The value at quantile q in [0, 1]: the smallest with at least ceil(q*count) records at or below it, clamped to min …
 * max. 0 when empty. */
uint64_t histogram_quantile(const struct histogram *h, double q);
/* true if the quantile may be shown: with fewer than 10 records beyond it they say little of where it lies. */
static inline bool histogram_tells(const struct histogram *h, double q)
{
    return (double)h->count * (1 - q) >= 10;
}

#endif
