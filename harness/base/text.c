/* SPDX-License-Identifier: MIT */
/* Texts put together in fixed buffers. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "harness/base/base.h"

void text_append(char *buf, size_t n, const char *fmt, ...)
{
    size_t at = strnlen(buf, n);
    va_list ap;
    va_start(ap, fmt);
    if (at < n)
        vsnprintf(buf + at, n - at, fmt, ap);
    va_end(ap);
}
