/* SPDX-License-Identifier: MIT */
/* Runs that never were: what they would have measured if they had begun at some time of a recorded floor. */
#ifndef CONTEND_VERIFY_MADE_RUN_H
#define CONTEND_VERIFY_MADE_RUN_H

#include "harness/insight/summary.h"
#include "harness/record/kept_floor.h"

enum { MADE_BLOCKS = 10 }; /* as a run has by default */

struct made {
    struct plan plan;
    struct summary s;
    struct cell_summary *cells;
    double *memory;
};

/* Of the series first … first + n - 1 of the floor. 0 or -ENOMEM; released by made_release in any case. */
int made_init(struct made *m, const struct kept_floor *f, unsigned first, unsigned n, unsigned visits);
void made_release(struct made *m);
/* Lays the run on the blocks of the floor from the first at or after start_s on, its pauses included; *end_s: its end.
 * false: the recording ends before. */
bool made_lay(struct made *m, const struct kept_floor *f, unsigned first, double start_s, double *end_s);

/* A part of a floor, which borrows all of it. */
struct made_part {
    struct kept_floor f;
    struct floor_series cells[64], canaries[CANARIES];
};

/* The blocks first … first + n - 1 of a floor. */
void made_part(const struct kept_floor *f, unsigned first, unsigned n, struct made_part *out);

#endif
