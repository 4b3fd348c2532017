/* SPDX-License-Identifier: MIT */
/* What of a record goes straight into its cell's summary, without a number for each block: for the summarizer alone. */
#ifndef CONTEND_INSIGHT_CELL_H
#define CONTEND_INSIGHT_CELL_H

#include "harness/insight/summary.h"

/* Adds what a trial did, which is whole: its work, its latencies, what disturbed it. 0 or -ENOMEM. */
int cell_add(struct cell_summary *s, const struct cell *c, const struct trial_record *r);
void cell_release(struct cell_summary *c); /* what it owns */
enum trial_status cell_status(const struct cell_summary *c);
/* Adds an interned text once; beyond RECORD_MAX_WARNINGS it is dropped. */
void cell_add_warning(struct cell_summary *c, const char *text);
/* Page faults of all its workers, from those of whom the record tells; NaN: it tells of none. */
double cell_minor_faults(const struct trial_record *r);

#endif
