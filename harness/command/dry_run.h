/* SPDX-License-Identifier: MIT */
/* What --dry-run tells: the plan, cell by cell, and how long it would take. */
#ifndef CONTEND_COMMAND_DRY_RUN_H
#define CONTEND_COMMAND_DRY_RUN_H

#include "harness/plan/sweep.h"

/* On standard output. once_ns: what comes once, calibration above all; expected_ns: of each cell, what a block takes
 * for it (0 for a skip), which is `each` trials. */
void dry_run_tell(const struct plan *p, const double *expected_ns, double once_ns, unsigned each);

#endif
