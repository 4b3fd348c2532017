/* SPDX-License-Identifier: MIT */
/*
 * A gap sampler beside a trial (run --gaps): a process of its own, a child of the keeper, so that neither the trial's
 * count of threads nor its children change. It sleeps until the gate opens and is through with its work when the
 * workers are.
 */
#ifndef CONTEND_TRIAL_SAMPLER_H
#define CONTEND_TRIAL_SAMPLER_H

#include <stdatomic.h>
#include <stdint.h>
#include <sys/types.h>

#include "harness/base/err.h"
#include "harness/machine/gaps.h"
#include "harness/record/record.h"

/* In a shared mapping, zeroed. */
struct sampler_process {
    pid_t pid;              /* 0: there is none */
    _Atomic unsigned begin; /* futex; 1: the gate opens */
    _Atomic unsigned stop;  /* 1: the workers are done */
    _Atomic unsigned told;  /* futex; 1: report and cpu_ns are written */
    struct gap_report report;
    uint64_t cpu_ns; /* that it used itself: no foreign load */
};

/* Forks it when the cell has one. 0 or -errno. */
int sampler_start(struct sampler_process *p, const struct cell *c, struct err *e);
void sampler_begin(struct sampler_process *p); /* these three: nothing without a sampler; p may be NULL */
void sampler_end(struct sampler_process *p);
/* Waits for its report (at most a second) and fills the record's gaps. Returns the CPU time that it used, ns. */
uint64_t sampler_fill(struct sampler_process *p, const struct cell *c, struct trial_record *r);
/* Ends and reaps it, by the process that started it. */
void sampler_stop(struct sampler_process *p);

#endif
