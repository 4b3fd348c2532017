/* SPDX-License-Identifier: MIT */
/* Which columns of a table there is room for; see columns.h. */
#include "harness/report/columns.h"

#include "harness/report/text.h"

unsigned columns_width(const struct report_column *columns, unsigned n, unsigned lead, const bool *shown)
{
    unsigned sum = lead;
    for (unsigned i = 0; i < n; i++)
        sum += shown[i] ? 1 + columns[i].width : 0;
    return sum;
}

void columns_fit(const struct report_column *columns, unsigned n, unsigned lead, unsigned width, bool *shown)
{
    for (unsigned next = 1; next <= n && columns_width(columns, n, lead, shown) > width; next++)
        for (unsigned i = 0; i < n; i++)
            shown[i] &= columns[i].goes != next;
}

void columns_head(FILE *out, const struct report_column *columns, unsigned n, const bool *shown)
{
    for (unsigned i = 0; i < n; i++)
        if (shown[i])
            text_column(out, columns[i].head, columns[i].width);
}
