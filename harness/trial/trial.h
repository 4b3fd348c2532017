/* SPDX-License-Identifier: MIT */
/*
 * A trial from inside its process: the engine that workers share, the model that runs it, and the keeper outside that
 * outlives it.
 */
#ifndef CONTEND_TRIAL_TRIAL_H
#define CONTEND_TRIAL_TRIAL_H

#include "harness/engine/engine.h"
#include "harness/model/model.h"
#include "harness/record/record.h"
#include "harness/service/service.h"
#include "harness/trial/sampler.h"
#include "harness/trial/stops.h"

/* What keeper and trial share: what the keeper reads when the trial's own process ends without a record, and the
 * service that the keeper started for the trial. */
struct keeper_note {
    struct failure failure;
    struct service_process service; /* pid 0: there is none */
    struct sampler_process sampler; /* likewise */
    struct stop_note stops;
};

struct trial {
    struct engine engine;
    const struct model *model;
    struct keeper_note *note; /* shared with the keeper: what failed, in case this process can't say it; may be NULL */
    int unknown;              /* errno of why the golden value can't be had; 0: it can */
    struct err err;
};

/* One whole trial of the cell in this process; fills the record. 0 when the record tells all (also of a failure). */
int trial_run(const struct cell *c, const char *scratch, int fail_fd, struct keeper_note *note, struct trial_record *r);

/* The children that this process has now are spared: whoever began it has left them. So is, where there are any, what
 * is in this process's session, as what those leave is. 0, or -errno: /proc does not tell children. */
int reap_spare(void);
/* Kills and reaps every process that has been handed to this one (a subreaper) as its child, but not those; how many
 * were killed. */
unsigned reap_descendants(void);

#endif
