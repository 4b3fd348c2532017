/* SPDX-License-Identifier: MIT */
/* The bars of `verify`, as lines for people and as JSON. */
#ifndef CONTEND_REPORT_BARS_H
#define CONTEND_REPORT_BARS_H

#include <stdio.h>

#include "harness/record/json.h"
#include "harness/verify/verify.h"

/* "at most 5 %", "93 to 97 %" into buf. */
void bar_text(const struct bar_row *r, char *buf, size_t n);
/* One row as a few lines: what was measured against which bar, how, and what is to be known. */
void bar_print(FILE *out, const struct bar_row *r, bool colour);
/* One row as a JSON object. */
void bar_to_json(struct json_writer *w, const struct bar_row *r);

#endif
