/* SPDX-License-Identifier: MIT */
/* How long a plan's run goes on, as JSON: parts of plan_json.c. */
#ifndef CONTEND_RECORD_PLAN_TIMES_JSON_H
#define CONTEND_RECORD_PLAN_TIMES_JSON_H

#include "harness/record/fields.h"
#include "harness/record/plan.h"

void put_plan_stop(struct json_writer *w, const struct plan_stop *s);
void put_plan_time(struct json_writer *w, const struct plan_time *t);
void read_plan_stop(struct fields *f, struct plan_stop *s);
/* Visits, pauses and the time that the run keeps, after the blocks were found to be in range. */
void read_plan_times(struct fields *f, struct plan *p);

#endif
