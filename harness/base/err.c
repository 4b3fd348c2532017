/* SPDX-License-Identifier: MIT */
/* The error context: formatting only; see err.h. */
#include "harness/base/err.h"

#include <stdio.h>
#include <string.h>

#include "harness/base/errno_text.h"

static void clean(char *s)
{
    for (; *s; s++)
        if ((unsigned char)*s < 0x20 || *s == 0x7f)
            *s = '?';
}

__attribute__((format(printf, 4, 0))) static int set(struct err *e, int code, const char *tail, const char *fmt,
                                                     va_list ap)
{
    if (!e)
        return -code;
    e->code = code;
    int n = vsnprintf(e->text, sizeof e->text, fmt, ap);
    if (tail && n >= 0 && (size_t)n < sizeof e->text)
        snprintf(e->text + n, sizeof e->text - (size_t)n, ": %s", tail);
    clean(e->text);
    return -code;
}

int err_set(struct err *e, int code, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    int rc = set(e, code, NULL, fmt, ap);
    va_end(ap);
    return rc;
}

int err_call(struct err *e, int code, const char *call, const char *fmt, ...)
{
    char why[ERRNO_TEXT_MAX];
    va_list ap;
    va_start(ap, fmt);
    int rc = set(e, code, errno_text(why, sizeof why, call, code), fmt, ap);
    va_end(ap);
    return rc;
}

int err_sys(struct err *e, int code, const char *fmt, ...)
{
    char why[ERRNO_TEXT_MAX];
    va_list ap;
    va_start(ap, fmt);
    int rc = set(e, code, errno_text(why, sizeof why, NULL, code), fmt, ap);
    va_end(ap);
    return rc;
}

int err_prefix(struct err *e, const char *fmt, ...)
{
    if (!e)
        return 0;
    char was[sizeof e->text];
    memcpy(was, e->text, sizeof was);
    va_list ap;
    va_start(ap, fmt);
    set(e, e->code, was, fmt, ap);
    va_end(ap);
    return -e->code;
}
