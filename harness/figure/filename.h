/* SPDX-License-Identifier: MIT */
/* What a figure's file is called: by what was swept, so that it is the same from run to run; letters, digits, _ and -.
 */
#ifndef CONTEND_FIGURE_FILENAME_H
#define CONTEND_FIGURE_FILENAME_H

#include "harness/insight/crossover.h"

/* "request-compute-400000": the workload of the plan's cell `like`, the first of its work, with those parameters that
 * have several values in the plan. Works that are called alike are numbered: "request", "request.2". */
void filename_of_work(char *buf, size_t n, const struct plan *p, unsigned like);
/* The same with the name of that parameter alone, in place of its value: "memory-size". */
void filename_without(char *buf, size_t n, const struct plan *p, unsigned like, unsigned param);
/* A name of a workload as a part of a file's. */
void filename_of_text(char *buf, size_t n, const char *name);
/* "request-compute", with "-o2" where others of that name are of as many units or more. The same of maps[i]. */
void filename_of_map(char *buf, size_t n, const struct plan *p, const struct crossover *maps, unsigned n_maps,
                     unsigned i);

#endif
