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

/* The blocks first … first + n - 1 of a floor, as a floor of their own that begins at 0. 0 or -ENOMEM; released by
 * kept_floor_release in any case. */
int made_part(const struct kept_floor *f, unsigned first, unsigned n, struct kept_floor *out);

#endif
