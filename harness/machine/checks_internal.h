/* SPDX-License-Identifier: MIT */
/* For the files that check, one function a row of checks.def. Each fills in the evidence and returns how bad it is. */
#ifndef CONTEND_MACHINE_CHECKS_INTERNAL_H
#define CONTEND_MACHINE_CHECKS_INTERNAL_H

#include "harness/machine/checks.h"

#define CHECK(function, summary, effect, mend)                                                                         \
    enum severity check_##function(const struct facts *f, struct check_result *r);
#include "harness/machine/checks.def"
#undef CHECK

/* Writes the evidence; returns s. */
enum severity check_say(struct check_result *r, enum severity s, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* The fact is not there: its reason is the evidence. */
enum severity check_unknown(struct check_result *r, const struct facts *f, const char *name);

#endif
