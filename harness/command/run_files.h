/* SPDX-License-Identifier: MIT */
/* Reading a run back: its plan, its records summed up, from the journal alone, so that it works for a run cut short. */
#ifndef CONTEND_COMMAND_RUN_FILES_H
#define CONTEND_COMMAND_RUN_FILES_H

#include "harness/command/run_options.h"
#include "harness/insight/summary.h"

enum { RUN_SAMPLE_MS = 200 }; /* how long load and steal are watched before and after the trials */

/* Fills plan and summary (which borrows plan) from DIR/trials.jsonl. Release with summary_release, then plan_release.
 */
int run_load(const char *dir, struct plan *plan, struct summary *summary, struct err *e);

/* true if DIR holds the two runs of a live comparison. */
bool run_is_pair(const char *dir);

/* What the records alone don't tell: reads DIR's environment files into the summary, when there are any (the start of
 * the first, the end of the last), and makes the findings. run_load does so too. */
int run_judge(const char *dir, struct summary *summary, struct err *e);

/* Is `now` the machine and the build that the run in DIR began on? -EPERM with the first fact that differs; 0 also when
 * nothing was recorded. */
int run_same_machine(const char *dir, const struct environment *now, struct err *e);

/* Adds a fact plugin.WORKLOAD for each workload of the plan that a plug-in brings: the file and its content's sha256.
 */
void run_note_plugins(struct facts *f, const struct plan *plan);

/* Reads this machine's facts as the start of a run and tells the user what is worse than info: after the request is
 * known to be sound, since bad input gets one line, and before anything of the run's own loads the machine. 0; -EPERM
 * with *refused when
 * --strict refuses it, each reason told. */
int run_look_around(struct environment *v, const struct run_options *o, bool *refused, struct err *e);

#endif
