/* SPDX-License-Identifier: MIT */
/* Costs as people read them; see costs.h. */
#include <stdio.h>
#include <string.h>

#include "harness/machine/costs.h"

/* A value by the unit that suits: 12.9, "us". */
struct scaled {
    double value;
    const char *unit;
};

static struct scaled scale(double v, const char *unit)
{
    static const char *const times[] = {"ns", "us", "ms", "s"}, *const rates[] = {"B/s", "kB/s", "MB/s", "GB/s"};
    bool time = strcmp(unit, "ns") == 0;
    unsigned step = 0;
    if (!time && strcmp(unit, "bytes/s") != 0)
        return (struct scaled){v, ""};
    for (; v >= 999.5 && step < 3; step++)
        v /= 1000;
    return (struct scaled){v, (time ? times : rates)[step]};
}

static int decimals(double v)
{
    return v < 9.995 ? 2 : v < 99.95 ? 1 : 0;
}

void cost_value_text(char *buf, size_t n, double v, const char *unit)
{
    struct scaled s = scale(v, unit);
    snprintf(buf, n, "%.*f%s", decimals(s.value), s.value, s.unit);
}

void cost_range_text(char *buf, size_t n, double least, double most, const char *unit, bool whole)
{
    struct scaled a = scale(least, unit), b = scale(most, unit);
    const char *first = strcmp(a.unit, b.unit) == 0 ? "" : a.unit;
    if (whole)
        snprintf(buf, n, "%.3g%s … %.3g%s", a.value, first, b.value, b.unit);
    else
        snprintf(buf, n, "%.*f%s … %.*f%s", decimals(a.value), a.value, first, decimals(b.value), b.value, b.unit);
}

void cost_outside_text(char *buf, size_t n, const struct machine_cost *c)
{
    const struct cost_kind *k = cost_kind_of(c->name);
    char median[32], range[64];
    double factor;
    enum cost_judgement j = cost_judge(c, &factor);
    cost_value_text(median, sizeof median, c->median, c->unit);
    cost_range_text(range, sizeof range, k->least, k->most, k->unit, true);
    snprintf(buf, n, "%s, %.3g× %s what is expected (%s)", median, factor, cost_judgement_names[j], range);
}
