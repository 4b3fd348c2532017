/* SPDX-License-Identifier: MIT */
/* A fixed amount of computing, never a time: rounds of a mix, each of which needs the one before. */
#ifndef CONTEND_BENCH_SUPPORT_ROUNDS_H
#define CONTEND_BENCH_SUPPORT_ROUNDS_H

#include "bench/workload.h"

enum { ROUNDS_CHECKED = 4096 }; /* between checkpoints: some 10 to 20 µs */

/* `cx` NULL: without checkpoints, for golden values. */
static inline uint64_t mix_rounds(uint64_t x, uint64_t rounds, struct cpu_ctx *cx)
{
    for (uint64_t i = 0; i < rounds; i++) {
        x = mix64(x);
        if (cx && i % ROUNDS_CHECKED == ROUNDS_CHECKED - 1)
            cpu_checkpoint(cx);
    }
    return x;
}

#endif
