/* SPDX-License-Identifier: MIT */
/* The least and the greatest in words; see extremes.h. */
#include "harness/figure/extremes.h"

#include <math.h>

#include "harness/base/base.h"

void extremes_value(char *buf, size_t n, const struct axis *unit, struct chart_value v)
{
    char text[3][32];
    axis_text(unit, text[0], sizeof text[0], v.y);
    text_append(buf, n, "%s", text[0]);
    if (!(v.lower < v.y || v.upper > v.y))
        return;
    axis_text(unit, text[1], sizeof text[1], v.lower);
    axis_text(unit, text[2], sizeof text[2], v.upper);
    text_append(buf, n, " (%s … %s)", text[1], text[2]);
}

void extremes_text(char *buf, size_t n, const struct axis *unit, const struct extreme *of, unsigned count)
{
    const struct extreme *least = NULL, *most = NULL;
    double low = INFINITY, high = -INFINITY;
    unsigned known = 0;
    for (unsigned i = 0; i < count; i++) {
        if (isnan(of[i].v.y))
            continue;
        known++;
        least = !least || of[i].v.y < least->v.y ? &of[i] : least;
        most = !most || of[i].v.y > most->v.y ? &of[i] : most;
        low = fmin(low, of[i].v.lower);
        high = fmax(high, of[i].v.upper);
    }
    if (known > 1 && least->v.upper >= most->v.lower) {
        char from[32], to[32];
        axis_text(unit, from, sizeof from, low);
        axis_text(unit, to, sizeof to, high);
        if (known == 2)
            text_append(buf, n, "%s … %s under %s and %s", from, to, least->name, most->name);
        else
            text_append(buf, n, "%s … %s under all %u models", from, to, known);
    } else if (known) {
        extremes_value(buf, n, unit, least->v);
        text_append(buf, n, " under %s", least->name);
        if (known > 1) {
            text_append(buf, n, " and ");
            extremes_value(buf, n, unit, most->v);
            text_append(buf, n, " under %s", most->name);
        }
    }
}
