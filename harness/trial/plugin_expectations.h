/* SPDX-License-Identifier: MIT */
/* The expectations that a plug-in brings: whether they keep the contract, and in this program's structs. For plugin.c.
 */
#ifndef CONTEND_TRIAL_PLUGIN_EXPECTATIONS_H
#define CONTEND_TRIAL_PLUGIN_EXPECTATIONS_H

#include "bench/workload.h"
#include "harness/base/err.h"

/* Of plugin.c: a text of 1 to `most` bytes without control characters; a name of a-z, 0-9, - and _. 0 or -EINVAL. */
int plugin_text_ok(const char *text, const char *what, const char *of, size_t most, struct err *e);
int plugin_name_ok(const char *name, const char *what, const char *of, struct err *e);

/* Those of a workload whose parameters are in order. 0 or -EINVAL. */
int plugin_expectations_ok(const struct workload *w, struct err *e);
/* A copy in structs of this program, of those that a plug-in's compiler laid out with these sizes; `keep` gives zeroed
 * memory that stays. One more than there may be is copied, so that plugin_expectations_ok sees it. NULL: no memory. */
const struct expectation *plugin_expectations_widened(const struct expectation *from, const uint32_t *sizes,
                                                      void *(*keep)(size_t bytes));

#endif
