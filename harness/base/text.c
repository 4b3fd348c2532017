/* SPDX-License-Identifier: MIT */
/* Texts put together in fixed buffers. */
#include <math.h>
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

void text_span(char *buf, size_t n, double ns)
{
    static const struct {
        double ns, from;
        const char *name;
    } units[] = {{3600e9, 1.5, "h"}, {60e9, 1.5, "min"}, {1e9, 1, "s"}, {1e6, 0, "ms"}};
    unsigned i = 0;
    while (ns < units[i].from * units[i].ns) /* 90 s, not 1.5 min */
        i++;
    double x = ns / units[i].ns;
    /* Whole numbers are told as such, others with two digits. */
    snprintf(buf, n, x >= 9.95 || fabs(x - (double)(long)(x + 0.5)) < 0.005 ? "%.0f %s" : "%.1f %s", x, units[i].name);
}
