/* SPDX-License-Identifier: MIT */
/* The one place that writes markup; see html.h. */
#include "harness/page/html.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/base.h"
#include "harness/base/utf8.h"

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

void html_init(struct html *h, FILE *out)
{
    *h = (struct html){.out = out};
}

static uint32_t code_point(const char *s, unsigned n)
{
    static const unsigned char mask[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    uint32_t c = (unsigned char)s[0] & mask[n];
    for (unsigned i = 1; i < n; i++)
        c = c << 6 | ((unsigned char)s[i] & 0x3f);
    return c;
}

/* What a page must not hold as it is: control characters, those that end a line for some readers only, and those that
 * turn the direction of what follows (a name could then show another command than the one that is copied). */
static bool is_unfit(uint32_t c)
{
    return (c < 0x20 && c != '\n' && c != '\t') || (c >= 0x7f && c < 0xa0) || c == 0x061c || c == 0x200e ||
           c == 0x200f || (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0xfeff ||
           (c & 0xfffe) == 0xfffe || (c >= 0xfdd0 && c <= 0xfdef);
}

void html_escape(FILE *out, const char *text)
{
    for (size_t left = strlen(text); left;) {
        unsigned n = utf8_length(text, left);
        if (!n || is_unfit(code_point(text, n)))
            fputs(REPLACEMENT, out);
        else if (*text == '&')
            fputs("&amp;", out);
        else if (*text == '<')
            fputs("&lt;", out);
        else if (*text == '>')
            fputs("&gt;", out);
        else if (*text == '"')
            fputs("&quot;", out);
        else if (*text == '\'')
            fputs("&#39;", out);
        else
            fwrite(text, 1, n, out);
        text += n ? n : 1;
        left -= n ? n : 1;
    }
}

/* A name can't be escaped, so it must be one: letters, digits, '-' and ':'. */
static bool is_name(const char *name)
{
    size_t n = strlen(name);
    for (size_t i = 0; i < n; i++)
        if (!isascii((unsigned char)name[i]) || (!isalnum((unsigned char)name[i]) && name[i] != '-' && name[i] != ':'))
            return false;
    return n > 0 && n < HTML_TAG && isalpha((unsigned char)name[0]);
}

static void put_tag(struct html *h, const char *tag)
{
    h->fault |= !is_name(tag);
    if (is_name(tag))
        fprintf(h->out, "<%s", tag);
}

void html_begin(struct html *h, const char *tag)
{
    put_tag(h, tag);
    h->fault |= h->depth >= HTML_DEPTH;
    if (h->depth < HTML_DEPTH)
        snprintf(h->open[h->depth], HTML_TAG, "%s", tag);
    h->depth++;
}

void html_attribute(struct html *h, const char *name, const char *value)
{
    h->fault |= !is_name(name);
    if (!value || !is_name(name))
        return;
    fprintf(h->out, " %s=\"", name);
    html_escape(h->out, value);
    fputc('"', h->out);
}

void html_begun(struct html *h)
{
    fputc('>', h->out);
}

static void put_attributes(struct html *h, va_list ap)
{
    const char *name;
    while ((name = va_arg(ap, const char *)))
        html_attribute(h, name, va_arg(ap, const char *));
    html_begun(h);
}

void html_open(struct html *h, const char *tag, ...)
{
    va_list ap;
    html_begin(h, tag);
    va_start(ap, tag);
    put_attributes(h, ap);
    va_end(ap);
}

void html_void(struct html *h, const char *tag, ...)
{
    va_list ap;
    put_tag(h, tag);
    va_start(ap, tag);
    put_attributes(h, ap);
    va_end(ap);
}

void html_close(struct html *h, const char *tag)
{
    bool right = h->depth && h->depth <= HTML_DEPTH && strcmp(h->open[h->depth - 1], tag) == 0;
    h->fault |= !right;
    h->depth -= h->depth ? 1 : 0;
    if (is_name(tag))
        fprintf(h->out, "</%s>", tag);
}

void html_text(struct html *h, const char *text)
{
    html_escape(h->out, text);
}

void html_printf(struct html *h, const char *fmt, ...)
{
    CLEANUP_FREE char *text = NULL;
    va_list ap;
    va_start(ap, fmt);
    int n = vasprintf(&text, fmt, ap);
    va_end(ap);
    h->fault |= n < 0;
    if (n < 0)
        text = NULL;
    else
        html_escape(h->out, text);
}

void html_element(struct html *h, const char *tag, const char *text, ...)
{
    va_list ap;
    html_begin(h, tag);
    va_start(ap, text);
    put_attributes(h, ap);
    va_end(ap);
    html_escape(h->out, text);
    html_close(h, tag);
}

void html_newline(struct html *h)
{
    fputc('\n', h->out);
}
