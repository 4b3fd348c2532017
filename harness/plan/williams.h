/* SPDX-License-Identifier: MIT */
/*
 * The order of trials. A Williams design (E. J. Williams 1949): for n treatments, n rows (2n when n is odd) in which
 * each treatment stands once in each place and follows each other treatment equally often, so that what a trial leaves
 * behind (warm caches, a hot core) falls on all cells alike. Treatments and rows are shuffled by the seed.
 */
#ifndef CONTEND_PLAN_WILLIAMS_H
#define CONTEND_PLAN_WILLIAMS_H

#include <stdint.h>

/* Fills order[blocks*n] with indexes 0 … n-1, a permutation in each row. 0 or -ENOMEM. */
int williams_order(unsigned n, unsigned blocks, uint64_t seed, unsigned *order);

#endif
