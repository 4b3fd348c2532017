/* SPDX-License-Identifier: MIT */
/* The least and the greatest in words; see extremes.h. */
#include "harness/figure/extremes.h"

#include <math.h>
#include <string.h>

#include "harness/base/base.h"

/* "1.1 ms" before "1.3 ms" is "1.1". */
static void without_unit(char *from, const char *to)
{
    char *unit = strrchr(from, ' ');
    const char *same = strrchr(to, ' ');
    if (unit && same && strcmp(unit, same) == 0)
        *unit = 0;
}

static void put_range(char *buf, size_t n, const struct axis *unit, double low, double high)
{
    char from[32], to[32];
    axis_text(unit, from, sizeof from, low);
    axis_text(unit, to, sizeof to, high);
    without_unit(from, to);
    text_append(buf, n, "%s … %s", from, to);
}

void extremes_value(char *buf, size_t n, const struct axis *unit, struct chart_value v)
{
    char text[3][32];
    const double values[] = {v.y, v.lower, v.upper};
    for (unsigned i = 0; i < 3; i++)
        axis_text(unit, text[i], sizeof text[i], values[i]);
    text_append(buf, n, "%s", text[0]);
    if (strcmp(text[0], text[1]) == 0 && strcmp(text[0], text[2]) == 0) /* there is none, or none to be read */
        return;
    text_append(buf, n, " (");
    put_range(buf, n, unit, v.lower, v.upper);
    text_append(buf, n, ")");
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
        put_range(buf, n, unit, low, high);
        if (known == 2)
            text_append(buf, n, " under %s and %s", least->name, most->name);
        else
            text_append(buf, n, " under all %u models", known);
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
