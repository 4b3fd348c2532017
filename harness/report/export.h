/* SPDX-License-Identifier: MIT */
/*
 * A run in the formats of other programs; results/EXPORT.md says which field went where. Numbers are those of the
 * records and of the summary; means and standard deviations are there only where a format has a place for them
 * (insight/moments.h). What is missing is left out or empty, never 0.
 */
#ifndef CONTEND_REPORT_EXPORT_H
#define CONTEND_REPORT_EXPORT_H

#include <stdio.h>

#include "harness/insight/summary.h"

/* What a row, or its like, is of. */
enum export_what { EXPORT_TRIALS, EXPORT_CELLS, EXPORT_COMPARISONS, EXPORT_WHATS };
extern const char *const export_what_names[EXPORT_WHATS]; /* "trials", "cells", "comparisons" */
#define EXPORT_HAS(WHAT) (1u << EXPORT_##WHAT)

enum {                       /* struct export_format.traits */
       EXPORT_GOOD_ONLY = 1, /* has no place for trials that failed or are void: they are counted, and left out */
       EXPORT_TIMES_ONLY =
           1 << 1 /* has a trial's time and no rate: in closed mode that is the time that was asked for */
};

struct export_run;
struct export_format {
    const char *name, *summary;
    unsigned tables; /* EXPORT_HAS of what it can write, or'ed */
    unsigned traits;
    /* Errors of the FILE are the caller's to see; else 0 or -errno. */
    int (*write)(FILE *out, const struct export_run *x, struct err *e);
};
extern const struct export_format export_formats[]; /* ends with a NULL name */

/* Writes the run in DIR, whose summary run_load read from there, in one of the format's tables. Trials are read again
 * from the journal, one at a time; those that were added since are left out. Once *stop is set (NULL: never) -EINTR.
 * 0; -EBUSY when the journal has another plan by now; else as journal_read. Writing to `out` ends early when that
 * fails: see ferror. */
int export_write(FILE *out, const struct export_format *f, enum export_what what, const char *dir,
                 const struct summary *s, const volatile int *stop, struct err *e);

#endif
