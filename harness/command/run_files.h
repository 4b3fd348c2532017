/* SPDX-License-Identifier: MIT */
/* Reading a run back: its plan, its records summed up, from the journal alone, so that it works for a run cut short. */
#ifndef CONTEND_COMMAND_RUN_FILES_H
#define CONTEND_COMMAND_RUN_FILES_H

#include "harness/insight/summary.h"

/* Fills plan and summary (which borrows plan) from DIR/trials.jsonl. Release with summary_release, then plan_release.
 */
int run_load(const char *dir, struct plan *plan, struct summary *summary, struct err *e);

/* What the records alone don't tell: reads DIR's environment files into the summary, when there are any (the start of the
 * first, the end of the last), and makes the findings. run_load does so too. */
int run_judge(const char *dir, struct summary *summary, struct err *e);

/* Is `now` the machine and the build that the run in DIR began on? -EPERM with the first fact that differs; 0 also when
 * nothing was recorded. */
int run_same_machine(const char *dir, const struct environment *now, struct err *e);

#endif
