/* SPDX-License-Identifier: MIT */
/* The columns of a table on a terminal: which of them there is room for. */
#ifndef CONTEND_REPORT_COLUMNS_H
#define CONTEND_REPORT_COLUMNS_H

#include <stdbool.h>
#include <stdio.h>

struct report_column {
    const char *head;
    unsigned width; /* of its values, right-aligned behind a space */
    unsigned goes;  /* when there is no room: 1 first; 0: never */
};

/* How wide the table is with the columns shown, behind `lead` columns at its left. */
unsigned columns_width(const struct report_column *columns, unsigned n, unsigned lead, const bool *shown);
/* Leaves out of `shown` what must go for the table to be at most `width` columns wide, as far as that can be. */
void columns_fit(const struct report_column *columns, unsigned n, unsigned lead, unsigned width, bool *shown);
/* The heads of those shown. */
void columns_head(FILE *out, const struct report_column *columns, unsigned n, const bool *shown);

#endif
