/* SPDX-License-Identifier: MIT */
/* Pairs of counters made up around a gap, for the tests of what took its time, and what must hold of any answer. */
#ifndef CONTEND_TESTS_UNIT_GAP_PAIR_H
#define CONTEND_TESTS_UNIT_GAP_PAIR_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "harness/base/base.h"
#include "harness/machine/gaps.h"

enum { ALL = (1u << GAP_SOURCES) - 1 };

static const struct gap_scale plain = {.fault_ns = 500, .tick_ns = 4000000},
                              counts_steal = {.fault_ns = 500, .tick_ns = 4000000, .stolen_is_host = true};

struct pair {
    struct gap_counters a, b;
};

/* A gap of `ns` in which the thread ran (as far as the kernel knows) and nothing was counted. */
static inline struct pair pair(uint64_t ns)
{
    struct gap_counters a = {.have = ALL,
                             .unit = 1,
                             .at_ns = 1000,
                             .cpu_ns = 500,
                             .wait_ns = 70,
                             .interrupts = 9,
                             .ticks = 5,
                             .softirqs = 8,
                             .tick_softirqs = 3,
                             .involuntary = 2,
                             .minor_faults = 40};
    struct pair p = {a, a};
    p.b.at_ns += ns;
    p.b.cpu_ns += ns;
    return p;
}

static inline void waits(struct pair *p, uint64_t ns)
{
    p->b.wait_ns += ns;
    p->b.cpu_ns -= ns;
    p->b.involuntary++;
}

/* The top cause and the shares; whatever they are, they must add up to the gap, and the top is the first that is
 * largest. */
static inline enum gap_cause shared(const struct pair *p, uint64_t ns, uint64_t pauses, const struct gap_scale *s,
                                    uint64_t share[GAP_CAUSES])
{
    uint64_t left = ns;
    enum gap_cause c = gap_attribute(&p->a, &p->b, ns, pauses, s, share);
    assert_in_range(c, 0, GAP_CAUSES - 1);
    for (unsigned i = 0; i < GAP_CAUSES; i++) {
        assert_true(share[i] <= left); /* so that a sum that overflows is no way to be right */
        left -= share[i];
        assert_true(i < c ? share[i] < share[c] : share[i] <= share[c]);
    }
    assert_int_equal(left, 0);
    return c;
}

static inline enum gap_cause told(const struct pair *p, uint64_t ns, uint64_t pauses, const struct gap_scale *s)
{
    uint64_t share[GAP_CAUSES];
    return shared(p, ns, pauses, s, share);
}

#endif
