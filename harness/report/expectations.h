/* SPDX-License-Identifier: MIT */
/* What a run shows of its workloads' expectations, on the terminal and in summary.json. */
#ifndef CONTEND_REPORT_EXPECTATIONS_H
#define CONTEND_REPORT_EXPECTATIONS_H

#include <stdio.h>

#include "harness/insight/summary.h"

/* Below the tables: what did not hold with its numbers and the likely reasons, what can't be told, and in one line each
 * workload's that held. Nothing when there is none. */
void expectations_print(FILE *out, const struct summary *s, unsigned width, bool colour);
/* The member "expectations". */
void expectations_to_json(struct json_writer *w, const struct summary *s);

#endif
