/* SPDX-License-Identifier: MIT */
/*
 * Findings: judgements over a whole summary, each with its evidence and what to do about it. One function in findings.c
 * and one row in findings.def each.
 */
#ifndef CONTEND_INSIGHT_FINDINGS_H
#define CONTEND_INSIGHT_FINDINGS_H

#include "harness/insight/summary.h"

struct finding_rule {
    const char *id, *summary;
    void (*find)(const struct finding_rule *self, struct summary *s);
};
extern const struct finding_rule finding_rules[]; /* in the order of findings.def; ends with a NULL id */

/* The comparison of two cells whichever way round it was made, as a against b; false when there is none. */
bool comparison_find(const struct summary *s, unsigned a, unsigned b, struct estimate *ratio, enum verdict *v);
/* What a unit's latency should not exceed, in ns, where the cell's workload is judged by that; 0: by throughput. */
uint64_t cell_late_after(const struct cell *c);
/* How many of the latencies are beyond the limit; one at least, if the greatest is. */
uint64_t later_than(const struct histogram *h, uint64_t limit);
/* The least number of blocks with which the smallest p of the sign test, adjusted over all pairs of the point, is below
 * 0.05; 0 where a rule ends the run, whose p is another, and where throughput is not what is judged. */
unsigned point_blocks_needed(const struct plan *p, const struct plan_point *t);

/* Fills s->findings, replacing what is there; s->environment may be NULL. 0 or -ENOMEM. */
int findings_make(struct summary *s);

/* The workload, and of its parameters those that vary in the plan: what findings of one sweep differ by. */
enum { WORK_NAME_MAX = 160 };
void work_name(char *buf, size_t n, const struct plan *p, unsigned cell);

#endif
