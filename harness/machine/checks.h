/* SPDX-License-Identifier: MIT */
/*
 * Checks judge facts: what on this machine would spoil the numbers, how bad, which numbers, and how to mend it. One
 * function in checks.c or checks_cpu.c and one row in checks.def each.
 */
#ifndef CONTEND_MACHINE_CHECKS_H
#define CONTEND_MACHINE_CHECKS_H

#include "harness/machine/facts.h"

/* SEVERITY_UNKNOWN: the facts that it needs are missing; the evidence says which. INFO: to be known when reading the
 * numbers. WARNING: widens intervals or shifts some numbers. ERROR: the numbers mean something else than they say. */
enum severity { SEVERITY_OK, SEVERITY_INFO, SEVERITY_UNKNOWN, SEVERITY_WARNING, SEVERITY_ERROR };
extern const char *const severity_names[5]; /* "ok", "info", "unknown", "warning", "error" */

struct check_result {
    const char *id, *effect, *mend; /* static; mend is the command or the step that mends it */
    enum severity severity;
    char evidence[400];
};

struct check {
    const char *id, *summary, *effect, *mend;
    enum severity (*judge)(const struct facts *f, struct check_result *r);
};

extern const struct check checks[]; /* in the order of checks.def; ends with a NULL id */
enum { CHECKS_MAX = 48 };

/* Fills out[0 … n-1], n the number of checks, which is returned. */
unsigned checks_run(const struct facts *f, struct check_result *out);
enum severity checks_worst(const struct check_result *r, unsigned n);
/* The array [{"id", "severity", "evidence", "effect", "mend"}, …]. */
void checks_to_json(struct json_writer *w, const struct check_result *r, unsigned n);

#endif
