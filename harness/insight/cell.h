/* SPDX-License-Identifier: MIT */
/* What of a record goes straight into its cell's summary, without a number for each block: for the summarizer alone. */
#ifndef CONTEND_INSIGHT_CELL_H
#define CONTEND_INSIGHT_CELL_H

#include "harness/insight/summary.h"

/* Merges the trial's latencies; 0 or -ENOMEM. */
int cell_add_latency(struct cell_summary *c, const struct trial_record *r);
/* Adds an interned text once; beyond RECORD_MAX_WARNINGS it is dropped. */
void cell_add_warning(struct cell_summary *c, const char *text);
/* Page faults of all its workers, from those of whom the record tells; NaN: it tells of none. */
double cell_minor_faults(const struct trial_record *r);
/* Adds what the kernel counted of TCP in a trial with a service. */
void cell_add_net(struct cell_summary *c, const struct trial_record *r);
/* Counts what disturbed a trial of the cell, and how much it lost. */
void cell_add_disturbances(struct cell_summary *s, const struct cell *c, const struct trial_record *r);

#endif
