/* SPDX-License-Identifier: MIT */
/* The cell of a plan that a user names. */
#ifndef CONTEND_RECORD_CELL_FIND_H
#define CONTEND_RECORD_CELL_FIND_H

#include "harness/record/plan.h"

enum { CELLS_NEAR = 3 };

/* What a text may have meant. */
struct cells_near {
    unsigned matching;          /* cells whose id has all words of the text */
    unsigned n;                 /* entries of cells */
    unsigned cells[CELLS_NEAR]; /* the first of these; where none matches, those that have most of the words */
};

/* By a cell's number in the plan ("12"), its id (plan_cell_id), or words of its id that no other has all of ("sleep
 * threads c16"); a number goes before a word, and is near to none. The cell, or -ENOENT with *near filled, or
 * -ENOMEM. */
int cell_find(const struct plan *p, const char *text, struct cells_near *near);

#endif
