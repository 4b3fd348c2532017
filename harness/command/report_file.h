/* SPDX-License-Identifier: MIT */
/* The report of a run as a file. */
#ifndef CONTEND_COMMAND_REPORT_FILE_H
#define CONTEND_COMMAND_REPORT_FILE_H

#include "harness/insight/runs.h"

/* Draws the figures and writes the page to `to`; "-" is stdout. A file is there as a whole or as it was before; what is
 * no file (a pipe, a terminal) is written as it comes. Figures that can't be drawn are told in the page and, where
 * `quiet` is false, on stderr, and are no error. 0, -EINTR once *stop is set, else -errno with `e`. */
int report_file_of_run(const struct summary *s, const char *dir, const char *to, bool quiet, const volatile int *stop,
                       struct err *e);
int report_file_of_runs(const struct runs *r, const char *const name[2], const char *to, const volatile int *stop,
                        struct err *e);
/* Prints the path of what was written to stdout, in a line of its own that no name can forge. Nothing for "-". */
void report_file_tell(const char *to);

#endif
