/* SPDX-License-Identifier: MIT */
/* The error context: formatting only; see err.h. */
#include "harness/base/err.h"

#include <stdio.h>
#include <string.h>

#include "harness/base/errno_text.h"
#include "harness/base/utf8.h"

/* What a terminal would take for a command, what ends a line, and what turns the direction of writing becomes '?', one
 * for each byte; so does what is no UTF-8. */
static void clean(char *s)
{
    while (*s) {
        unsigned n = utf8_length(s, strnlen(s, 4));
        bool fit = n && (n == 1 ? (unsigned char)*s >= 0x20 && *s != 0x7f : !utf8_is_hidden(s, n));
        for (unsigned i = 0; i < (n ? n : 1); i++, s++)
            if (!fit)
                *s = '?';
    }
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
