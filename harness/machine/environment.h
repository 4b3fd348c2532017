/* SPDX-License-Identifier: MIT */
/* environment.json: the facts and checks before and after a run, what changed between, and what basic operations cost
 * when it began. */
#ifndef CONTEND_MACHINE_ENVIRONMENT_H
#define CONTEND_MACHINE_ENVIRONMENT_H

#include "harness/machine/checks.h"
#include "harness/machine/costs.h"

struct environment {
    struct facts start, end;
    bool ended; /* `end` has been read */
    unsigned n_checks;
    struct check_result checks[CHECKS_MAX]; /* of `start` */
    unsigned n_changed;
    unsigned changed[FACTS_MAX]; /* indexes in start */
    struct costs costs;          /* at the start; of older files none */
};

/* Reads the facts of this machine and judges them; again at the end, which also finds what changed. Costs are the
 * caller's to measure. */
void environment_start(struct environment *v, const char *scratch, unsigned sample_ms);
void environment_end(struct environment *v, const char *scratch, unsigned sample_ms);
/* The same with facts that were read before. */
void environment_close(struct environment *v, const struct facts *end);
/* The file's name below the run's directory: the first is environment.json; a run that is resumed adds
 * environment-2.json and so on, each with its own start and end. The name is interned; NULL when the directory has
 * none. */
const char *environment_first(const char *dir);
const char *environment_last(const char *dir);
const char *environment_next(const char *dir);
/* DIR/NAME, whole or absent. */
int environment_write(const char *dir, const char *name, const struct environment *v, struct err *e);
/* Reads facts back and judges them again by this program's checks. */
int environment_read(const char *dir, const char *name, struct environment *v, struct err *e);

#endif
