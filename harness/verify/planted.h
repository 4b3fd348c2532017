/* SPDX-License-Identifier: MIT */
/*
 * What bars plant to measure the program with: a workload whose every step can be made wrong by a parameter, models
 * that are wrong in one way each, and a model that is no harness at all. They are found by name in the trial's process,
 * and listed nowhere.
 */
#ifndef CONTEND_VERIFY_PLANTED_H
#define CONTEND_VERIFY_PLANTED_H

#include "bench/workload.h"
#include "harness/model/model.h"

/* Parameters of the workload, by index. */
enum { LOOP_ROUNDS, LOOP_WAIT, LOOP_MUTANT };
/* One mistake each, as one makes when writing a workload; those from FORKED_ on are made in forked workers only. */
enum loop_mutant {
    LOOP_SOUND,
    LOOP_SKIPPED_OP,
    LOOP_DEAD_LOOP,
    LOOP_WRONG_CHECKSUM,
    LOOP_SKIPPED_WAIT,
    LOOP_HALF_WAIT,
    LOOP_LOST_UNIT,
    LOOP_UNIT_TWICE,
    LOOP_FORKED_SKIPPED_OP,
    LOOP_FORKED_CHECKSUM,
    LOOP_FORKED_LOST_CHILD,
    LOOP_FORKED_LEFT_CHILD,
    LOOP_AGREED_DEAD, /* the loop is dropped from the work and from the golden value alike: the default of DEAD_WORKLOAD
                       */
    LOOP_MUTANTS
};
extern const char *const loop_mutant_names[LOOP_MUTANTS + 1];

#define LOOP_WORKLOAD "verify-loop"
#define DEAD_WORKLOAD "verify-dead"
#define BARE_MODEL "verify-bare" /* a plain loop around loop_kernel: nothing between two units but the next call */

/* `rounds` steps of a linear congruential generator from a start that `unit` gives: each waits for the one before, and
 * no compiler knows how to leap ahead. */
uint64_t loop_kernel(uint64_t unit, uint64_t rounds);

extern const struct workload workload_verify_loop, workload_verify_dead;
extern const struct model *const verify_models[]; /* ends with NULL */

#endif
