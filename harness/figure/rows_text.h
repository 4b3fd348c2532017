/* SPDX-License-Identifier: MIT */
/* What the subtitles of charts of rows have in common, and how many rows a page shows. */
#ifndef CONTEND_FIGURE_ROWS_TEXT_H
#define CONTEND_FIGURE_ROWS_TEXT_H

#include "harness/figure/chart.h"

enum { ROWS_MOST = 20 }; /* so that their names don't touch */

/* Ends the subtitle with "median of 10 blocks with 95 % intervals", where some row has one, and with how many rows are
 * not drawn. Once the rows are filled. */
void rows_medians(struct chart *c, unsigned blocks, unsigned left_out);
void rows_left_out(struct chart *c, unsigned left_out);

#endif
