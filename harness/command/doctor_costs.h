/* SPDX-License-Identifier: MIT */
/* doctor --costs: the numbers of this machine, as a table. */
#ifndef CONTEND_COMMAND_DOCTOR_COSTS_H
#define CONTEND_COMMAND_DOCTOR_COSTS_H

#include <stdio.h>

#include "harness/machine/costs.h"
#include "harness/machine/facts.h"

/* Measures them for doctor: the quick ones in at most 2 s, all of them in at most 60 s. */
void doctor_costs_measure(struct costs *c, bool with_long, const char *scratch);
/* The table, then what unexpected values bend. No line is wider than `width` columns. */
void doctor_costs_print(const struct costs *c, const struct facts *f, unsigned width);
/* For the list of checks: those outside their range, and how many are inside. */
void doctor_costs_judge(const struct costs *c, unsigned width);
/* One line, when some cost more than is expected: `why` that matters, and which they are. */
void doctor_costs_note(FILE *out, const struct costs *c, const char *why);

#endif
