/* SPDX-License-Identifier: MIT */
/* Expectations of plug-ins as JSON, both ways; a part of their description (plugin_json.h). */
#ifndef CONTEND_RECORD_EXPECTATION_JSON_H
#define CONTEND_RECORD_EXPECTATION_JSON_H

#include "harness/record/fields.h"

extern const char *const expectation_quantity_names[EXPECT_QUANTITIES]; /* "throughput", "p99", … */

/* The member "expectations", an array; x may be NULL. */
void put_expectations_of(struct json_writer *w, const struct expectation *x);
/* Reads that member of the object; one that is not there, as in journals from before, is none. NULL: none, or f->rc is
 * set. The result is freed by expectations_free. */
const struct expectation *read_expectations(struct fields *f);
void expectations_free(const struct expectation *x); /* NULL is none */

#endif
