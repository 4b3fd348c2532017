/* SPDX-License-Identifier: MIT */
/*
 * The files of a run's directory. trials.jsonl is the journal: the plan in its first line, then a line a trial, one
 * write each, so that it is whole after SIGKILL at any moment but for an unfinished last line, which readers drop and
 * resuming cuts off.
 */
#ifndef CONTEND_RECORD_JOURNAL_H
#define CONTEND_RECORD_JOURNAL_H

#include "harness/record/plan.h"

struct journal;
/* Creates DIR/trials.jsonl with the plan; fails when it exists. On failure *out is untouched and no file is left. */
int journal_create(struct journal **out, const char *dir, const struct plan *p, struct err *e);
/* Opens for appending after a kill: an unfinished last line is cut off, and `without_last` the last whole one, too. On
 * failure *out is untouched. The caller sees to it that nobody else writes here (command/run_dir.h locks the
 * directory).
 */
int journal_reopen(struct journal **out, const char *dir, bool without_last, struct err *e);
/* One line, one write. On a short write or an error the file is cut back to the last whole line; should even that fail,
 * the error says so, and nothing more may be appended before it is reopened. */
int journal_append(struct journal *j, const struct plan *p, const struct trial_record *r, struct err *e);
void journal_close(struct journal *j);

/* Reads the plan (released with plan_release) and calls `each` for every trial in order; the record is released after
 * the call. A non-zero return of `each` stops and is returned. Errors are "FILE:LINE:COLUMN: …". *torn tells of an
 * unfinished last line. Memory is that of the plan and of one line. */
int journal_read(const char *dir, struct plan *p, int (*each)(void *arg, struct trial_record *r), void *arg, bool *torn,
                 struct err *e);

/* A cell and a record as JSON text, for the trial process: malloc'ed, NUL-terminated; NULL when memory is out. */
struct plugin_set;
char *cell_to_json(const struct cell *c, const struct plugin_set *plugins); /* plugins may be NULL: it names none */
int cell_from_json(const char *text, size_t len, struct cell *c, struct err *e);
char *record_to_json(const struct plan *p,
                     const struct trial_record *r); /* p may be NULL: without the cell's own names */
/* On success *r is overwritten, and released by the caller; on failure it is untouched. */
int record_from_json(const char *text, size_t len, struct trial_record *r, struct err *e);

#endif
