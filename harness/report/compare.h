/* SPDX-License-Identifier: MIT */
/*
 * What is given out of a comparison of two runs: a table, Markdown for a pull request, JSON (contend/compare/1). All
 * show first what differs between the two environments, and say so when the runs were made at two times. Errors are the
 * FILE's.
 */
#ifndef CONTEND_REPORT_COMPARE_H
#define CONTEND_REPORT_COMPARE_H

#include "harness/insight/runs.h"
#include "harness/report/report.h"

/* `name` is what the two runs are called: their directories. */
/* Sentences fill `width` columns; 0: there is no terminal. */
void compare_table(FILE *out, const struct runs *r, const char *const name[2], unsigned width, bool colour);
void compare_markdown(FILE *out, const struct runs *r, const char *const name[2]);
void compare_to_json(FILE *out, const struct runs *r, const char *const name[2]);

enum { CAUTION_MOST = 1200 }; /* bytes that hold any of the next two */
/* What is to be known of the two as a pair before any ratio: at two times, or side by side, and what the intervals
 * allow for. */
void compare_caution(char *buf, size_t n, const struct runs *r);
/* What to do where no verdict was to be had; false: there is no such cell. */
bool compare_what_to_do(char *buf, size_t n, const struct runs *r);
/* "0.98 (0.97 … 0.99) of A's speed in B", or why that is not known. */
void compare_canary(char *buf, size_t n, const struct runs *r, enum canary kind);
/* "12 %": the largest slow-down of B that is not excluded; "any": there is no interval. */
void compare_not_excluded(char *buf, size_t n, const struct comparison *c);
/* A share in per cent: "12 %", "0.34 %", "99.7 %". */
void compare_share(char *buf, size_t n, double share);
/* "1 faster, 2 slower, …" and what went wrong besides. */
void compare_counts(char *buf, size_t n, const struct runs *r);
/* The build in a few words: "commit 0123456789ab (Release, GNU 12.2.0)". */
void compare_build(char *buf, size_t n, const struct summary *s);
/* A fact's value as it is shown: "(absent)" and so on for what has none. */
const char *compare_fact(const struct fact *f);

#endif
