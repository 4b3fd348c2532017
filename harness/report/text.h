/* SPDX-License-Identifier: MIT */
/* Numbers as people read them, for all that is printed. Buffers of n bytes with the NUL; 24 hold any of them. */
#ifndef CONTEND_REPORT_TEXT_H
#define CONTEND_REPORT_TEXT_H

#include <stdio.h>

/* Three digits and the unit that suits: units[] in steps of `step`, ends with NULL. NaN: "n/a". */
void text_scaled(char *buf, size_t n, double v, const char *const *units, double step);
/* "62.3k" */
void text_rate(char *buf, size_t n, double v);
/* "1.02ms", from nanoseconds */
void text_duration(char *buf, size_t n, double ns);
/* How many decimals a percentage needs for two digits that tell something, at most `most`. */
int text_decimals(double percent, int most);
/* A space, then the text, right-aligned in `width` columns. */
void text_column(FILE *out, const char *text, unsigned width);

#endif
