/* SPDX-License-Identifier: MIT */
/* Numbers in titles, notes and captions of figures. */
#ifndef CONTEND_FIGURE_QUANTITY_H
#define CONTEND_FIGURE_QUANTITY_H

#include <stddef.h>

#include "harness/figure/axis.h"
#include "harness/insight/summary.h"

enum { QUANTITY = 32 }; /* bytes that hold any number */

/* Three digits and the unit that suits: "98.2 ns", "62.1 MiB", "97 %" (of a share). */
void quantity_text(char *buf, size_t n, enum axis_unit unit, double v);
/* Appends "2.31× (2.28 … 2.34)", to three digits; without an interval "2.31× (no interval)". */
void quantity_ratio(char *buf, size_t n, const struct estimate *ratio);

/* Appends "30 blocks", of a run that was cut short before its first whole one "the trials there are". */
void quantity_blocks(char *buf, size_t n, unsigned blocks);

#endif
