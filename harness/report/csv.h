/* SPDX-License-Identifier: MIT */
/*
 * A table as comma-separated values (RFC 4180, lines end with a line feed). Columns are written by name: the calls that
 * write a row also write the head, when `head` is set, so a row can't have other columns than the head. What is missing
 * is an empty cell.
 *
 * Texts may come from anyone, and a spreadsheet computes what begins like a formula. So a text that begins with = + -
 * @, one of their full-width forms, a tab or an end of a line has an apostrophe before it; one that begins with an
 * apostrophe has another, so a reader that takes away one leading apostrophe has each text as it was. Numbers have
 * none. A control character other than tab, line feed and carriage return becomes U+FFFD, as does what is no UTF-8.
 */
#ifndef CONTEND_REPORT_CSV_H
#define CONTEND_REPORT_CSV_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "harness/insight/summary.h"

struct csv {
    FILE *out; /* errors are the FILE's */
    bool head; /* names are written, not values */
    bool begun;
};

/* One cell each. A name is a text as values are. */
void csv_text(struct csv *w, const char *name, const char *s); /* NULL: missing; so is an empty text */
void csv_u64(struct csv *w, const char *name, uint64_t v);
void csv_i64(struct csv *w, const char *name, int64_t v);
void csv_double(struct csv *w, const char *name, double v); /* the shortest text that reads back; not finite: missing */
void csv_bool(struct csv *w, const char *name, bool v);     /* TRUE, FALSE: as R and spreadsheets know them, too */
void csv_metric(struct csv *w, const char *name, const struct metric *m);
void csv_missing(struct csv *w, const char *name);
/* Three cells: MEASURE_median_UNIT, MEASURE_lower_UNIT, MEASURE_upper_UNIT; `unit` may be NULL. */
void csv_estimate(struct csv *w, const char *measure, const char *unit, const struct estimate *e);
/* The end of a row. */
void csv_end(struct csv *w);

#endif
