/* SPDX-License-Identifier: MIT */
/* Lines that fit where they are read. A column is one character; escape sequences for colour take none. What could move
 * the cursor or turn the direction of writing, or is no UTF-8, is a question mark: names in a run's files may come from
 * anyone. */
#ifndef CONTEND_REPORT_WRAP_H
#define CONTEND_REPORT_WRAP_H

#include <stdio.h>

enum { WIDTH_LEAST = 40, WIDTH_PAGE = 80 }; /* the second: of a page that no terminal shows */

/* Columns to fill on `fd`: COLUMNS from the environment when it is a number of at least WIDTH_LEAST, else the
 * terminal's (at least WIDTH_LEAST), else 0: no terminal. */
unsigned report_width(int fd);
/* The same of a page that may be long: where `out` is a pipe, the width of the terminal that `messages` (standard
 * error) shows, since what reads such a pipe is most often a pager there. */
unsigned report_page_width(int out, int messages);
/* The columns that a text takes up. */
unsigned text_columns(const char *text);
/* Prints a text of one line and the newline. It is broken at spaces so that no line has more than `width` columns, but
 * for a single word that is longer; what follows a break is indented by `hang`. Spaces at its start are kept. Width 0:
 * it is not broken. The text may set colours. */
void wrap_print(FILE *out, unsigned width, unsigned hang, const char *fmt, ...) __attribute__((format(printf, 4, 5)));
/* Newlines are those of fmt, at its beginning and its end: one within, as a name may have, is a blank. */
/* The same of a text that may have names from anyone, so that no colour in it is let through. `mark` stands before it,
 * and its words are in `colour` (an escape sequence, "" is none); it is not broken. */
void wrap_print_marked(FILE *out, unsigned width, unsigned hang, const char *mark, const char *colour, const char *fmt,
                       ...) __attribute__((format(printf, 6, 7)));

#endif
