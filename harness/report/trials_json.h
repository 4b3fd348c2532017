/* SPDX-License-Identifier: MIT */
/* What summary.json tells of a cell's trials one by one, and of its workers; for summary_json.c. */
#ifndef CONTEND_REPORT_TRIALS_JSON_H
#define CONTEND_REPORT_TRIALS_JSON_H

#include "harness/insight/summary.h"

/* The member "worker_time": where the time of each worker went in a mean trial; null with its reason. */
void put_worker_time(struct json_writer *w, const struct worker_time *t);
/* The member "each_trial": when each began, its rate and its label, by block. */
void put_each_trial(struct json_writer *w, const struct summary *s, unsigned cell);

#endif
