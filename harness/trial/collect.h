/* SPDX-License-Identifier: MIT */
/* What is read around and after a run, and put together into the record. */
#ifndef CONTEND_TRIAL_COLLECT_H
#define CONTEND_TRIAL_COLLECT_H

#include "harness/machine/machine.h"
#include "harness/trial/trial.h"

struct collector {
    struct noise_cpus cpus;
    struct noise_mark before;
    struct stop_mark stops;
    uint64_t own_before; /* CPU time of the trial at that mark, ns */
    int64_t peak_before; /* memory of this process, bytes; see accounts.h */
    struct usage dispatcher_at_open, reaped_at_open;
    struct sched_mark *sched; /* of each worker at that moment; between open and done */
    struct service_usage service_before, service_at_open, service_at_end;
    struct net_mark net_at_open, net_at_end; /* where there is a service */
    int usage_rc;                            /* not 0: -errno of getrusage, so that what the trial took is not known */
    int service_rc;                          /* not 0: the service could not be asked */
};

/* Before the start: canaries, noise. */
void collect_begin(struct collector *k, struct trial *t, struct trial_record *r);
/* All workers are ready; just before the gate opens, and timed by none of the phases. */
void collect_open(struct collector *k, const struct trial *t);
/* All workers have stamped their end and are parked: the dispatcher's own time, the workers' accounts, memory. */
void collect_done(struct collector *k, struct trial *t, struct trial_record *r);
/* All workers are gone: sums, histograms, expected checksum, canaries, noise. */
void collect_end(struct collector *k, struct trial *t, struct trial_record *r);

#endif
