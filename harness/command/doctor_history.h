/* SPDX-License-Identifier: MIT */
/* doctor --history: the floors and the runs' costs that are kept here, over time, as a table and as JSON. */
#ifndef CONTEND_COMMAND_DOCTOR_HISTORY_H
#define CONTEND_COMMAND_DOCTOR_HISTORY_H

#include <stdbool.h>

#include "harness/base/err.h"

enum { HISTORY_SHOWN = 40 }; /* entries, unless asked otherwise */

/* "all", or how many of the last entries: at least 1; NULL: HISTORY_SHOWN. 0 or -EINVAL. */
int doctor_history_most(const char *text, unsigned *most, struct err *e);
/* Prints the last `most` entries on standard output, the oldest first; what can't be read is left out and told on
 * stderr. 0, also when nothing is kept; -errno. */
int doctor_history(unsigned most, bool json, struct err *e);

#endif
