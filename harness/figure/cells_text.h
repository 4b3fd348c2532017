/* SPDX-License-Identifier: MIT */
/*
 * Cells of one chart in words: what all of them have in common stands in the subtitle once, and each row is named by
 * what it alone has. Serial does one task at a time on one CPU, whatever is asked: it counts for neither.
 */
#ifndef CONTEND_FIGURE_CELLS_TEXT_H
#define CONTEND_FIGURE_CELLS_TEXT_H

#include "harness/record/plan.h"

/* The cells, by index. */
struct cells_set {
    const struct plan *plan;
    const unsigned *cells;
    unsigned n;
    int but;    /* this parameter is left out of both texts; -1: none is */
    bool brief; /* a name tells CPUs and tasks in flight only where cells of its own workload differ in them */
};

/* "threads, 2 CPUs": what differs among the set, the model always where there are several. At least the model. */
void cells_name(char *buf, size_t n, const struct cells_set *set, unsigned cell);
/* "primes limit=200000; 2 CPUs, 2 in flight": what does not. */
void cells_common(char *buf, size_t n, const struct cells_set *set);
/* true if the cells are alike in all that is asked of a user, but for that parameter (-1: none) and the model. */
bool cells_alike(const struct cell *a, const struct cell *b, int but);
/* The first cell of the plan that does the same work: what files are named after. */
unsigned cells_first_like(const struct plan *p, unsigned cell);

#endif
