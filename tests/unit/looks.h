/* SPDX-License-Identifier: MIT */
/* The looks of a run that is used up evenly, and where they end it. */
#ifndef CONTEND_TESTS_UNIT_LOOKS_H
#define CONTEND_TESTS_UNIT_LOOKS_H

#include "harness/stats/sequence.h"

/* The looks of a run of so many pairs. */
static inline struct stats_looks *looks_of(unsigned pairs)
{
    struct stats_looks *l = stats_looks_new(0.95);
    assert_non_null(l);
    for (unsigned i = 0; i < pairs; i++)
        assert_int_equal(stats_looks_add(l, (i + 1.0) / pairs), 0);
    return l;
}

/* After which pair a look excludes 0, and which way; 0: none does. */
static inline unsigned excludes(const struct stats_looks *l, const double *x, int *way)
{
    unsigned above = 0, below = 0;
    for (unsigned n = 1; n <= stats_looks_count(l); n++) {
        above += x[n - 1] > 0;
        below += x[n - 1] < 0;
        *way = above >= stats_looks_least(l, n) ? 1 : below >= stats_looks_least(l, n) ? -1 : 0;
        if (*way)
            return n;
    }
    return 0;
}

#endif
