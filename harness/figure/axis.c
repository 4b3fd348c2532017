/* SPDX-License-Identifier: MIT */
/* Limits and ticks; see axis.h. */
#include "harness/figure/axis.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { FEW = 3, MANY = 8 }; /* ticks */
enum { MEDIAN = 2 };        /* of a tail: one of two units is beyond it */

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

/* Powers of two, each, every second or so; how many there are, though no more than AXIS_TICKS are kept. */
static unsigned by_doubling(struct axis *a, int every)
{
    unsigned n = 0;
    for (int power = (int)floor(log2(a->least)); power <= (int)ceil(log2(a->most)); power++)
        if (power % every == 0)
            add_tick(a, ldexp(1, power), &n);
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

/* Multiples of a round number of KiB, of MiB or so: whichever the least value is told in. */
static unsigned by_binary_steps(struct axis *a)
{
    const double unit = pow(1024, fmax(floor(log2(a->least) / 10), 0)), least = a->least, most = a->most;
    a->least /= unit;
    a->most /= unit;
    unsigned n = by_steps(a);
    a->least = least;
    a->most = most;
    for (unsigned i = 0; i < n && i < AXIS_TICKS; i++)
        a->tick[i] *= unit;
    return n;
}

static bool is_binary(const struct axis *a)
{
    return a->logarithmic && (a->unit == AXIS_POWERS || a->unit == AXIS_BYTES);
}

static void round_ticks(struct axis *a)
{
    if (is_binary(a)) {
        a->n_ticks = by_doubling(a, 1);
        for (int every = 2; a->n_ticks > AXIS_TICKS || (a->unit == AXIS_BYTES && a->n_ticks > MANY + 2); every++)
            a->n_ticks = by_doubling(a, every);
        if (a->unit == AXIS_BYTES && a->n_ticks < FEW)
            a->n_ticks = by_binary_steps(a);
        return;
    }
    bool tail = a->unit == AXIS_TAIL;
    a->n_ticks = a->logarithmic ? by_decades(a, tail, 1) : by_steps(a);
    if (a->logarithmic && a->n_ticks < FEW && !tail) /* within a decade it is nearly straight */
        a->n_ticks = by_steps(a);
    for (int every = 1; a->n_ticks > MANY; every++)
        a->n_ticks = by_decades(a, true, every);
    if (tail && a->least <= MEDIAN && a->most > MEDIAN) {
        memmove(a->tick + 1, a->tick, a->n_ticks++ * sizeof *a->tick);
        a->tick[0] = MEDIAN;
    }
}

/* The place of nothing has a tick of its own, and those that lie nearer to it than the least value does are none. */
static void ticks(struct axis *a)
{
    round_ticks(a);
    if (!(a->nothing > 0))
        return;
    unsigned n = 1;
    double kept[AXIS_TICKS] = {a->nothing};
    for (unsigned i = 0; i < a->n_ticks && n < AXIS_TICKS; i++)
        if (a->tick[i] > AXIS_BEYOND_NOTHING * 0.99 * a->nothing)
            kept[n++] = a->tick[i];
    memcpy(a->tick, kept, n * sizeof *kept);
    a->n_ticks = n;
}

void axis_set(struct axis *a, double least, double most)
{
    a->least = least;
    a->most = most;
    ticks(a);
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
    axis_set(a, a->logarithmic ? exp(from) : from, a->logarithmic ? exp(to) : to);
}

static void scaled_text(char *buf, size_t n, double v, int digits, double step, const char *const *units)
{
    unsigned u = 0;
    for (; fabs(v) >= step * (1 - 1e-9) && units[u + 1]; u++)
        v /= step;
    if (digits < 4 && fabs(v) >= 100) /* 1023 KiB, not 1.02e+03 KiB */
        snprintf(buf, n, "%.0f%s", v, units[u]);
    else
        snprintf(buf, n, "%.*g%s", digits, v, units[u]);
}

static void text_of(const struct axis *a, char *buf, size_t n, double v, int digits)
{
    static const char *const counts[] = {"", "k", "M", "G", NULL}, *const times[] = {" ns", " us", " ms", " s", NULL},
                             *const sizes[] = {" B", " KiB", " MiB", " GiB", " TiB", NULL},
                             *const shares[] = {" %", NULL};
    if (a->nothing > 0 && v <= a->nothing) {
        snprintf(buf, n, "nothing");
        return;
    }
    switch (a->unit) {
    case AXIS_NUMBER:
        scaled_text(buf, n, v, digits, 1000, counts);
        return;
    case AXIS_POWERS:
        snprintf(buf, n, "%.6g", v);
        return;
    case AXIS_NS: /* 0 is no number of nanoseconds where all others are seconds */
        scaled_text(buf, n, v, digits, 1000, v < 0 || v > 0 ? times : counts);
        return;
    case AXIS_BYTES:
        scaled_text(buf, n, v, digits, 1024, v < 0 || v > 0 ? sizes : counts);
        return;
    case AXIS_PERCENT:
        scaled_text(buf, n, 100 * v, digits, INFINITY, shares);
        return;
    case AXIS_TAIL: /* one digit behind the nines: 99.91 % */
        snprintf(buf, n, "%.*g %%", (int)fmax(2, floor(log10(v) + 1e-9) + 1), 100 * (1 - 1 / v));
        return;
    }
}

void axis_tick_text(const struct axis *a, char *buf, size_t n, double v)
{
    text_of(a, buf, n, v, 4);
}

void axis_text(const struct axis *a, char *buf, size_t n, double v)
{
    text_of(a, buf, n, v, 3);
}
