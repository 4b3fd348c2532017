/* SPDX-License-Identifier: MIT */
/* Widths of texts; see text_width.h. */
#include "harness/figure/text_width.h"

#include <string.h>

#include "harness/base/base.h"
#include "harness/base/utf8.h"

/* Advance widths of DejaVu Sans (its table hmtx), thousandths of the font's size, of ' ' to '~'. */
static const short ascii[] = {318,  401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361, 318, 337,
                              636,  636, 636, 636, 636, 636, 636, 636, 636, 636, 337, 337, 838, 838, 838, 531,
                              1000, 684, 686, 698, 770, 632, 575, 775, 752, 295, 295, 656, 557, 863, 748, 787,
                              603,  787, 695, 635, 611, 732, 684, 989, 685, 611, 685, 390, 337, 390, 838, 500,
                              500,  613, 635, 550, 635, 615, 352, 635, 634, 278, 278, 579, 278, 974, 634, 612,
                              635,  635, 411, 521, 392, 634, 592, 818, 592, 592, 525, 636, 337, 636, 838};
/* Of any other: the widest that Latin and Greek letters and the signs of titles (… ×) have, or a whole square. */
enum { OTHER = 838, SQUARE = 1000 };

static unsigned width_of(const char *at, unsigned bytes)
{
    unsigned char c = (unsigned char)*at;
    if (bytes == 1 && c >= ' ' && c <= '~')
        return (unsigned)ascii[c - ' '];
    return bytes > 2 ? SQUARE : OTHER;
}

static unsigned bytes_at(const char *at)
{
    unsigned n = utf8_length(at, strlen(at));
    return n ? n : 1;
}

double text_width(const char *text, double size)
{
    unsigned sum = 0;
    for (const char *p = text; *p; p += bytes_at(p))
        sum += width_of(p, bytes_at(p));
    return sum * size / 1000;
}

size_t text_break(const char *text, double size, double width, size_t *skip)
{
    double used = 0;
    size_t space = 0, at = 0;
    while (text[at]) {
        unsigned n = bytes_at(text + at);
        used += width_of(text + at, n) * size / 1000;
        if (text[at] == ' ')
            space = at;
        else if (used > width && at)
            break;
        at += n;
    }
    *skip = at;
    if (!text[at])
        return at;
    if (space)
        *skip = space + 1;
    return space ? space : at;
}
