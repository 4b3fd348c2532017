/* SPDX-License-Identifier: MIT */
/* Lines that fit where they are read. A column is one character; escape sequences for colour take none. */
#ifndef CONTEND_REPORT_WRAP_H
#define CONTEND_REPORT_WRAP_H

#include <stdio.h>

enum { WIDTH_LEAST = 40 };

/* Columns to fill on `fd`: COLUMNS from the environment when it is a number of at least WIDTH_LEAST, else the
 * terminal's (at least WIDTH_LEAST), else 0: no terminal. */
unsigned report_width(int fd);
/* The columns that a text takes up. */
unsigned text_columns(const char *text);
/* Prints a text of one line and the newline. It is broken at spaces so that no line has more than `width` columns, but
 * for a single word that is longer; what follows a break is indented by `hang`. Spaces at its start are kept. */
void wrap_print(FILE *out, unsigned width, unsigned hang, const char *fmt, ...) __attribute__((format(printf, 4, 5)));

#endif
