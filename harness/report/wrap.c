/* SPDX-License-Identifier: MIT */
/* Lines that fit where they are read; see wrap.h. */
#include "harness/report/wrap.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "harness/base/base.h"

unsigned report_width(int fd)
{
    const char *columns = getenv("COLUMNS");
    char *end = NULL;
    long n = columns ? strtol(columns, &end, 10) : 0;
    if (end && end != columns && !*end && n >= WIDTH_LEAST && n <= 10000)
        return (unsigned)n;
    struct winsize w;
    if (ioctl(fd, TIOCGWINSZ, &w) || !w.ws_col)
        return 0;
    return w.ws_col < WIDTH_LEAST ? WIDTH_LEAST : w.ws_col;
}

/* Of the text's first n bytes. */
static unsigned columns_of(const char *text, size_t n)
{
    unsigned columns = 0;
    for (size_t i = 0; i < n; i++) {
        if (text[i] == '\033') { /* up to the letter that ends it */
            while (i < n && text[i] != 'm')
                i++;
            continue;
        }
        columns += ((unsigned char)text[i] & 0xc0) != 0x80; /* a character's first byte */
    }
    return columns;
}

unsigned text_columns(const char *text)
{
    return columns_of(text, strlen(text));
}

static void wrap(FILE *out, unsigned width, unsigned hang, const char *text)
{
    size_t lead = strspn(text, " ");
    unsigned at = (unsigned)lead;
    bool fresh = true; /* no word on this line yet */
    fwrite(text, 1, lead, out);
    for (const char *p = text + lead; *p;) {
        size_t gap = fresh ? 0 : strspn(p, " "), n = strcspn(p + gap, " ");
        unsigned columns = columns_of(p + gap, n);
        if (!fresh && n && at + gap + columns > width) {
            fprintf(out, "\n%*s", (int)hang, "");
            at = hang;
        } else if (n) {
            fwrite(p, 1, gap, out);
            at += (unsigned)gap;
        }
        fwrite(p + gap, 1, n, out);
        at += columns;
        fresh = false;
        p += gap + n;
    }
    fputc('\n', out);
}

void wrap_print(FILE *out, unsigned width, unsigned hang, const char *fmt, ...)
{
    CLEANUP_FREE char *text = NULL;
    va_list ap;
    va_start(ap, fmt);
    int n = vasprintf(&text, fmt, ap);
    va_end(ap);
    if (n >= 0) {
        wrap(out, width, hang, text);
        return;
    }
    text = NULL; /* no memory: unbroken rather than not at all */
    va_start(ap, fmt);
    vfprintf(out, fmt, ap);
    va_end(ap);
    fputc('\n', out);
}
