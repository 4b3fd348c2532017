/* SPDX-License-Identifier: MIT */
/* The plan as the journal's first line, both ways. */
#ifndef CONTEND_RECORD_PLAN_JSON_H
#define CONTEND_RECORD_PLAN_JSON_H

#include "harness/record/plan.h"
#include "harness/record/fields.h"

void put_plan(struct json_writer *w, const struct plan *p);
int read_plan(struct fields f, struct plan *p); /* on failure what was read is released */

#endif
