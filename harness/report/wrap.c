/* SPDX-License-Identifier: MIT */
/* Lines that fit where they are read; see wrap.h. */
#include "harness/report/wrap.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include "harness/base/base.h"
#include "harness/base/utf8.h"

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

unsigned report_page_width(int out, int messages)
{
    struct stat st;
    unsigned width = report_width(out);
    if (!width && fstat(out, &st) == 0 && S_ISFIFO(st.st_mode))
        width = report_width(messages);
    return width;
}

/* The bytes of a colour that this program sets, as in "\033[31m", or of its end; 0: it is none. */
static size_t colour_length(const char *s)
{
    size_t digits = strspn(s + 1, "[") == 1 ? strspn(s + 2, "0123456789") : 0;
    bool ends = digits == 1 && s[2] == '0', sets = digits == 2 && s[2] == '3';
    return (ends || sets) && s[2 + digits] == 'm' ? digits + 3 : 0;
}

static size_t newlines_at_end(const char *text)
{
    size_t n = strlen(text), lines = 0;
    while (lines < n && text[n - 1 - lines] == '\n')
        lines++;
    return lines;
}

/* In its place: it only gets shorter. Newlines stay where the format has them, for an empty line before or behind; one
 * of a name would let it write lines of its own. */
static void clean(char *text, const char *begin, const char *end, bool colours)
{
    const char *first = text + strspn(begin, "\n"), *last = text + strlen(text) - newlines_at_end(end);
    char *to = text;
    for (const char *from = text; *from;) {
        if (*from == '\n') {
            *to++ = from < first || from >= last ? '\n' : ' ';
            from++;
            continue;
        }
        unsigned n = utf8_length(from, strnlen(from, 4));
        size_t keep = *from != '\033' ? n : colours ? colour_length(from) : 0;
        bool control = (unsigned char)*from < 0x20 || *from == 0x7f || utf8_is_hidden(from, n);
        if (keep && (!control || *from == '\033')) {
            memmove(to, from, keep);
            to += keep;
            from += keep;
        } else {
            *to++ = *from == '\t' ? ' ' : '?';
            from += n ? n : 1;
        }
    }
    *to = 0;
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

/* The bytes up to where a line may be broken: not between a number and its %, nor within "1.2 … 3.4", unless that is
 * wider than `most`. */
static size_t word_length(const char *s, unsigned most)
{
    static const char dots[] = "…";
    size_t n = strcspn(s, " "), whole = n;
    while (s[whole] == ' ') {
        bool joined = s[whole + 1] == '%' || strncmp(s + whole + 1, dots, sizeof dots - 1) == 0 ||
                      (whole >= sizeof dots && memcmp(s + whole - sizeof dots, " …", sizeof dots) == 0);
        if (!joined)
            break;
        whole += 1 + strcspn(s + whole + 1, " ");
    }
    return columns_of(s, whole) > most ? n : whole;
}

/* The first `marked` bytes are not broken, and in colour but for the spaces that they begin with. */
static void wrap(FILE *out, unsigned width, unsigned hang, const char *text, size_t marked, const char *colour)
{
    size_t lead = strspn(text, " "), rest = marked > lead ? marked : lead;
    unsigned at = columns_of(text, rest);
    bool fresh = !marked; /* no word on this line yet */
    fwrite(text, 1, lead, out);
    if (marked > lead)
        fprintf(out, "%s%.*s%s", colour, (int)(marked - lead), text + lead, *colour ? "\033[0m" : "");
    for (const char *p = text + rest; *p;) {
        size_t gap = fresh ? 0 : strspn(p, " "), n = word_length(p + gap, width / 2);
        unsigned columns = columns_of(p + gap, n);
        if (width && !fresh && n && at + gap + columns > width) {
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
        clean(text, fmt, fmt, true);
        wrap(out, width, hang, text, 0, "");
        return;
    }
    text = NULL; /* no memory: unbroken rather than not at all */
    va_start(ap, fmt);
    vfprintf(out, fmt, ap);
    va_end(ap);
    fputc('\n', out);
}

void wrap_print_marked(FILE *out, unsigned width, unsigned hang, const char *mark, const char *colour, const char *fmt,
                       ...)
{
    CLEANUP_FREE char *text = NULL, *all = NULL;
    va_list ap;
    va_start(ap, fmt);
    int n = vasprintf(&text, fmt, ap);
    va_end(ap);
    if (n < 0)
        text = NULL;
    if (!text || asprintf(&all, "%s%s", mark, text) < 0) {
        all = NULL;
        fprintf(out, "%s: out of memory\n", mark); /* what is not clean is not printed */
        return;
    }
    clean(all, *mark ? mark : fmt, fmt, false);
    wrap(out, width, hang, all, strlen(mark), colour);
}
