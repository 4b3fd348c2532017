/* SPDX-License-Identifier: MIT */
/* What `compare` of two runs and `compare --live` of two programs share: what to print, and the exit code. */
#ifndef CONTEND_COMMAND_COMPARE_RUNS_H
#define CONTEND_COMMAND_COMPARE_RUNS_H

#include <stdbool.h>

#include "harness/insight/runs.h"
#include "harness/record/kept_floor.h"
#include "harness/record/plan.h"

enum compare_format { COMPARE_TABLE, COMPARE_MARKDOWN, COMPARE_JSON };

struct compare_options {
    enum compare_format format;
    bool fail_on_regression, fail_on_inconclusive, live;
    double least;        /* regression: a slow-down by less is none; 0: any that makes the verdict */
    const char *floor;   /* a file; NULL: the one that is kept here */
    const char *command; /* as it was given; NULL: not known */
};

/* Two runs as they were read back, and compared. */
struct compared_runs {
    struct plan plan[2];
    struct summary s[2];
    struct kept_floor memory;
    struct runs_floor floor;
    struct runs runs;
};
/* `equiv` < 0: that of A's plan; `floor`: a file, or NULL for the one that is kept here. Released by compare_release,
 * also after a failure. 0, or an error, told in e; -EBADMSG: their work is not the same. */
int compare_load(struct compared_runs *c, const char *const name[2], double equiv, const char *floor, struct err *e);
void compare_release(struct compared_runs *c);

/* Reads both runs back, compares, and prints to stdout; when `dir` is given, also writes DIR/compare.json, and draws
 * DIR/figures unless *stop is set. Returns the exit code, messages told. */
int compare_dirs(const char *const name[2], double equiv, const struct compare_options *o, const char *dir,
                 const volatile int *stop);

#endif
