/* SPDX-License-Identifier: MIT */
/* A trial's record from the text under a cursor. */
#ifndef CONTEND_RECORD_RECORD_READ_H
#define CONTEND_RECORD_RECORD_READ_H

#include "harness/record/json_cursor.h"
#include "harness/record/record.h"

/* Reads the whole text as one record; 0, -EINVAL or -ENOMEM. The record is set up anew, and released by the caller also
 * after a failure. */
int record_read(struct json_cursor *c, struct trial_record *r);

#endif
