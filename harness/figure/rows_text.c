/* SPDX-License-Identifier: MIT */
/* Subtitles of charts of rows; see rows_text.h. */
#include "harness/figure/rows_text.h"

#include "harness/base/base.h"
#include "harness/figure/quantity.h"

static bool has_intervals(const struct chart *c)
{
    for (unsigned i = 0; i < c->n_rows; i++)
        for (unsigned k = 0; k < c->n_series; k++)
            if (c->row[i].at[k].lower < c->row[i].at[k].y || c->row[i].at[k].upper > c->row[i].at[k].y)
                return true; /* not where one is NaN */
    return false;
}

void rows_left_out(struct chart *c, unsigned left_out)
{
    if (left_out)
        text_append(c->subtitle, sizeof c->subtitle, "; %u more row%s not drawn", left_out,
                    left_out == 1 ? " is" : "s are");
}

void rows_medians(struct chart *c, unsigned blocks, unsigned left_out)
{
    text_append(c->subtitle, sizeof c->subtitle, "%smedian of ", c->subtitle[0] ? "; " : "");
    quantity_blocks(c->subtitle, sizeof c->subtitle, blocks);
    text_append(c->subtitle, sizeof c->subtitle, "%s", has_intervals(c) ? " with 95 % intervals" : "");
    rows_left_out(c, left_out);
}
