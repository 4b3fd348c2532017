/* SPDX-License-Identifier: MIT */
/* Parts of record_read.c's table, in a file of their own. `to` is the trial_record. */
#ifndef CONTEND_RECORD_RECORD_READ_PARTS_H
#define CONTEND_RECORD_RECORD_READ_PARTS_H

#include "harness/record/json_cursor.h"

/* A value that may be null beside its reason, "NAME_unavailable"; the two come in any order. While the object is being
 * read, its *why (set to missing_unknown before) remembers what was seen; missing_settle, behind the object, leaves
 * NULL or the reason in it, and refuses a null without one. */
extern const char missing_unknown[];
void missing_value(struct json_cursor *c, size_t at, const char **why, bool null);
void missing_why(struct json_cursor *c, const char **why);
void missing_settle(struct json_cursor *c, size_t at, const char *name, const char **why);

void read_latency(struct json_cursor *c, void *to); /* a histogram whose counts, least and most agree; allocated */
void read_latency_why(struct json_cursor *c, void *to);
void read_slices(struct json_cursor *c, void *to);
void read_slices_why(struct json_cursor *c, void *to);
void read_gaps(struct json_cursor *c, void *to); /* whose causes add up, and whose top cause is one of them */
void read_gaps_why(struct json_cursor *c, void *to);

#endif
