/* SPDX-License-Identifier: MIT */
/*
 * What a run shows of the expectations of its workloads (bench/expectation.h). Each is judged over all pairs of cells
 * that it is about: it held where it held for all of them, did not where any of them shows that it did not, and else it
 * can't be told. Each pair is judged by a 95 % interval of its own, so of 20 expectations that are just true about one
 * is not called held; the limits are chosen with room.
 */
#ifndef CONTEND_INSIGHT_EXPECTATIONS_H
#define CONTEND_INSIGHT_EXPECTATIONS_H

#include "harness/insight/summary.h"
#include "harness/record/expectation_json.h" /* their names */

extern const char *const expectation_outcome_names[3];                  /* "held", "did-not-hold", "cannot-tell" */
extern const char *const expectation_quantity_words[EXPECT_QUANTITIES]; /* "units a second", … in texts */

/* Two cells that an expectation is about, as a and b; cpus: what its ratio is divided by. */
struct expectation_pair {
    unsigned a, b;
    double cpus;
};
/* All of a plan, whatever was measured; each once: *out is an array that the caller frees. Their number, or -ENOMEM. */
int expectation_pairs(const struct plan *p, const struct workload *w, const struct expectation *x,
                      struct expectation_pair **out);

/* Fills s->expectations, replacing what is there: of each workload of the plan those of which two cells have trials, in
 * the order of the plan and of the workload's table. s->environment may be NULL. 0 or -ENOMEM. */
int expectations_find(struct summary *s);

/* Which of the reasons are true here: fills r->reasons. For expectations_find. */
void expectation_reasons(const struct summary *s, struct expectation_result *r);

/* "contend run --workload pingpong --models threads,processes --workers 1": a command whose run checks it. */
enum { EXPECTATION_COMMAND_MAX = 4600 }; /* with the path of a plug-in */
void expectation_command(char *buf, size_t n, const struct workload *w, const struct expectation *x);
/* "at least 1.7", "0.8 … 1.25". */
void expectation_limits(char *buf, size_t n, const struct expectation *x);

#endif
