/* SPDX-License-Identifier: MIT */
/* Numbers in texts of figures; see quantity.h. */
#include "harness/figure/quantity.h"

#include <math.h>

#include "harness/base/base.h"

void quantity_text(char *buf, size_t n, enum axis_unit unit, double v)
{
    axis_text(&(struct axis){.unit = unit}, buf, n, v);
}

/* Behind the point, so that there are three in all. */
static int digits_of(double ratio)
{
    return ratio < 9.995 ? 2 : ratio < 99.95 ? 1 : 0;
}

void quantity_ratio(char *buf, size_t n, const struct estimate *ratio)
{
    if (isnan(ratio->lower) || isnan(ratio->upper))
        text_append(buf, n, "%.*f× (no interval)", digits_of(ratio->median), ratio->median);
    else
        text_append(buf, n, "%.*f× (%.*f … %.*f)", digits_of(ratio->median), ratio->median, digits_of(ratio->lower),
                    ratio->lower, digits_of(ratio->upper), ratio->upper);
}

void quantity_blocks(char *buf, size_t n, unsigned blocks)
{
    if (blocks)
        text_append(buf, n, "%u block%s", blocks, blocks == 1 ? "" : "s");
    else
        text_append(buf, n, "the trials there are");
}
