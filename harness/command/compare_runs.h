/* SPDX-License-Identifier: MIT */
/* What `compare` of two runs and `compare --live` of two programs share: what to print, and the exit code. */
#ifndef CONTEND_COMMAND_COMPARE_RUNS_H
#define CONTEND_COMMAND_COMPARE_RUNS_H

#include <stdbool.h>

#include "harness/insight/runs.h"

enum compare_format { COMPARE_TABLE, COMPARE_MARKDOWN, COMPARE_JSON };

struct compare_options {
    enum compare_format format;
    bool fail_on_regression, fail_on_inconclusive, live;
    double least;      /* regression: a slow-down by less is none; 0: any that makes the verdict */
    const char *floor; /* a file; NULL: the one that is kept here */
};

/* Reads both runs back, compares, prints to stdout, and writes DIR/compare.json when `dir` is given. `equiv` < 0: that
 * of A's plan. Returns the exit code, messages told. */
int compare_dirs(const char *const name[2], double equiv, const struct compare_options *o, const char *dir);

#endif
