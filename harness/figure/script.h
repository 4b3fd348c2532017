/* SPDX-License-Identifier: MIT */
/*
 * A chart as gnuplot reads it: named variables, arrays and datablocks, then the figure's own script. A text that comes
 * from elsewhere stands in single quotes, in which nothing but the quote has a meaning to gnuplot, and it is doubled.
 */
#ifndef CONTEND_FIGURE_SCRIPT_H
#define CONTEND_FIGURE_SCRIPT_H

#include <stdio.h>

#include "harness/figure/page.h"

/* NAME = 'text' */
void script_text(FILE *out, const char *name, const char *text);
void script_number(FILE *out, const char *name, double v); /* NaN: NaN */

/* All that the scripts in plots/ read; plots/README.md says what each is for. */
void script_write(FILE *out, const struct chart *c, const struct page *p);

#endif
