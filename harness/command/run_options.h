/* SPDX-License-Identifier: MIT */
/* The options of `run`, read into a request. */
#ifndef CONTEND_COMMAND_RUN_OPTIONS_H
#define CONTEND_COMMAND_RUN_OPTIONS_H

#include "harness/command/command.h"
#include "harness/plan/sweep.h"

struct run_options {
    struct request request;
    const char *out, *resume, *scratch;
    bool dry_run, json, quiet, strict;
};

extern const struct command_option run_option_table[];
/* -1 to go on, else the exit code (after a message, or --help). */
int run_options_read(const struct command *self, int argc, char **argv, struct run_options *o);

#endif
