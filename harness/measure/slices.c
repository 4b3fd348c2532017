/* SPDX-License-Identifier: MIT */
/* Folding and merging of a trial's time slices; see slices.h. */
#include "harness/measure/slices.h"

#include <string.h>

void slices_init(struct slices *s)
{
    memset(s, 0, sizeof *s);
    s->shift = SLICES_LEAST_SHIFT;
}

void slices_widen(struct slices *s, uint64_t shift)
{
    for (; s->shift < shift; s->shift++)
        for (unsigned i = 0; i < SLICES; i++)
            s->units[i] = i < SLICES / 2 ? s->units[2 * i] + s->units[2 * i + 1] : 0;
}

void slices_merge(struct slices *into, const struct slices *from)
{
    struct slices f = *from;
    slices_widen(into, f.shift);
    slices_widen(&f, into->shift);
    for (unsigned i = 0; i < SLICES; i++)
        into->units[i] += f.units[i];
}

unsigned slices_whole(const struct slices *s, uint64_t run_ns)
{
    uint64_t n = run_ns >> s->shift;
    return n < SLICES ? (unsigned)n : SLICES;
}
