/* SPDX-License-Identifier: MIT */
/* The value of a workload's parameter as people write it, and as it is shown. */
#ifndef CONTEND_RECORD_PARAM_VALUE_H
#define CONTEND_RECORD_PARAM_VALUE_H

#include <stddef.h>
#include <stdint.h>

#include "bench/workload.h"
#include "harness/base/err.h"

enum { VALUE_PATH_MAX = 512, VALUE_TEXT_MAX = VALUE_PATH_MAX };

/* By the parameter's own type and range; 0, or -EINVAL with one line. A path must be there and readable; it is made
 * absolute, so that it means the same wherever a trial is started from. */
int value_param(const struct param *p, const char *text, int64_t *out, struct err *e);
/* The shortest exact text: 1ms, 64KiB, 200000, pipe, no, a path; VALUE_TEXT_MAX bytes hold any, with the NUL. */
void value_text(const struct param *p, int64_t v, char *buf, size_t n);
/* The same for where there is little room: of a path the last name, and whole characters only. */
void value_label(const struct param *p, int64_t v, char *buf, size_t n);

#endif
