/* SPDX-License-Identifier: MIT */
/* The trials of a run once more, one at a time, after its journal was summed up: a summary keeps but few numbers of
 * each. */
#ifndef CONTEND_INSIGHT_TRIALS_H
#define CONTEND_INSIGHT_TRIALS_H

#include "harness/insight/summary.h"

/* Calls each(arg, record) for every trial that the summary of the run in DIR has, in the order of the journal, until
 * that is not 0: the first stands in line 2 of the journal. A trial that the records as a whole made void is void here.
 * Those that were added since are left out. The record is released after the call. Once *stop is set (NULL: never)
 * -EINTR. 0; what `each` returned if it is below 0; -EBUSY when the journal has another plan by now; else as
 * journal_read. */
int trials_read(const char *dir, const struct summary *s, const volatile int *stop,
                int (*each)(void *arg, const struct trial_record *r), void *arg, struct err *e);

#endif
