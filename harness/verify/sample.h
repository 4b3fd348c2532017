/* SPDX-License-Identifier: MIT */
/* Cells and trials for bars: made by the same plan, pilots, trials and checks as those of `run`. */
#ifndef CONTEND_VERIFY_SAMPLE_H
#define CONTEND_VERIFY_SAMPLE_H

#include "harness/experiment/pairs.h"
#include "harness/insight/identity.h"
#include "harness/record/plan.h"
#include "harness/verify/verify.h"

struct sample_request {
    const char *workload;
    int64_t set[WORKLOAD_MAX_PARAMS]; /* where set_mask has the bit, else the default */
    unsigned set_mask;
    const char *const *models; /* names, also of planted ones; NULL-terminated */
    unsigned workers;          /* 0: 1 */
    unsigned concurrency;      /* 0: 1 */
    uint64_t trial_ns;         /* calibrated for that; or */
    uint64_t units;            /* as many as that, in `tasks` */
    unsigned tasks;
};

/* The cells of the request, in the order of its models, calibrated; on the first CPUs, as many as workers. Released by
 * plan_release, also on failure. -EINTR, -errno. Skips are in the plan. */
int sample_plan(const struct verify *v, const struct sample_request *q, struct plan *p, struct err *e);

/* The margin within which `run` calls two cells equivalent unless it is told another: 0.02. */
double sample_equiv(void);

/* Rounds of loop_kernel that take about `ns` on the processing unit of the cells. */
int sample_rounds(const struct verify *v, double ns, int64_t *rounds, struct err *e);

/* One trial and all the checks that a run holds it against: record->status tells. The record is the caller's to
 * release. */
int sample_trial(const struct verify *v, const struct cell *c, struct work_reference *ref, struct trial_record *r,
                 struct err *e);

/* CPU time of the runs of pairs, of both sides; NaN: that trial failed. */
struct sample_cpu {
    double *ns[2]; /* room for as many as `most` below, each; the caller's */
};

/* Pairs of a and b (their times of run) for at most `seconds` of measuring or `most` pairs, unlooked at. `cpu` may be
 * NULL. */
int sample_pairs(struct verify *v, const struct cell *a, const struct cell *b, unsigned most, double seconds,
                 const struct sample_cpu *cpu, struct pairs_result *out, struct err *e);
/* The same, ended as `run --until-clear --equiv margin` is: as soon as the confidence sequence tells faster, slower or
 * equivalent. */
int sample_pairs_until_clear(struct verify *v, const struct cell *a, const struct cell *b, unsigned most,
                             double seconds, double margin, struct pairs_result *out, struct err *e);

#endif
