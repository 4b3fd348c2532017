/* SPDX-License-Identifier: MIT */
/* Limits and ticks; see axis.h. */
#include "harness/report/axis.h"

#include <math.h>
#include <stdio.h>

enum { FEW = 3, MANY = 8 }; /* ticks */

static double scaled(const struct axis *a, double v)
{
    return a->logarithmic ? log(v) : v;
}

double axis_place(const struct axis *a, double v)
{
    return (scaled(a, v) - scaled(a, a->least)) / (scaled(a, a->most) - scaled(a, a->least));
}

double axis_value(const struct axis *a, double place)
{
    double low = scaled(a, a->least), v = low + place * (scaled(a, a->most) - low);
    return a->logarithmic ? exp(v) : v;
}

static void add_tick(struct axis *a, double v, unsigned *n)
{
    const double slack = 1e-9 * (a->logarithmic ? a->least : a->most - a->least);
    if (v < a->least - slack || v > a->most + slack)
        return;
    if (*n < AXIS_TICKS)
        a->tick[*n] = fabs(v) < slack ? 0 : v;
    ++*n;
}

/* 1, 2 and 5 (or 1 alone) times each power of ten; how many there are, though no more than AXIS_TICKS are kept. */
static unsigned by_decades(struct axis *a, bool ones_only, int every)
{
    static const double digits[] = {1, 2, 5};
    unsigned n = 0;
    for (int power = (int)floor(log10(a->least)); power <= (int)ceil(log10(a->most)); power++)
        for (unsigned i = 0; i < (ones_only ? 1u : 3u) && power % every == 0; i++)
            add_tick(a, digits[i] * pow(10, power), &n);
    return n;
}

/* Multiples of the least step that makes no more than MANY. */
static unsigned by_steps(struct axis *a)
{
    static const double digits[] = {1, 2, 5, 10};
    double span = a->most - a->least, power = pow(10, floor(log10(span / MANY))), step = 10 * power;
    for (unsigned i = 4; i-- > 0;)
        if (span / (digits[i] * power) <= MANY - 1)
            step = digits[i] * power;
    unsigned n = 0;
    for (double k = ceil(a->least / step - 1e-9); k * step <= a->most + 1e-9 * span; k++)
        add_tick(a, k * step, &n);
    return n;
}

static void ticks(struct axis *a)
{
    a->n_ticks = a->logarithmic ? by_decades(a, false, 1) : by_steps(a);
    if (a->logarithmic && a->n_ticks < FEW) /* within a decade it is nearly straight */
        a->n_ticks = by_steps(a);
    for (int every = 1; a->n_ticks > MANY; every++)
        a->n_ticks = by_decades(a, true, every);
}

void axis_fit(struct axis *a, double low, double high, double reach_low, double reach_high)
{
    const double least_span = a->logarithmic ? log(1.05) : 0.05 * fmax(fabs(high), 1e-9);
    double from = scaled(a, low), to = scaled(a, high), far_from = scaled(a, fmin(low, reach_low)),
           far_to = scaled(a, fmax(high, reach_high)), span = fmax(to - from, least_span);
    double most_from = from - 0.25 * span, most_to = to + 0.25 * span;
    bool from_zero = !a->logarithmic && low >= 0 && low <= 0;
    from = from_zero ? 0 : fmax(far_from, most_from) - 0.04 * span;
    to = fmin(far_to, most_to) + 0.04 * span;
    if (!a->logarithmic && low >= 0)
        from = fmax(from, 0);
    a->least = a->logarithmic ? exp(from) : from;
    a->most = a->logarithmic ? exp(to) : to;
    ticks(a);
}

void axis_tick_text(char *buf, size_t n, double v)
{
    static const char *const units[] = {"", "k", "M", "G"};
    unsigned u = 0;
    for (; fabs(v) >= 1000 * (1 - 1e-9) && u + 1 < sizeof units / sizeof *units; u++)
        v /= 1000;
    snprintf(buf, n, "%.4g%s", v, units[u]);
}
