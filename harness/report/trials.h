/* SPDX-License-Identifier: MIT */
/*
 * The trials of one cell of the run in DIR, whose summary run_load read from there: in words, as records of one line,
 * as JSON. They are read again from the journal, one at a time. 0, or as trials_read; errors of the FILE are its own.
 */
#ifndef CONTEND_REPORT_TRIALS_H
#define CONTEND_REPORT_TRIALS_H

#include <stdio.h>

#include "harness/insight/summary.h"

/* What is printed: the run's directory and summary, and which cell. */
struct trials_of {
    const char *dir;
    const struct summary *summary;
    unsigned cell;
};

/* A table with a row a trial, what disturbed it and how much time it lost by that below it; then how its workers
 * differ. As report_tables. */
int report_trials(FILE *out, const struct trials_of *t, unsigned width, bool colour, struct err *e);
/* A record "cell", then for each trial a record "trial" and one "worker" for each worker; as report_plain. */
int report_trials_plain(FILE *out, const struct trials_of *t, struct err *e);
/* contend/cell/1 */
int trials_to_json(FILE *out, const struct trials_of *t, struct err *e);

#endif
