/* SPDX-License-Identifier: MIT */
/*
 * The generator behind all that is drawn at random, so that the same seed gives the same on every machine:
 * xoshiro256** 1.0 (Blackman and Vigna, ACM TOMS 47, 2021), seeded by SplitMix64 as its authors advise. Not for
 * secrets.
 */
#ifndef CONTEND_STATS_RNG_H
#define CONTEND_STATS_RNG_H

#include <stdint.h>

struct stats_rng {
    uint64_t s[4];
};

/* Any seed is good, 0 too. */
void stats_rng_init(struct stats_rng *r, uint64_t seed);
uint64_t stats_rng_next(struct stats_rng *r);
/* Uniform in [0, n), n >= 1, without bias (Lemire, ACM TOMACS 29, 2019). */
uint32_t stats_rng_below(struct stats_rng *r, uint32_t n);
/* Uniform in (0, 1): an odd multiple of 2^-54, so its logarithm is finite. */
double stats_rng_uniform(struct stats_rng *r);

#endif
