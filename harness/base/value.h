/* SPDX-License-Identifier: MIT */
/* Values with units, as people write them: 200ms, 64KiB, 1.5s. A bare number where a unit is needed is refused. */
#ifndef CONTEND_BASE_VALUE_H
#define CONTEND_BASE_VALUE_H

#include <stddef.h>
#include <stdint.h>

#include "harness/base/err.h"

/* `what` is how errors call the value ("--duration", "time"). All return 0 or -EINVAL with one line. */
int value_time(const char *text, const char *what, uint64_t *ns, struct err *e);     /* ns us µs ms s min h */
int value_duration(const char *text, const char *what, uint64_t *ns, struct err *e); /* the same, and not 0 */
int value_size(const char *text, const char *what, uint64_t *bytes, struct err *e);  /* B KB MB GB KiB MiB GiB */
int value_count(const char *text, const char *what, uint64_t least, uint64_t most, uint64_t *n, struct err *e);
int value_percent(const char *text, const char *what, double *fraction, struct err *e); /* "2%" → 0.02; above 0 */
int value_margin(const char *text, const char *what, double *fraction, struct err *e);  /* the same, or 0 */

#endif
