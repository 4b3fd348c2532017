/* SPDX-License-Identifier: MIT */
/* Values with units, from text; see value.h. */
#include "harness/base/value.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct unit {
    const char *name;
    double factor;
};
static const struct unit times[] = {{"ns", 1},  {"us", 1e3},   {"µs", 1e3},   {"ms", 1e6},
                                    {"s", 1e9}, {"min", 60e9}, {"h", 3600e9}, {NULL, 0}};
static const struct unit sizes[] = {{"B", 1},    {"KiB", 1024}, {"MiB", 1048576}, {"GiB", 1073741824.0},
                                    {"KB", 1e3}, {"MB", 1e6},   {"GB", 1e9},      {NULL, 0}};

static int with_unit(const char *text, const char *what, const struct unit *units, const char *expected, uint64_t *out,
                     struct err *e)
{
    char *end;
    double v = strtod(text, &end);
    /* strtod takes more than a number as people write it: infinities, hexadecimal, leading space. */
    bool plain = end != text && strspn(text, "0123456789.eE+") >= (size_t)(end - text) && text[0] != '+';
    for (const struct unit *u = units; plain && u->name; u++) {
        double scaled = v * u->factor;
        if (strcmp(end, u->name) == 0 && scaled < 9e15 && fabs(scaled - nearbyint(scaled)) < 1e-6) {
            *out = (uint64_t)nearbyint(scaled);
            return 0;
        }
        if (strcmp(end, u->name) == 0)
            return err_set(e, EINVAL, "%s: %s is out of range or finer than %s", what, text, units[0].name);
    }
    return err_set(e, EINVAL, "%s: expected %s, got '%s'%s", what, expected, text,
                   plain && !*end ? " (the unit is missing)" : "");
}

int value_time(const char *text, const char *what, uint64_t *ns, struct err *e)
{
    return with_unit(text, what, times, "a time with a unit (ns, us, ms, s, min, h), such as 200ms", ns, e);
}

int value_duration(const char *text, const char *what, uint64_t *ns, struct err *e)
{
    int rc = value_time(text, what, ns, e);
    return rc || *ns ? rc : err_set(e, EINVAL, "%s: expected more than nothing, got '%s'", what, text);
}

int value_size(const char *text, const char *what, uint64_t *bytes, struct err *e)
{
    return with_unit(text, what, sizes, "a size with a unit (B, KiB, MiB, GiB, KB, MB, GB), such as 64KiB", bytes, e);
}

int value_count(const char *text, const char *what, uint64_t least, uint64_t most, uint64_t *n, struct err *e)
{
    char *end;
    errno = 0;
    unsigned long long v = strtoull(text, &end, 10);
    if (!*text || strspn(text, "0123456789") != strlen(text))
        return err_set(e, EINVAL, "%s: expected a whole number from %" PRIu64 " to %" PRIu64 ", got '%s'", what, least,
                       most, text);
    if (errno == ERANGE || v < least || v > most)
        return err_set(e, EINVAL, "%s: %s is not from %" PRIu64 " to %" PRIu64, what, text, least, most);
    *n = v;
    return 0;
}

int value_margin(const char *text, const char *what, double *fraction, struct err *e)
{
    char *end;
    double v = strtod(text, &end);
    bool zero = end != text && v == 0; /* it needs no unit */
    if (end == text || !(strcmp(end, "%") == 0 || (zero && !*end)) || !(v >= 0 && v < 100))
        return err_set(e, EINVAL, "%s: expected a percentage from 0%% to below 100%%, such as 2%%, got '%s'", what,
                       text);
    *fraction = zero ? 0 : v / 100;
    return 0;
}

int value_percent(const char *text, const char *what, double *fraction, struct err *e)
{
    double v;
    if (value_margin(text, what, &v, e) || v == 0)
        return err_set(e, EINVAL, "%s: expected a percentage above 0%% and below 100%%, such as 2%%, got '%s'", what,
                       text);
    *fraction = v;
    return 0;
}
