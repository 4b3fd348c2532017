/* SPDX-License-Identifier: MIT */
/* compare --live: two programs measured side by side. */
#ifndef CONTEND_COMMAND_COMPARE_LIVE_H
#define CONTEND_COMMAND_COMPARE_LIVE_H

#include "harness/command/compare_runs.h"
#include "harness/command/run_options.h"

/* The operands from argv[f->first] on are two programs and suites; with --resume there are none. Returns the exit code.
 */
int compare_live(const struct command *self, const struct run_flags *f, int argc, char **argv,
                 const struct compare_options *o);

#endif
