/* SPDX-License-Identifier: MIT */
/*
 * Records for logs and for grep: one a line, "KIND NAME=VALUE NAME=VALUE …", always with the same fields in the same
 * order. No colour, nothing that moves a cursor. A value with anything but letters, digits and ._:+-/%,<># stands in
 * double quotes, in which " and \ have a \ before them. What is missing is n/a, without quotes.
 *
 * Signs that this program's own texts have beyond ASCII (… × → ±) are written in ASCII. Letters of others' names stay
 * as they are. A control character, a mark that turns the direction of writing, or what is no UTF-8, is a question
 * mark.
 */
#ifndef CONTEND_REPORT_PLAIN_H
#define CONTEND_REPORT_PLAIN_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "harness/record/record.h"

void plain_begin(FILE *out, const char *kind);
void plain_end(FILE *out);
/* Fields. A text of NULL or "" is missing, as is a number that is not finite. */
void plain_text(FILE *out, const char *name, const char *text);
void plain_count(FILE *out, const char *name, uint64_t n);
void plain_signed(FILE *out, const char *name, int64_t n);
void plain_bool(FILE *out, const char *name, bool yes);                /* yes, no */
void plain_number(FILE *out, const char *name, double v);              /* four digits; a whole number has all */
void plain_share(FILE *out, const char *name, double v);               /* of 1: "4.1%" */
void plain_rate(FILE *out, const char *name, double v);                /* "62.3k" */
void plain_duration(FILE *out, const char *name, double ns);           /* "1.02ms" */
void plain_bytes(FILE *out, const char *name, double bytes);           /* "1.24MiB" */
void plain_metric(FILE *out, const char *name, const struct metric *m, /* by one of the above */
                  void (*put)(FILE *out, const char *name, double v));
void plain_missing(FILE *out, const char *name);

#endif
