/* SPDX-License-Identifier: MIT */
/* What is kept of a finished run for `doctor --history`: one line of history.jsonl (record/history.h). */
#ifndef CONTEND_COMMAND_RUN_KEEP_H
#define CONTEND_COMMAND_RUN_KEEP_H

#include "harness/insight/summary.h"

/* Appends the run's costs on `machine`. A run is not disturbed by a failure: it is told in one line on stderr, unless
 * `quiet`. Nothing is kept or told where CONTEND_STATE is empty. */
void run_keep(const struct summary *s, const struct machine_id *machine, bool quiet);

#endif
