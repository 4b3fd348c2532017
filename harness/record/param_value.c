/* SPDX-License-Identifier: MIT */
/* A parameter's value as text, both ways; see param_value.h. */
#include "harness/record/param_value.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/base.h"
#include "harness/base/utf8.h"
#include "harness/base/value.h"

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
    int64_t value = workload_path(whole);
    if (value < 0)
        return err_sys(e, (int)-value, "%s: the path can't be kept", p->name);
    *out = value;
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
        snprintf(buf, n, "%s", v ? wl_path(v) : p->choices[0]);
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
