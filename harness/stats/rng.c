/* SPDX-License-Identifier: MIT */
/* xoshiro256** and SplitMix64; see rng.h. */
#include "harness/stats/rng.h"

static uint64_t split_mix(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

void stats_rng_init(struct stats_rng *r, uint64_t seed)
{
    for (int i = 0; i < 4; i++)
        r->s[i] = split_mix(&seed);
}

static uint64_t rotate(uint64_t x, int by)
{
    return (x << by) | (x >> (64 - by));
}

uint64_t stats_rng_next(struct stats_rng *r)
{
    uint64_t *s = r->s, result = rotate(s[1] * 5, 7) * 9, t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate(s[3], 45);
    return result;
}

uint32_t stats_rng_below(struct stats_rng *r, uint32_t n)
{
    uint64_t product = (stats_rng_next(r) >> 32) * n;
    if ((uint32_t)product < n) {
        uint32_t least = (uint32_t)-n % n;
        while ((uint32_t)product < least)
            product = (stats_rng_next(r) >> 32) * n;
    }
    return (uint32_t)(product >> 32);
}

double stats_rng_uniform(struct stats_rng *r)
{
    return (double)((stats_rng_next(r) >> 11) * 2 + 1) * 0x1p-54;
}
