/* SPDX-License-Identifier: MIT */
/*
 * How many units were done when, over one trial: 64 slices of equal width since the gate opened. The width starts at
 * 65.5 µs and doubles, with neighbours folded together, whenever a trial outgrows the slices, so that any length from
 * 4 ms to hours is held in 520 bytes with no allocation. One writer each, no atomics. From these the steady state of
 * a trial is judged and its variance split.
 */
#ifndef CONTEND_MEASURE_SLICES_H
#define CONTEND_MEASURE_SLICES_H

#include <stdint.h>

enum { SLICES = 64, SLICES_LEAST = 8 /* that a judgement needs */, SLICES_LEAST_SHIFT = 16 };

struct slices {
    uint64_t shift;         /* a slice is 2^shift ns wide */
    uint64_t units[SLICES]; /* that ended in it */
};

void slices_init(struct slices *s);
/* Folds neighbours until a slice is 2^shift wide; shift at most 57, as 64 slices of 2^57 hold any time. Nothing when it
 * is already. */
void slices_widen(struct slices *s, uint64_t shift);
/* Widens both to the wider of the two. */
void slices_merge(struct slices *into, const struct slices *from);
/* Slices that lie wholly before `run_ns`, at most SLICES: the last, cut short by the trial's end, is not among them. */
unsigned slices_whole(const struct slices *s, uint64_t run_ns);

/* n units ended `at` ns after the gate opened. */
static inline void slices_add(struct slices *s, uint64_t at, uint64_t n)
{
    if (at >> s->shift >= SLICES) {
        uint64_t shift = s->shift;
        while (at >> shift >= SLICES)
            shift++;
        slices_widen(s, shift);
    }
    s->units[at >> s->shift] += n;
}

#endif
