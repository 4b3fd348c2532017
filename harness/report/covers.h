/* SPDX-License-Identifier: MIT */
/* What the intervals of a run's rates cover: its own minutes, or the machine. */
#ifndef CONTEND_REPORT_COVERS_H
#define CONTEND_REPORT_COVERS_H

#include <stdio.h>

#include "harness/insight/summary.h"
#include "harness/record/json.h"

void covers_print(FILE *out, const struct summary *s, unsigned width);
void covers_to_json(struct json_writer *w, const struct summary *s);

#endif
