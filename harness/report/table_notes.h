/* SPDX-License-Identifier: MIT */
/* The lines below a point's table. */
#ifndef CONTEND_REPORT_TABLE_NOTES_H
#define CONTEND_REPORT_TABLE_NOTES_H

#include <stdio.h>

#include "harness/insight/summary.h"

/* `cells`: those of the point, in the order of the table's rows. */
void table_notes(FILE *out, const struct summary *s, const struct plan_point *t, const unsigned *cells);

/* Why the column of speedups is empty, where it is for every cell of the point; else nothing. */
void table_note_no_speedup(FILE *out, const struct summary *s, const struct plan_point *t);

#endif
