/* SPDX-License-Identifier: MIT */
/* The parts of the histogram that are not on the hot path; see histogram.h. */
#include "harness/measure/histogram.h"

#include <math.h>
#include <string.h>

void histogram_init(struct histogram *h)
{
    memset(h, 0, sizeof *h);
    h->min = UINT64_MAX;
}

void histogram_merge(struct histogram *into, const struct histogram *from)
{
    if (!from->count)
        return;
    into->count += from->count;
    into->sum += from->sum;
    into->overflow += from->overflow;
    if (from->min < into->min)
        into->min = from->min;
    if (from->max > into->max)
        into->max = from->max;
    /* what is not overflow lies from min to max; runs have many short histograms to merge */
    unsigned last = from->max >> HISTOGRAM_MAX_BITS ? HISTOGRAM_BUCKETS - 1 : histogram_index(from->max);
    for (unsigned i = from->min >> HISTOGRAM_MAX_BITS ? last + 1 : histogram_index(from->min); i <= last; i++)
        into->bucket[i] += from->bucket[i];
}

static unsigned octave(unsigned i)
{
    return i < (2u << HISTOGRAM_SUB_BITS) ? 0 : (i >> HISTOGRAM_SUB_BITS) - 1;
}

uint64_t histogram_low(unsigned i)
{
    unsigned e = octave(i);
    return (uint64_t)(i - (e << HISTOGRAM_SUB_BITS)) << e;
}

uint64_t histogram_middle(unsigned i)
{
    uint64_t width = UINT64_C(1) << octave(i);
    return histogram_low(i) + (width - 1) / 2;
}

uint64_t histogram_quantile(const struct histogram *h, double q)
{
    if (!h->count)
        return 0;
    double want = ceil(q * (double)h->count);
    uint64_t need = want < 1 ? 1 : want >= (double)h->count ? h->count : (uint64_t)want;
    if (need == h->count)
        return h->max;
    uint64_t seen = 0;
    for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++) {
        seen += h->bucket[i];
        if (seen >= need) {
            uint64_t v = histogram_middle(i);
            return v < h->min ? h->min : v > h->max ? h->max : v;
        }
    }
    return h->max;
}
