/* SPDX-License-Identifier: MIT */
/* Values with units, both ways; see value.h. */
#include "harness/base/value.h"

#include <errno.h>
#include <inttypes.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/base/utf8.h"

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

static int choice(const struct param *p, const char *text, int64_t *out, struct err *e)
{
    static const char *const yes_no[] = {"no", "yes", NULL};
    const char *const *names = p->type == PARAM_BOOL ? yes_no : p->choices;
    char all[160] = "";
    for (int64_t i = 0; names[i]; i++) {
        if (strcmp(names[i], text) == 0) {
            *out = i;
            return 0;
        }
        size_t at = strlen(all);
        snprintf(all + at, sizeof all - at, "%s%s", i ? ", " : "", names[i]);
    }
    return err_set(e, EINVAL, "%s: expected one of %s, got '%s'", p->name, all, text);
}

static int path(const struct param *p, const char *text, int64_t *out, struct err *e)
{
    if (strcmp(text, p->choices[0]) == 0) {
        *out = 0;
        return 0;
    }
    CLEANUP_FREE char *whole = realpath(text, NULL);
    if (!whole || access(whole, R_OK))
        return err_set(e, EINVAL, "%s: expected a file or directory that can be read, or %s; '%s': %s", p->name,
                       p->choices[0], text, strerror(errno));
    size_t n = strlen(whole), step = 1;
    for (size_t i = 0; i < n; i += step)
        if ((step = utf8_length(whole + i, n - i)) == 0 || (unsigned char)whole[i] < ' ')
            return err_set(e, EINVAL, "%s: the path is not plain UTF-8 text: byte %zu", p->name, i + 1);
    if (n >= VALUE_PATH_MAX)
        return err_set(e, EINVAL, "%s: the path of %zu bytes is too long; at most %d", p->name, n, VALUE_PATH_MAX - 1);
    *out = (int64_t)(intptr_t)intern(whole);
    return 0;
}

int value_param(const struct param *p, const char *text, int64_t *out, struct err *e)
{
    uint64_t v = 0;
    int rc = 0;
    switch (p->type) {
    case PARAM_BOOL:
    case PARAM_CHOICE:
        return choice(p, text, out, e);
    case PARAM_PATH:
        return path(p, text, out, e);
    case PARAM_TIME:
        rc = value_time(text, p->name, &v, e);
        break;
    case PARAM_SIZE:
        rc = value_size(text, p->name, &v, e);
        break;
    case PARAM_COUNT:
        rc = value_count(text, p->name, (uint64_t)p->least, (uint64_t)p->most, (uint64_t *)out, e);
        if (rc && strspn(text, "0123456789.") && strspn(text, "0123456789") != strlen(text)) /* 2ms, 64KiB */
            text_append(e->text, sizeof e->text, "; it is %s", p->summary);
        return rc;
    }
    if (rc)
        return rc;
    if ((int64_t)v < p->least || (int64_t)v > p->most) {
        char least[32], most[32];
        value_text(p, p->least, least, sizeof least);
        value_text(p, p->most, most, sizeof most);
        return err_set(e, EINVAL, "%s: %s is not from %s to %s", p->name, text, least, most);
    }
    *out = (int64_t)v;
    return 0;
}

void value_text(const struct param *p, int64_t v, char *buf, size_t n)
{
    static const struct {
        int64_t factor;
        const char *name;
    } time_units[] = {{1000000000, "s"}, {1000000, "ms"}, {1000, "us"}, {1, "ns"}},
      size_units[] = {{1 << 30, "GiB"}, {1 << 20, "MiB"}, {1 << 10, "KiB"}, {1, "B"}};
    switch (p->type) {
    case PARAM_CHOICE:
        snprintf(buf, n, "%s", p->choices[v]);
        return;
    case PARAM_PATH:
        snprintf(buf, n, "%s", v ? param_path(v) : p->choices[0]);
        return;
    case PARAM_BOOL:
        snprintf(buf, n, "%s", v ? "yes" : "no");
        return;
    case PARAM_COUNT:
        snprintf(buf, n, "%" PRId64, v);
        return;
    case PARAM_TIME:
    case PARAM_SIZE:
        for (int i = 0; i < 4; i++) {
            int64_t factor = p->type == PARAM_TIME ? time_units[i].factor : size_units[i].factor;
            if (v % factor == 0 && (v || i == 3)) {
                snprintf(buf, n, "%" PRId64 "%s", v / factor,
                         p->type == PARAM_TIME ? time_units[i].name : size_units[i].name);
                return;
            }
        }
    }
}

void value_label(const struct param *p, int64_t v, char *buf, size_t n)
{
    char text[VALUE_TEXT_MAX];
    value_text(p, v, text, sizeof text);
    const char *slash = p->type == PARAM_PATH ? strrchr(text, '/') : NULL,
               *label = slash && slash[1] ? slash + 1 : text;
    size_t at = 0, step, left = strlen(label);
    while (left && (step = utf8_length(label + at, left)) > 0 && at + step < n) {
        at += step;
        left -= step;
    }
    memcpy(buf, label, at);
    buf[at] = 0;
}
