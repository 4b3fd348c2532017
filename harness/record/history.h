/* SPDX-License-Identifier: MIT */
/*
 * What fixed pieces of work cost in each run, kept over time: history.jsonl in the directory of what is kept
 * (base/state.h), one line a finished run, of schema contend/history/1.
 *
 * Several programs may append at once: a line is one write(2) to a file opened with O_APPEND, under flock(2) where the
 * file system has it. The lock is waited for for 1 s at most; without it the line is written all the same, but the file
 * is not trimmed.
 */
#ifndef CONTEND_RECORD_HISTORY_H
#define CONTEND_RECORD_HISTORY_H

#include "harness/record/kept_floor.h"
#include "harness/record/record.h"

/* A longer file loses its older half; a line has about 450 bytes. */
enum { HISTORY_MOST_BYTES = 4 << 20, HISTORY_NOTES = 4 };

struct history_run {
    char when[40]; /* it ended, RFC 3339 in UTC */
    char name[80]; /* of its plan; a longer one is cut */
    struct machine_id machine;
    unsigned blocks;
    double ns[CANARIES]; /* by kind; NaN: not known */
};

struct history {
    unsigned n;
    struct history_run *runs; /* in the order of the file; owned */
    unsigned later, damaged;  /* lines left out: of a later schema; others, a torn last one among them */
    bool torn;
    unsigned n_notes; /* the first HISTORY_NOTES lines that were left out: FILE:LINE: what is wrong */
    char notes[HISTORY_NOTES][512];
};

/* Appends a line to the file at `path`, which is made when there is none; its directory must be there. What was torn
 * before is closed by a newline, so that this line is whole. 0; -EINVAL: it is not a file; -errno. */
int history_append(const char *path, const struct history_run *r, struct err *e);
/* The same with another limit than HISTORY_MOST_BYTES. */
int history_append_within(const char *path, const struct history_run *r, size_t most, struct err *e);

/* Reads all lines that can be read. No file is an empty history. 0; -errno; released by the caller in any case. */
int history_read(const char *path, struct history *h, struct err *e);
void history_release(struct history *h);

/* The member "canaries_ns": an object by kind, ns; null with the reason where one is NaN. */
void put_canaries_ns(struct json_writer *w, const double ns[CANARIES]);

#endif
