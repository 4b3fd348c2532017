/* SPDX-License-Identifier: MIT */
/* Which kinds of canary resemble the work of a cell: what slows one of them down may have slowed down the work. */
#ifndef CONTEND_INSIGHT_RESEMBLANCE_H
#define CONTEND_INSIGHT_RESEMBLANCE_H

#include "harness/record/record.h"

/* The set of them, bit i for kind i, by the family of a workload ("cpu", "io", …); all kinds for one that is not known
 * here (a plug-in's own) and for NULL. */
unsigned canary_kinds_of(const char *family);
/* By the family of the cell's workload; all kinds where the program does not know the workload. */
unsigned canary_kinds_of_cell(const struct cell *c);

#endif
