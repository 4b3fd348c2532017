/* SPDX-License-Identifier: MIT */
/* What took the time of a gap, from the counters around it: no clock, no file; see gaps.h for the rules. */
#include "harness/machine/gaps.h"

#include "harness/base/base.h"

const char *const gap_cause_names[GAP_CAUSES] = {"migration", "throttling", "preemption",
                                                 "faults",    "interrupts", "unexplained: host"};

enum { INTERRUPT_MOST_NS = 500000, TICK_CHANCE_NS = 1000000, FAULT_TIMES = 4 };

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* Counters never fall; one that does (another group's, after a move) tells nothing. */
static uint64_t since(uint64_t before, uint64_t after)
{
    return after > before ? after - before : 0;
}

static bool both(const struct gap_counters *a, const struct gap_counters *b, enum gap_source s)
{
    return (a->have & b->have) >> s & 1;
}

static uint64_t claim(uint64_t *left, uint64_t ns)
{
    ns = least(*left, ns);
    *left -= ns;
    return ns;
}

static uint64_t waited(const struct gap_counters *a, const struct gap_counters *b)
{
    if (both(a, b, GAP_READ_WAIT))
        return since(a->wait_ns, b->wait_ns);
    return b->involuntary > a->involuntary ? UINT64_MAX : 0;
}

/* By the clock, less what the thread ran or waited: stolen, slept, or (with such a kernel) an interrupt's. */
static uint64_t vanished(const struct gap_counters *a, const struct gap_counters *b)
{
    if (!both(a, b, GAP_READ_WAIT))
        return 0;
    return since(since(a->cpu_ns, b->cpu_ns) + since(a->wait_ns, b->wait_ns), since(a->at_ns, b->at_ns));
}

/* Interrupts and softirqs, less the ticks that made the shorter pauses before the gap. A softirq runs at an interrupt's
 * end, so without an interrupt those counted are not the gap's. */
static uint64_t interrupts(const struct gap_counters *a, const struct gap_counters *b, uint64_t gap_ns, uint64_t pauses,
                           uint64_t tick_ns)
{
    uint64_t hard = 0, soft = 0, regular = least(pauses, since(gap_ns, since(a->at_ns, b->at_ns)) / tick_ns);
    bool short_one = gap_ns < TICK_CHANCE_NS;
    if (both(a, b, GAP_READ_INTERRUPTS)) {
        uint64_t others = since(a->interrupts, b->interrupts), all = others + since(a->ticks, b->ticks);
        if (all <= regular)
            return 0;
        hard = short_one ? all - regular : others;
    }
    if (both(a, b, GAP_READ_SOFTIRQS))
        soft = since(a->softirqs, b->softirqs) + (short_one ? since(a->tick_softirqs, b->tick_softirqs) : 0);
    return hard + soft;
}

enum gap_cause gap_attribute(const struct gap_counters *before, const struct gap_counters *after, uint64_t gap_ns,
                             uint64_t pauses, const struct gap_scale *scale, uint64_t share[GAP_CAUSES])
{
    uint64_t left = gap_ns;
    bool major = after->major_faults > before->major_faults;
    for (unsigned i = 0; i < GAP_CAUSES; i++)
        share[i] = 0;
    if (after->unit != before->unit)
        share[GAP_MIGRATION] = claim(&left, gap_ns);
    uint64_t wait = claim(&left, waited(before, after));
    if (both(before, after, GAP_READ_QUOTA))
        share[GAP_THROTTLING] = least(wait, since(before->throttled_ns, after->throttled_ns));
    share[GAP_PREEMPTION] = wait - share[GAP_THROTTLING];
    if (scale->stolen_is_host && !major)
        share[GAP_HOST] = claim(&left, vanished(before, after));
    if (major)
        share[GAP_FAULTS] = claim(&left, left);
    else if (after->minor_faults > before->minor_faults)
        share[GAP_FAULTS] =
            claim(&left, (uint64_t)(after->minor_faults - before->minor_faults) * FAULT_TIMES * scale->fault_ns);
    share[GAP_INTERRUPTS] = claim(&left, interrupts(before, after, gap_ns, pauses, scale->tick_ns) * INTERRUPT_MOST_NS);
    share[GAP_HOST] += left;
    enum gap_cause top = GAP_MIGRATION;
    for (unsigned i = 1; i < GAP_CAUSES; i++)
        if (share[i] > share[top])
            top = (enum gap_cause)i;
    return top;
}
