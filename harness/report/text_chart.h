/* SPDX-License-Identifier: MIT */
/* Charts in the terminal: the same data as gnuplot gets, drawn with characters. */
#ifndef CONTEND_REPORT_TEXT_CHART_H
#define CONTEND_REPORT_TEXT_CHART_H

#include <stdio.h>

#include "harness/figure/chart.h"

enum { TEXT_CHART_WIDTH = 78 };

/* Title, subtitle, the chart, and a key; no line is wider than TEXT_CHART_WIDTH columns. Maps fit `width` instead, at
 * least WIDTH_LEAST (wrap.h): what has no room at the right stands below. 0, where there is no terminal, is
 * TEXT_CHART_WIDTH. */
void text_chart(FILE *out, const struct chart *c, unsigned width);
/* The parts of text_chart, for text_chart.c and text_rows.c alone: charts of rows, maps. */
void text_rows(FILE *out, const struct chart *c);
void text_map(FILE *out, const struct chart *c, unsigned width);
/* An entry of a key: as many in a line as have room. *column: 0 before the first. */
void text_key(FILE *out, unsigned *column, char letter, const char *name);
/* Text padded to `width` columns, or shortened to them with "…". */
void text_padded(FILE *out, const char *text, unsigned width);

#endif
